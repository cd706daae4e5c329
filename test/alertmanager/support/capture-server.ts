import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'

export interface CapturedRequest {
  readonly atMs: number
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Send the head and never end. */
  readonly hang?: boolean
  /** Answer this much later. */
  readonly afterMs?: number
}

export interface CaptureServer {
  readonly url: string
  readonly requests: readonly CapturedRequest[]
  /** Resolves when at least this many requests have come. */
  received(count: number, timeoutMs?: number): Promise<void>
}

/** An HTTP server that remembers what it gets, on 127.0.0.1 and a free port, for as long as the test. */
export async function captureServer(
  t: Pick<TestContext, 'after'>,
  answer: (request: CapturedRequest) => Answer = () => ({}),
  tls?: ServerOptions,
): Promise<CaptureServer> {
  const requests: CapturedRequest[] = []
  const listener: RequestListener = async (incoming, outgoing) => {
    const chunks: Buffer[] = []
    for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
    const { method = '', url: path = '', headers } = incoming
    const request = { atMs: Date.now(), method, path, headers, body: Buffer.concat(chunks).toString() }
    requests.push(request)
    const { status = 200, headers: extra = {}, body = '', hang = false, afterMs = 0 } = answer(request)
    if (afterMs > 0) await sleep(afterMs)
    outgoing.writeHead(status, extra)
    if (hang) outgoing.write(body)
    else outgoing.end(body)
  }
  const server = tls === undefined ? createServer(listener) : createTlsServer(tls, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return {
    url: `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async received(count, timeoutMs = 10_000) {
      const giveUpMs = Date.now() + timeoutMs
      while (requests.length < count) {
        if (Date.now() > giveUpMs) throw new Error(`${requests.length} of ${count} requests came`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    },
  }
}

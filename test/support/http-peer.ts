import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createSecureServer, type ServerOptions } from 'node:https'
import type { TestContext } from 'node:test'

export interface PeerRequest {
  readonly headers: IncomingMessage['headers']
  readonly url: string
  readonly body: Buffer
}

/** What a peer makes of a request; it may as well never answer, or end the connection. */
export type Answer = (response: ServerResponse, request: PeerRequest) => void

/** An HTTP server on the loopback interface that the test commands. */
export class HttpPeer {
  readonly requests: PeerRequest[] = []
  answer: Answer = (response) => response.end()
  connections = 0
  #url = ''

  get url(): string {
    return this.#url
  }

  /** @param tls makes it a server of https */
  static async start(t: Pick<TestContext, 'after'>, tls?: ServerOptions): Promise<HttpPeer> {
    const peer = new HttpPeer()
    const listener = (incoming: IncomingMessage, response: ServerResponse) => {
      const chunks: Buffer[] = []
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
      incoming.on('end', () => {
        const request = { headers: incoming.headers, url: incoming.url ?? '', body: Buffer.concat(chunks) }
        peer.requests.push(request)
        peer.answer(response, request)
      })
    }
    const server = tls === undefined ? createServer(listener) : createSecureServer(tls, listener)
    server.on('connection', () => {
      peer.connections += 1
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    peer.#url = `${tls === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`
    t.after(() => {
      server.closeAllConnections()
      server.close()
    })
    return peer
  }
}

import { createServer, type IncomingHttpHeaders } from 'node:http'
import { createServer as createTlsServer, type ServerOptions } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TestContext } from 'node:test'
import { gunzipSync } from 'node:zlib'
import { Server, ServerCredentials, type ServerUnaryCall, type sendUnaryData } from '@grpc/grpc-js'
import { until } from '../../support/until.ts'
import { decodeTraces, type ReceivedSpan } from './trace-proto.ts'

export interface TraceRequest {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly spans: readonly ReceivedSpan[]
  readonly resource: Readonly<Record<string, unknown>>
}

/** A collector of traces that remembers what it gets, on 127.0.0.1 and a free port, for as long as the test. */
export interface TraceCollector {
  /** As host:port. */
  readonly endpoint: string
  readonly requests: readonly TraceRequest[]
  readonly spans: readonly ReceivedSpan[]
  /** Resolves with the span once one of this name has come. */
  span(name: string): Promise<ReceivedSpan>
}

/** What it answers: a status of HTTP or gRPC, or nothing at all. */
export interface TraceAnswer {
  readonly status?: number
  readonly body?: Buffer
  readonly headers?: Readonly<Record<string, string>>
  readonly hang?: boolean
}

type Answer = (request: TraceRequest, index: number) => TraceAnswer

class Received {
  readonly requests: TraceRequest[] = []
  readonly #answer: Answer

  constructor(answer: Answer) {
    this.#answer = answer
  }

  take(path: string, headers: IncomingHttpHeaders, body: Uint8Array): TraceAnswer {
    const { spans, resource } = decodeTraces(body)
    const request = { path, headers, spans, resource }
    this.requests.push(request)
    return this.#answer(request, this.requests.length - 1)
  }

  collector(port: number): TraceCollector {
    const { requests } = this
    const all = () => requests.flatMap(({ spans }) => spans)
    return {
      endpoint: `127.0.0.1:${port}`,
      requests,
      get spans() {
        return all()
      },
      async span(name) {
        const find = () => all().find((span) => span.name === name)
        await until(`a span ${name}`, () => find() !== undefined, { everyMs: 20 })
        return find()!
      },
    }
  }
}

export async function traceCollectorOverHttp(
  t: Pick<TestContext, 'after'>,
  answer: Answer = () => ({}),
  tls?: ServerOptions,
): Promise<TraceCollector> {
  const received = new Received(answer)
  const server = (tls === undefined ? createServer() : createTlsServer(tls)).on(
    'request',
    async (request, response) => {
      const chunks: Buffer[] = []
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
      const content = Buffer.concat(chunks)
      const body = request.headers['content-encoding'] === 'gzip' ? gunzipSync(content) : content
      const {
        status = 200,
        headers = {},
        body: said = '',
        hang,
      } = received.take(request.url ?? '', request.headers, body)
      if (hang !== true) response.writeHead(status, headers).end(said)
    },
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return received.collector((server.address() as AddressInfo).port)
}

export async function traceCollectorOverGrpc(
  t: Pick<TestContext, 'after'>,
  answer: Answer = () => ({}),
  tls?: { readonly cert: string; readonly key: string },
): Promise<TraceCollector> {
  const received = new Received(answer)
  const server = new Server()
  const path = '/opentelemetry.proto.collector.trace.v1.TraceService/Export'
  const bytes = (value: Buffer) => value
  server.addService(
    {
      Export: {
        ...{ path, requestStream: false, responseStream: false },
        ...{ requestSerialize: bytes, requestDeserialize: bytes, responseSerialize: bytes, responseDeserialize: bytes },
      },
    },
    {
      Export(call: ServerUnaryCall<Buffer, Buffer>, reply: sendUnaryData<Buffer>) {
        const headers = Object.fromEntries(
          Object.keys(call.metadata.getMap()).map((name) => [name, call.metadata.get(name).join(', ')]),
        )
        const { status = 0, body = Buffer.alloc(0), hang } = received.take(path, headers, call.request)
        if (hang !== true) reply(status === 0 ? null : { code: status, details: 'no' }, body)
      },
    },
  )
  const credentials =
    tls === undefined
      ? ServerCredentials.createInsecure()
      : ServerCredentials.createSsl(null, [{ cert_chain: Buffer.from(tls.cert), private_key: Buffer.from(tls.key) }])
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error === null ? resolve(bound) : reject(error)))
  })
  t.after(() => server.forceShutdown())
  return received.collector(port)
}

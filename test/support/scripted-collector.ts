import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { lastingPort } from './lasting-port.ts'
import { LineAudit } from './line-audit.ts'

/** What a collector does to a request. */
export type Behaviour =
  | 'accept'
  /** Reads it and never answers. */
  | 'hang'
  /** Ends the connection as soon as the headers are there. */
  | 'reset'
  /** Takes responsibility for it, and the connection breaks before the sender learns of it. */
  | 'die'
  /** The same, but the sender hears nothing at all. */
  | 'die-silently'
  /** The same, in the midst of the answer. */
  | 'die-answering'
  /** Refuses what has more than so many bytes, decompressed, and accepts the rest. */
  | { readonly maxBytes: number }
  | { readonly status: number; readonly retryAfter?: string }

/** A collector on the loopback interface that does to each request what a script says, and keeps account of the lines. */
export class ScriptedCollector {
  readonly audit = new LineAudit()
  /** Called for each request with its number. */
  script: (request: number) => Behaviour = () => 'accept'
  /** Requests so far by what was done to them. */
  readonly done = new Map<string, number>()
  #requests = 0
  #port = 0
  #server: Server | undefined

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  /** Listens, on the same port as before if there was one. */
  async start(): Promise<void> {
    const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => this.#take(request, response))
    this.#port ||= await lastingPort()
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject)
      server.listen(this.#port, '127.0.0.1', resolve)
    })
    this.#server = server
  }

  /** Goes away: connections break, and nobody listens. */
  async stop(): Promise<void> {
    const server = this.#server
    if (server === undefined) return
    this.#server = undefined
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeAllConnections()
    await closed
  }

  #take(request: IncomingMessage, response: ServerResponse): void {
    const behaviour = this.script(this.#requests++)
    const name = nameOf(behaviour)
    this.done.set(name, (this.done.get(name) ?? 0) + 1)
    if (behaviour === 'reset') {
      request.socket.resetAndDestroy()
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => this.#answer(behaviour, request, Buffer.concat(chunks), response))
    // A sender that was killed is none of our business.
    request.on('error', () => {})
  }

  #answer(behaviour: Behaviour, request: IncomingMessage, payload: Buffer, response: ServerResponse): void {
    if (behaviour === 'hang') return
    if (typeof behaviour === 'object' && 'status' in behaviour) {
      if (behaviour.retryAfter !== undefined) response.setHeader('retry-after', behaviour.retryAfter)
      response.writeHead(behaviour.status).end()
      return
    }
    const body = decompress(payload, request.headers['content-encoding'])
    if (typeof behaviour === 'object' && body.length > behaviour.maxBytes) {
      response.writeHead(413).end()
      return
    }
    this.audit.take(body)
    if (behaviour === 'die') request.socket.resetAndDestroy()
    else if (behaviour === 'die-answering') {
      response.writeHead(200, { 'content-length': 100 })
      response.write('half an answer', () => request.socket.resetAndDestroy())
    } else if (behaviour !== 'die-silently') {
      response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end()
    }
  }
}

function nameOf(behaviour: Behaviour): string {
  if (typeof behaviour === 'string') return behaviour
  return 'status' in behaviour ? String(behaviour.status) : '413'
}

function decompress(payload: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'zstd') return zstdDecompressSync(payload)
  return encoding === 'gzip' ? gunzipSync(payload) : payload
}

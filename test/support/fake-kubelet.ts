import { existsSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { type SelfSigned, selfSigned } from '../alertmanager/support/self-signed.ts'
import { temporaryDirectory } from './temporary.ts'

/** Why tests that need a certificate are skipped, or false if one can be made. */
export const OPENSSL_MISSING = ['/usr/bin/openssl', '/usr/local/bin/openssl'].some((path) => existsSync(path))
  ? false
  : 'openssl is not installed'

/** A kubelet's `/pods`, over TLS unless told, with a certificate of its own. */
export class FakeKubelet {
  /** What it answers with; a function may answer otherwise or not at all. */
  pods: string | ((response: ServerResponse, request: IncomingMessage) => void) = '{"items":[]}'
  /** Who is let in; undefined for everybody. */
  token: string | undefined
  readonly requests: IncomingMessage['headers'][] = []
  readonly #sockets = new Set<Socket>()
  readonly #pair: SelfSigned | undefined
  #server: Server | undefined
  #port = 0
  connections = 0

  constructor(pair: SelfSigned | undefined) {
    this.#pair = pair
  }

  static async start(t: Pick<TestContext, 'after'>, { plain = false } = {}): Promise<FakeKubelet> {
    const kubelet = new FakeKubelet(plain ? undefined : selfSigned(temporaryDirectory(t)))
    await kubelet.listen()
    t.after(() => kubelet.stop())
    return kubelet
  }

  get url(): string {
    return `${this.#pair === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`
  }

  get caFile(): string {
    return this.#pair?.certFile ?? ''
  }

  /** Begins to listen, on the same port as before. */
  async listen(): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.#answer(request, response)
    const server = this.#pair === undefined ? createPlainServer(answer) : createServer(this.#pair, answer)
    server.on('connection', (socket: Socket) => {
      this.connections += 1
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
    const address = server.address()
    if (address === null || typeof address === 'string') throw new Error('not listening')
    this.#port = address.port
    this.#server = server
  }

  /** Ends, and every connection with it. */
  async stop(): Promise<void> {
    const server = this.#server
    this.#server = undefined
    if (server === undefined) return
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request.headers)
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end('Unauthorized')
    } else if (request.url !== '/pods') {
      response.writeHead(404).end('404 page not found')
    } else if (typeof this.pods === 'function') {
      this.pods(response, request)
    } else {
      response.writeHead(200, { 'content-type': 'application/json' }).end(this.pods)
    }
  }
}

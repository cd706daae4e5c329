import { existsSync } from 'node:fs'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createPlainServer } from 'node:http'
import { createServer } from 'node:https'
import type { Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { type SelfSigned, selfSigned } from '../alertmanager/support/self-signed.ts'
import { lastingPort } from './lasting-port.ts'
import { temporaryDirectory } from './temporary.ts'

/** Why tests that need a certificate are skipped, or false if one can be made. */
export const OPENSSL_MISSING = ['/usr/bin/openssl', '/usr/local/bin/openssl'].some((path) => existsSync(path))
  ? false
  : 'openssl is not installed'

/** A server over TLS unless told, with a certificate of its own, that lets in who has the token. */
export abstract class TlsPeer {
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

  /** Answers a request that was let in. */
  protected abstract answer(request: IncomingMessage, response: ServerResponse): void

  get url(): string {
    return `${this.#pair === undefined ? 'http' : 'https'}://127.0.0.1:${this.#port}`
  }

  get caFile(): string {
    return this.#pair?.certFile ?? ''
  }

  /** Begins to listen, on the same port as before. */
  async listen(): Promise<void> {
    const take = (request: IncomingMessage, response: ServerResponse) => this.#take(request, response)
    const server = this.#pair === undefined ? createPlainServer(take) : createServer(this.#pair, take)
    server.on('connection', (socket: Socket) => {
      this.connections += 1
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
    })
    this.#port ||= await lastingPort()
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve))
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

  #take(request: IncomingMessage, response: ServerResponse): void {
    this.requests.push(request.headers)
    if (this.token !== undefined && request.headers.authorization !== `Bearer ${this.token}`) {
      response.writeHead(401).end('Unauthorized')
    } else {
      this.answer(request, response)
    }
  }
}

/** Starts a peer with a certificate made for it, until the test is over. */
export async function startTlsPeer<P extends TlsPeer>(
  t: Pick<TestContext, 'after'>,
  Peer: new (pair: SelfSigned | undefined) => P,
  { plain = false } = {},
): Promise<P> {
  const peer = new Peer(plain ? undefined : selfSigned(temporaryDirectory(t)))
  await peer.listen()
  t.after(() => peer.stop())
  return peer
}

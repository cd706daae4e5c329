import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { connect as connectTls, createServer as createTlsServer } from 'node:tls'
import { parseListenAddress } from '#lib/config/formats.ts'
import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import { followSettings, serverOptions } from '#lib/http/web-config/tls-server.ts'
import type { ClusterTls } from './cluster-tls.ts'
import { SocketCount } from './socket-count.ts'
import type { Bound, PortListener, Transport } from './transport.ts'

export interface TcpTransportOptions {
  /** host:port to listen on. */
  readonly address: string
  /** Without, everybody on the way can read along, unless there is a shared key. */
  readonly tls: ClusterTls | undefined
  /** Longest that the handshake of TLS may take. */
  readonly timeoutMs: number
}

/** Most connections of which it is not known who made them. Of more, those that have waited for longest are cut. */
const MAX_UNGREETED = 32

/** Connections over TCP, and over TLS where that is asked for. */
export class TcpTransport implements Transport {
  readonly count = new SocketCount()
  readonly #options: TcpTransportOptions
  /** Those that have not greeted yet, by where they come from, the oldest first. */
  readonly #ungreeted = new Map<string, Socket>()
  #server: Server | undefined

  constructor(options: TcpTransportOptions) {
    this.#options = options
  }

  async listen(listener: PortListener): Promise<Bound> {
    const { address } = this.#options
    const target = parseListenAddress(address)
    if (target === undefined) throw new CodedError('LISTEN_FAILED', ['cluster', address, 'not host:port'])
    const server = this.#createServer(listener)
    server.prependListener('connection', (socket: Socket) => this.#limit(socket))
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error: Error) => reject(describe(address, error)))
      server.listen(target, resolve)
    })
    this.#server = server
    const bound = server.address() as AddressInfo
    return { host: bound.address, port: bound.port }
  }

  async dial(address: string, { timeoutMs, clock }: Parameters<Transport['dial']>[1]): Promise<Duplex> {
    const target = parseListenAddress(address)
    if (target?.host === undefined) throw new Error(`${address} is not host:port`)
    const { tls } = this.#options
    const secure = tls === undefined ? undefined : await tls.client()
    const socket = secure === undefined ? connect(target) : connectTls({ ...secure, ...target })
    const cancel = clock.after(timeoutMs, () => socket.destroy(new Error(`no connection within ${timeoutMs} ms`)))
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        socket.once(secure === undefined ? 'connect' : 'secureConnect', () => resolve())
      })
    } finally {
      cancel()
    }
    this.count.add(socket, 'sent')
    return socket.setNoDelay(true)
  }

  stop(): void {
    this.#server?.close()
    for (const socket of this.#ungreeted.values()) socket.destroy()
  }

  #createServer({ onConnection, onTlsError }: PortListener): Server {
    const { tls, timeoutMs } = this.#options
    const connected = (socket: Socket) => {
      const from = nameOf(socket)
      this.count.add(socket, 'received')
      onConnection(socket.setNoDelay(true), from, () => this.#ungreeted.delete(from))
    }
    if (tls === undefined) return createServer(connected)
    const server = createTlsServer({ ...serverOptions(tls.server()), handshakeTimeout: timeoutMs })
    followSettings(server, () => tls.server())
    server.on('secureConnection', (socket) => socket.destroyed || connected(socket))
    server.on('tlsClientError', (error, socket) => onTlsError(error, nameOf(socket)))
    return server
  }

  #limit(socket: Socket): void {
    const [oldest] = this.#ungreeted.values()
    if (this.#ungreeted.size >= MAX_UNGREETED) oldest?.destroy()
    const from = nameOf(socket)
    this.#ungreeted.set(from, socket)
    socket.on('error', () => {})
    socket.once('close', () => this.#ungreeted.delete(from))
  }
}

function describe(address: string, error: Error): CodedError {
  const cause = { cause: error }
  if (systemErrorCode(error) === 'EADDRINUSE') {
    return new CodedError('LISTEN_ADDRESS_IN_USE', ['cluster', address], cause)
  }
  return new CodedError('LISTEN_FAILED', ['cluster', address, messageOf(error)], cause)
}

function nameOf({ remoteAddress = '', remotePort = 0 }: Socket): string {
  return `${bracketHost(remoteAddress)}:${remotePort}`
}

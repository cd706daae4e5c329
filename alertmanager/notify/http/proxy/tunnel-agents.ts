import type { AgentOptions, ClientRequestArgs } from 'node:http'
import { Agent as HttpsAgent, type RequestOptions } from 'node:https'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls'
import { Agent as HttpAgent } from '#lib/node-http.ts'
import { dialThrough } from './dial.ts'

export interface TunnelOptions {
  readonly proxy: URL
  readonly headers: Readonly<Record<string, readonly string[]>>
  readonly agent: AgentOptions
}

type Done = (error: Error | null, stream: Duplex) => void

/** Connections to servers of `http://` through a proxy that knows nothing of HTTP. */
export class HttpTunnelAgent extends HttpAgent {
  readonly #tunnel: TunnelOptions

  constructor(tunnel: TunnelOptions) {
    super(tunnel.agent)
    this.#tunnel = tunnel
  }

  override createConnection(target: ClientRequestArgs, done?: Done): undefined {
    dial(this.#tunnel, target).then((socket) => done?.(null, socket), fail(done))
  }
}

/** Connections to servers of `https://` through a proxy, which sees nothing of what is in them. */
export class HttpsTunnelAgent extends HttpsAgent {
  readonly #tunnel: TunnelOptions

  constructor(tunnel: TunnelOptions) {
    super(tunnel.agent)
    this.#tunnel = tunnel
  }

  override createConnection(target: RequestOptions, done?: Done): undefined {
    dial(this.#tunnel, target).then((socket) => done?.(null, encrypt(socket, target)), fail(done))
  }
}

function dial({ proxy, headers }: TunnelOptions, target: RequestOptions): Promise<Socket> {
  const { ca, cert, key, rejectUnauthorized, minVersion, maxVersion } = target
  const tls = { ca, cert, key, rejectUnauthorized, minVersion, maxVersion }
  const set = Object.fromEntries(Object.entries(tls).filter(([, value]) => value !== undefined))
  return dialThrough({ proxy, headers, host: target.host ?? '', port: Number(target.port), tls: set })
}

/** TLS to the target as its request wants it, over a way that is open. */
function encrypt(socket: Socket, target: RequestOptions): TLSSocket {
  return connectTls({ ...(target as ConnectionOptions), socket })
}

/** The type of the callback wants a stream even where there is none. */
function fail(done: Done | undefined): (error: Error) => void {
  return (error) => (done as ((error: Error) => void) | undefined)?.(error)
}

import type { IncomingHttpHeaders } from 'node:http'
import { isIP, type Socket } from 'node:net'

/** Who may look at log lines: processes of the same machine or pod, everybody who reaches the address, or nobody. */
export const TAP_ACCESS = ['local', 'anyone', 'off'] as const
export type TapAccess = (typeof TAP_ACCESS)[number]

/** Left behind by whoever passes requests on, such as the API server's proxy. */
const PROXY_HEADERS = ['forwarded', 'via', 'x-forwarded-for'] as const

/** Of a request, what shows who it is from. */
export interface TapRequest {
  readonly socket: Pick<Socket, 'remoteAddress' | 'localAddress'>
  readonly headers: IncomingHttpHeaders
}

/** Why a request may not look at log lines; undefined if it may. */
export function tapRefusal(access: TapAccess, { socket, headers }: TapRequest): string | undefined {
  if (access === 'anyone') return undefined
  if (access === 'off') return 'web.tap is off'
  const remote = withoutMapping(socket.remoteAddress)
  if (!isLoopback(remote) && remote !== withoutMapping(socket.localAddress)) return `the request is from ${remote}`
  if (PROXY_HEADERS.some((name) => headers[name] !== undefined)) return 'the request came through a proxy'
  // A page in a browser may have a name of its own that resolves to this machine, but cannot ask by address.
  const host = hostOf(headers.host ?? '')
  return isIP(host) !== 0 || host === 'localhost' ? undefined : `the request is for the host ${host}`
}

/** `::ffff:127.0.0.1` is what a socket for both families says of a peer of version 4. */
function withoutMapping(address = 'nobody'): string {
  return address.replace(/^::ffff:(?=\d+\.)/, '')
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.')
}

function hostOf(header: string): string {
  return /^\[(.*)\](?::\d+)?$/.exec(header)?.[1] ?? header.replace(/:\d+$/, '')
}

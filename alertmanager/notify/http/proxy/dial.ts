import { connect, type Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { request as requestHttp } from '#lib/node-http.ts'

export interface DialOptions {
  readonly proxy: URL
  readonly host: string
  readonly port: number
  /** For proxies: those of CONNECT requests. */
  readonly headers: Readonly<Record<string, readonly string[]>>
  /** TLS towards a proxy of `https://`. */
  readonly tls: ConnectionOptions
}

/** How long a proxy may take to open a way; nobody else would end a connection that is never handed out. */
const LONGEST_MS = 30_000

/** Opens a way to a host and port through a proxy. Rejects when the proxy does not. */
export function dialThrough(options: DialOptions): Promise<Socket> {
  return options.proxy.protocol.startsWith('socks5') ? dialSocks(options) : dialConnect(options)
}

/** What a proxy wants to know of us, from its URL. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === '' && password === '') return {}
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return { 'proxy-authorization': `Basic ${Buffer.from(credentials).toString('base64')}` }
}

async function dialConnect({ proxy, host, port, headers, tls }: DialOptions): Promise<Socket> {
  const target = `${host.includes(':') ? `[${host}]` : host}:${port}`
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const send = proxy.protocol === 'https:' ? (await import('node:https')).request : requestHttp
  const request = send({
    ...(proxy.protocol === 'https:' ? tls : {}),
    ...proxyAddress(proxy),
    method: 'CONNECT',
    path: target,
    headers: { host: target, ...proxyAuthorization(proxy), ...mutable(headers) },
    agent: false,
    timeout: LONGEST_MS,
  })
  request.on('connect', ({ statusCode }, socket: Socket) => {
    if (statusCode === 200) return resolve(socket)
    socket.destroy()
    reject(new Error(`the proxy answered ${statusCode} to CONNECT${cureOf(statusCode)}`))
  })
  request.on('response', (response) => {
    response.destroy()
    reject(new Error(`the proxy answered ${response.statusCode} to CONNECT${cureOf(response.statusCode)}`))
  })
  request.on('timeout', () => request.destroy(new Error('the proxy does not answer')))
  request.on('error', reject)
  request.end()
  return promise
}

export function proxyAddress(proxy: URL): { readonly host: string; readonly port: number } {
  const standard = proxy.protocol === 'https:' ? 443 : proxy.protocol === 'http:' ? 80 : 1080
  return { host: proxy.hostname.replace(/^\[|\]$/g, ''), port: proxy.port === '' ? standard : Number(proxy.port) }
}

function mutable(headers: DialOptions['headers']): Record<string, string[]> {
  return Object.fromEntries(Object.entries(headers).map(([name, values]) => [name, [...values]]))
}

function cureOf(status: number | undefined): string {
  return status === 407 ? '; put user and password into proxy_url' : ''
}

/** SOCKS 5 of RFC 1928, with the passwords of RFC 1929; the proxy looks up names. */
async function dialSocks({ proxy, host, port }: DialOptions): Promise<Socket> {
  const socket = connect(proxyAddress(proxy))
  socket.setTimeout(LONGEST_MS, () => socket.destroy(new Error('the proxy does not answer')))
  try {
    const [user, password] = [proxy.username, proxy.password].map((text) => Buffer.from(decodeURIComponent(text)))
    const hasUser = user!.length > 0
    socket.write(Buffer.from(hasUser ? [5, 2, 0, 2] : [5, 1, 0]))
    const [, method] = await read(socket, 2)
    if (method === 2 && hasUser) {
      socket.write(Buffer.from([1, user!.length, ...user!, password!.length, ...password!]))
      if ((await read(socket, 2))[1] !== 0) throw new Error('the proxy does not take user and password of proxy_url')
    } else if (method !== 0) throw new Error('the proxy wants user and password; put them into proxy_url')
    const name = Buffer.from(host)
    socket.write(Buffer.from([5, 1, 0, 3, name.length, ...name, port >> 8, port & 0xff]))
    const [, code, , kind, first] = await read(socket, 5)
    if (code !== 0) throw new Error(`the proxy cannot reach the host (SOCKS error ${code})`)
    const rest = kind === 1 ? 3 : kind === 4 ? 15 : first!
    await read(socket, rest + 2)
    socket.setTimeout(0)
    return socket
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** So many bytes; what came with them stays in the socket. */
async function read(socket: Socket, count: number): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const attempt = () => {
    const bytes = socket.read(count) as Buffer | null
    if (bytes !== null) resolve(bytes)
  }
  const close = () => reject(new Error('the proxy closed the connection'))
  socket.on('readable', attempt)
  socket.on('error', reject)
  socket.on('close', close)
  attempt()
  try {
    return await promise
  } finally {
    socket.off('readable', attempt)
    socket.off('error', reject)
    socket.off('close', close)
  }
}

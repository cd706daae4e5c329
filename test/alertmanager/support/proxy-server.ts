import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

export interface ProxyServer {
  /** `host:port` */
  readonly address: string
  /** What it was asked for: method, target and the headers for it. */
  readonly requests: readonly (readonly [string, IncomingMessage['headers']])[]
}

export interface ProxyOptions {
  /** The status with which it refuses everything. */
  readonly refuse?: number
  /** `host:port` to which it leads whoever wants a way, wherever he wants to go. */
  readonly leadsTo?: string
}

/** A proxy of HTTP that relays requests and opens ways. */
export async function proxyServer(
  t: Pick<TestContext, 'after'>,
  { refuse, leadsTo }: ProxyOptions = {},
): Promise<ProxyServer> {
  const requests: [string, IncomingMessage['headers']][] = []
  const sockets = new Set<Socket>()
  const server = createServer((incoming, outgoing) => {
    requests.push([`${incoming.method} ${incoming.url}`, incoming.headers])
    if (refuse !== undefined) return outgoing.writeHead(refuse).end()
    const { method, url = '', headers } = incoming
    const onward = request(url, { method: method ?? 'GET', headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    onward.on('error', () => outgoing.writeHead(502).end())
    incoming.pipe(onward)
  })
  server.on('connect', (incoming: IncomingMessage, socket: Socket) => {
    requests.push([`CONNECT ${incoming.url}`, incoming.headers])
    if (refuse !== undefined) return socket.end(`HTTP/1.1 ${refuse} no\r\n\r\n`)
    const [host, port] = (leadsTo ?? incoming.url ?? '').split(':')
    const onward = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 ok\r\n\r\n')
      socket.pipe(onward).pipe(socket)
    })
    for (const end of [socket, onward]) sockets.add(end.on('error', () => {}))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

/** A proxy of SOCKS 5 that wants this user and password, if any; what it is asked for is in `requests`. */
export async function socksServer(t: Pick<TestContext, 'after'>, user?: string): Promise<ProxyServer> {
  const requests: [string, IncomingMessage['headers']][] = []
  const sockets = new Set<Socket>()
  const serve = async (socket: Socket) => {
    const next = async () => (await new Promise<Buffer>((resolve) => socket.once('data', resolve))) as Buffer
    await next()
    socket.write(Buffer.from([5, user === undefined ? 0 : 2]))
    if (user !== undefined) {
      const said = await next()
      const name = said.subarray(2, 2 + said[1]!).toString()
      const password = said.subarray(3 + said[1]!).toString()
      socket.write(Buffer.from([1, `${name}:${password}` === user ? 0 : 1]))
      if (`${name}:${password}` !== user) return socket.end()
    }
    const asked = await next()
    const host = asked.subarray(5, 5 + asked[4]!).toString()
    const port = asked.readUInt16BE(5 + asked[4]!)
    requests.push([`${host}:${port}`, {}])
    const onward = connect(port, host, () => {
      socket.write(Buffer.from([5, 0, 0, 1, 0, 0, 0, 0, 0, 0]))
      socket.pipe(onward).pipe(socket)
    })
    sockets.add(onward.on('error', () => {}))
  }
  const server = createTcpServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    void serve(socket)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, requests }
}

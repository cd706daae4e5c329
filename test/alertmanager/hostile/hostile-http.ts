import type { AddressInfo } from 'node:net'
import { createServer, type Server, type Socket } from 'node:net'
import type { TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'

/** What a server does with each connection, once it has a request. */
type Conduct = (socket: Socket) => void

const MEGABYTE = Buffer.alloc(1 << 20, 'x')
const HEAD = 'HTTP/1.1 200 OK\r\n'

/** As many gigabytes as are taken. */
function pour(socket: Socket, head: string, block: Buffer): void {
  socket.write(head)
  const more = () => {
    while (!socket.destroyed && socket.write(block)) {}
  }
  socket.on('drain', more)
  more()
}

function trickle(socket: Socket, text: string): void {
  let at = 0
  const timer = setInterval(() => socket.write(text.charAt(at++ % text.length)), 1_000)
  socket.on('close', () => clearInterval(timer))
}

const chunk = Buffer.concat([Buffer.from('100000\r\n'), MEGABYTE, Buffer.from('\r\n')])
/** A thousand times as large once it is inflated. */
const bomb = gzipSync(Buffer.alloc(50 << 20))

/** Webhooks that do what no webhook should, by name. */
export const HTTP_CONDUCTS: Readonly<Record<string, Conduct>> = {
  'never answers': () => {},
  'answers with a head and nothing more': (socket) => void socket.write(`${HEAD}content-length: 100\r\n\r\n`),
  'answers a byte a second': (socket) => trickle(socket, `${HEAD}content-length: 1000000\r\n\r\n${'x'.repeat(1_000)}`),
  'answers 10 GB in chunks': (socket) => pour(socket, 'HTTP/1.1 500 no\r\ntransfer-encoding: chunked\r\n\r\n', chunk),
  'answers a head without end': (socket) => pour(socket, HEAD, Buffer.from('x-more: again\r\n'.repeat(1_000))),
  'answers a line without end': (socket) => pour(socket, '', MEGABYTE),
  'answers a bomb': (socket) => {
    socket.write(`HTTP/1.1 500 no\r\ncontent-encoding: gzip\r\ncontent-length: ${bomb.length}\r\n\r\n`)
    socket.write(bomb)
  },
  'redirects to itself': (socket) =>
    void socket.end('HTTP/1.1 307 on\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n'),
  'redirects to a file': (socket) =>
    void socket.end('HTTP/1.1 302 on\r\nlocation: file:///etc/passwd\r\ncontent-length: 0\r\n\r\n'),
  'redirects nowhere': (socket) =>
    void socket.end('HTTP/1.1 302 on\r\nlocation: http://[::bad\r\ncontent-length: 0\r\n\r\n'),
  'closes at once': (socket) => void socket.destroy(),
  'closes within its head': (socket) => void socket.end('HTTP/1.1 20'),
  'closes within its body': (socket) => void socket.end('HTTP/1.1 500 no\r\ncontent-length: 100\r\n\r\nhalf'),
  resets: (socket) => void socket.resetAndDestroy(),
  'speaks no HTTP': (socket) => void socket.end('\x16\x03\x01\x02\0garbage\0\r\n\r\n'),
  'says what it is asked before it is asked': (socket) => void socket.end(`${HEAD.repeat(50)}\r\n`),
}

export interface HostileServer {
  readonly port: number
  /** Connections that came. */
  readonly connections: number
}

/** A server of these manners, for as long as the test. */
export async function hostileServer(t: Pick<TestContext, 'after'>, conduct: Conduct): Promise<HostileServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server: Server = createServer((socket) => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => {})
    socket.once('data', () => conduct(socket))
    socket.on('close', () => sockets.delete(socket))
    socket.resume()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections
    },
  }
}

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Takes requests of remote write, says yes at once and keeps them; DELETE gives them back, each with its length before it. */
let bodies: Buffer[] = []

const server = createServer((request, response) => {
  if (request.method === 'DELETE') {
    const parts = bodies.flatMap((body) => {
      const length = Buffer.alloc(4)
      length.writeUInt32LE(body.length)
      return [length, body]
    })
    bodies = []
    response.end(Buffer.concat(parts))
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    bodies.push(Buffer.concat(chunks))
    // More than there are: all of them.
    response.writeHead(204, { 'x-prometheus-remote-write-samples-written': 1_000_000_000 }).end()
  })
})

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit())

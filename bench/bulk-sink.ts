import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Elasticsearch as far as a shipper sees it: takes every document at once, and remembers which ids came. */
const ID = Buffer.from('"_id":"')
const QUOTE = 34
const ids = new Set<string>()
let documents = 0
let bytes = 0

const server = createServer((request, response) => {
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    response.setHeader('x-elastic-product', 'Elasticsearch')
    response.setHeader('content-type', 'application/json')
    if (request.url === '/count') response.end(JSON.stringify({ documents, distinct: ids.size, bytes }))
    else if (request.url?.startsWith('/_bulk') === true) response.end(takeBulk(body))
    else response.end('{"acknowledged":true}')
  })
})

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit())

function takeBulk(body: Buffer): string {
  bytes += body.length
  const items: string[] = []
  // An action line, then a document line, which is skipped.
  for (let at = 0; at < body.length; ) {
    const start = body.indexOf(ID, at) + ID.length
    ids.add(body.toString('latin1', start, body.indexOf(QUOTE, start)))
    items.push('{"create":{"status":201}}')
    at = body.indexOf(10, body.indexOf(10, start) + 1) + 1
  }
  documents += items.length
  return `{"errors":false,"items":[${items.join(',')}]}`
}

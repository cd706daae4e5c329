import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { inspectLogs } from '#lib/otlp/validate.ts'

/** Takes OTLP logs and bulk requests, says yes at once and counts the records. Its port goes to the parent process. */
let records = 0
let requests = 0
let bytes = 0

const server = createServer((request, response) => {
  if (request.url === '/count') {
    response.end(JSON.stringify({ records, requests, bytes }))
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = Buffer.concat(chunks)
    bytes += body.length
    requests += 1
    if (request.url?.startsWith('/v1/logs') === true) {
      records += countOtlp(decompress(body, request.headers['content-encoding']))
      response.setHeader('content-type', 'application/x-protobuf')
      response.end()
    } else {
      if (request.method === 'POST') records += countBulk(body)
      response.setHeader('content-type', 'application/json')
      response.end('{"took":1,"errors":false,"items":[]}')
    }
  })
})

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit())

function decompress(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding === 'zstd') return zstdDecompressSync(body)
  return encoding === 'gzip' ? gunzipSync(body) : body
}

function countOtlp(body: Buffer): number {
  const summary = inspectLogs(body)
  if (summary === undefined) throw new Error('a request that cannot be read')
  return summary.records
}

/** Two lines that are not empty for each document: rsyslog sends empty ones too. */
function countBulk(body: Buffer): number {
  let lines = 0
  let isEmpty = true
  for (const byte of body) {
    if (byte !== 10) isEmpty = false
    else if (!isEmpty) {
      lines += 1
      isEmpty = true
    }
  }
  return (lines + (isEmpty ? 0 : 1)) / 2
}

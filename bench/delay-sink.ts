import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { zstdDecompressSync } from 'node:zlib'
import { LogsWalker } from '#lib/otlp/logs-walker.ts'

/**
 * `delay-sink.ts <bytes a second>`: takes OTLP logs, as many bytes before compression as that, and notes how old the
 * records are whose text is `quiet <epoch milliseconds>`. Its port goes to the parent process; `/delays` has the result.
 */
const bytesPerSecond = Number(process.argv[2])
const delaysMs: number[] = []
let records = 0
let bytes = 0
let freeAtMs = 0

const walker = new LogsWalker()
const QUIET = Buffer.from('quiet ')
const nowMs = () => performance.timeOrigin + performance.now()

const server = createServer((request, response) => {
  if (request.url === '/delays') {
    response.end(JSON.stringify({ delaysMs, records, bytes }))
    return
  }
  const chunks: Buffer[] = []
  request.on('data', (chunk: Buffer) => chunks.push(chunk))
  request.on('end', () => {
    const body = zstdDecompressSync(Buffer.concat(chunks))
    take(body)
    freeAtMs = Math.max(freeAtMs, performance.now()) + (body.length / bytesPerSecond) * 1_000
    response.setHeader('content-type', 'application/x-protobuf')
    setTimeout(() => response.end(), Math.max(0, freeAtMs - performance.now()))
  })
})

server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }))
process.once('disconnect', () => process.exit())

function take(body: Buffer): void {
  const arrivedAtMs = nowMs()
  bytes += body.length
  const whole = walker.walk(body, {
    resource() {},
    scope() {},
    record({ body: { start, end } }) {
      records += 1
      const at = body.subarray(start, Math.min(end, start + 16)).indexOf(QUIET)
      if (at >= 0) delaysMs.push(arrivedAtMs - Number(body.toString('latin1', start + at + QUIET.length, end)))
      return true
    },
  })
  if (!whole) throw new Error('a request that cannot be read')
}

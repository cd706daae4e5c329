import { Agent, request } from 'node:http'
import { FILE_KEY_BYTES } from '#lib/record-uid.ts'
import { Line, STDERR, STDOUT } from '../agent/decode/line.ts'
import { encodeResource } from '../agent/enrich/resource.ts'
import { createContentParser } from '../agent/parse/detect.ts'
import { Batch, encodeScope } from '../agent/ship/batch.ts'
import { compress } from '../agent/ship/compress.ts'
import { Extent } from '../agent/ship/extent.ts'
import { RecordWriter } from '../agent/ship/record-writer.ts'
import { corpusLines } from './corpus.ts'

/** What `bench/collector.ts` tells this process. */
export interface OtlpSendTask {
  readonly url: string
  readonly lines: number
  readonly containers: number
}

/** What it is told back. */
export interface OtlpSendResult {
  readonly records: number
  readonly requests: number
  readonly rawBytes: number
  readonly sentBytes: number
}

const BATCH_BYTES = 1024 ** 2
const CONCURRENCY = 4

process.once('message', (task: OtlpSendTask) => {
  const requests = corpusRequests(task)
  // The sender has done its own work before it is told to send.
  process.once('message', () => {
    void send(task.url, requests).then((result) => process.send?.({ ...result, rawBytes: requests.rawBytes }))
  })
  process.send?.({ prepared: requests.bodies.length })
})
process.once('disconnect', () => process.exit())

interface Requests {
  readonly bodies: readonly { readonly payload: Buffer; readonly records: number }[]
  readonly rawBytes: number
}

/** The corpus as the agent ships it: its own batches, compressed by its own code. */
function corpusRequests({ lines, containers }: OtlpSendTask): Requests {
  const writer = new RecordWriter()
  writer.observe(Date.UTC(2026, 10, 21, 6))
  const scope = encodeScope('vedette.agent', '1')
  const batch = new Batch({ maxBytes: BATCH_BYTES, maxRecordBytes: 1024 ** 2, writer, scope })
  const origins = Array.from({ length: containers }, (_, index) => ({
    resource: encodeResource(
      {
        namespace: `shop-${index % 3}`,
        pod: `web-${index}-6d4cf56db6-x${index}k2p`,
        uid: `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
        container: 'app',
        restartCount: 0,
      },
      { nodeName: 'node-1' },
    ),
  }))
  const offsets = new Array<number>(containers).fill(0)
  const bodies: { payload: Buffer; records: number }[] = []
  let rawBytes = 0
  const take = () => {
    const { body, records } = batch.take([])
    bodies.push({ payload: compress(body, 'zstd', 1), records })
  }
  const line = new Line()
  const parser = createContentParser('auto', { time: false })
  const extent = new Extent()
  for (const { container, timeNs, stream, message } of corpusLines({
    seed: 7,
    containers,
    lines,
    startMs: Date.UTC(2026, 10, 21, 6),
  })) {
    line.bytes = Buffer.from(message)
    line.bodyEnd = line.bytes.length
    line.stream = stream === 'stdout' ? STDOUT : STDERR
    line.timeHigh = Number(timeNs >> 32n)
    line.timeLow = Number(timeNs & 0xffff_ffffn)
    extent.fileKey = Buffer.alloc(FILE_KEY_BYTES, String.fromCharCode(65 + (container % 26)))
    extent.startOffset = offsets[container]!
    extent.endOffset = offsets[container]! + line.bodyEnd
    offsets[container] = extent.endOffset + 1
    rawBytes += line.bodyEnd
    parser.parse(line.fields, line.bytes, line.bodyStart, line.bodyEnd)
    batch.append(origins[container]!, line, extent, 0)
    if (batch.isFull) take()
  }
  if (batch.records > 0) take()
  return { bodies, rawBytes }
}

async function send(url: string, { bodies }: Requests): Promise<Omit<OtlpSendResult, 'rawBytes'>> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
  const result = { records: 0, requests: 0, sentBytes: 0 }
  const open = bodies.values()
  const work = async () => {
    for (const { payload, records } of open) {
      await post(agent, url, payload)
      result.records += records
      result.requests += 1
      result.sentBytes += payload.length
    }
  }
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  agent.destroy()
  return result
}

function post(agent: Agent, url: string, payload: Buffer): Promise<void> {
  const headers = {
    'content-type': 'application/x-protobuf',
    'content-encoding': 'zstd',
    'content-length': payload.length,
  }
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method: 'POST', headers })
    outgoing.once('error', reject)
    outgoing.once('response', (answer) => {
      answer.resume().once('end', () => {
        if (answer.statusCode === 200) resolve()
        else reject(new Error(`${url} answered ${answer.statusCode}`))
      })
    })
    outgoing.end(payload)
  })
}

import { Agent, request } from 'node:http'
import { indexTemplate } from '../collector/index/template.ts'
import { BULK_BYTES, corpusBulks } from './bulk-corpus.ts'

/** What `bench/store.ts` tells this process. */
export interface SendTask {
  readonly url: string
  readonly lines: number
  readonly containers: number
  readonly startMs: number
  readonly maxStepNs?: number
  readonly bulkBytes?: number
  /** Index template in place of the collector's. */
  readonly template?: object
}

/** What it is told back. */
export interface SendResult {
  readonly documents: number
  readonly rawBytes: number
  readonly bulkBytes: number
  readonly bulks: number
  readonly seconds: number
  /** Slowest answer. */
  readonly slowestMs: number
}

const CONCURRENCY = 2
const FILTER_PATH = 'errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.failure_store'

process.once('message', (task: SendTask) => {
  void send(task).then((result) => {
    process.send?.(result)
    process.disconnect?.()
  })
})

/** Sends the corpus as the collector does: two requests at a time, until all is taken. */
async function send(task: SendTask): Promise<SendResult> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY })
  const { template: wanted = indexTemplate({ dataset: 'kubernetes.otel', retention: '7d' }) } = task
  const template = Buffer.from(JSON.stringify(wanted))
  await put(agent, `${task.url}/_index_template/vedette-logs`, 'PUT', 'application/json', template)
  const bulks = corpusBulks({
    seed: 7,
    containers: task.containers,
    lines: task.lines,
    startMs: task.startMs,
    ...(task.maxStepNs === undefined ? {} : { maxStepNs: task.maxStepNs }),
    dataStream: 'logs-kubernetes.otel-default',
    bulkBytes: task.bulkBytes ?? BULK_BYTES,
  })
  const result = { documents: 0, rawBytes: 0, bulkBytes: 0, bulks: 0, seconds: 0, slowestMs: 0 }
  const path = `${task.url}/_bulk?filter_path=${FILTER_PATH}&require_data_stream=true`
  const work = async () => {
    for (const { body, documents, rawBytes } of bulks) {
      const startedAt = performance.now()
      const answer = await put(agent, path, 'POST', 'application/x-ndjson', body)
      result.slowestMs = Math.max(result.slowestMs, performance.now() - startedAt)
      if (!answer.startsWith('{"errors":false')) throw new Error(`a bulk failed: ${answer.slice(0, 500)}`)
      result.documents += documents
      result.rawBytes += rawBytes
      result.bulkBytes += body.length
      result.bulks += 1
    }
  }
  const startedAt = performance.now()
  await Promise.all(Array.from({ length: CONCURRENCY }, work))
  agent.destroy()
  return { ...result, seconds: (performance.now() - startedAt) / 1000 }
}

function put(agent: Agent, url: string, method: string, type: string, body: Buffer): Promise<string> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { agent, method, headers: { 'content-type': type, 'content-length': body.length } })
    outgoing.once('error', reject)
    outgoing.once('response', (answer) => {
      const chunks: Buffer[] = []
      answer.on('data', (chunk: Buffer) => chunks.push(chunk))
      answer.once('end', () => {
        const text = Buffer.concat(chunks).toString()
        if (answer.statusCode === 200) resolve(text)
        else reject(new Error(`${url} answered ${answer.statusCode}: ${text.slice(0, 500)}`))
      })
    })
    outgoing.end(body)
  })
}

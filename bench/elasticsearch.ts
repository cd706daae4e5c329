import { parseArgs } from 'node:util'
import { indexTemplate } from '../collector/index/template.ts'
import { withCleanUps } from '../test/support/clean-ups.ts'
import { type ElasticsearchNode, startElasticsearch } from '../test/support/elasticsearch-node.ts'
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts'
import { sendAll } from './store.ts'

export interface NodeBenchOptions {
  readonly lines?: number
  readonly containers?: number
  /** Whether the data stream is one of LogsDB, which needs less disk and more CPU time. */
  readonly isLogsDb?: boolean
}

export interface NodeFigures {
  readonly version: string
  readonly rows: number
  /** CPU-seconds of the node from the first bulk to the last answer; the start of the JVM is not among them. */
  readonly ingestCpuSeconds: number
  /** The same until each shard is one segment. */
  readonly cpuSeconds: number
  readonly rowsPerCpuSecond: number
  readonly ingestRowsPerCpuSecond: number
  readonly wallSeconds: number
  readonly slowestBulkMs: number
  readonly diskBytes: number
  readonly diskBytesPerRow: number
  readonly diskBytesPerRawByte: number
  readonly peakRssBytes: number
}

const STREAM = 'logs-kubernetes.otel-default'

/**
 * Sends what `bench/store.ts` sends to a real Elasticsearch with 512 MB of heap, by the same process and with the same
 * template: what an embedded store is compared with.
 */
export function benchNode(options: NodeBenchOptions = {}): Promise<NodeFigures> {
  const { lines = 3_000_000, containers = 40, isLogsDb = false } = options
  return withCleanUps(async (t) => {
    const node = await startElasticsearch(t, { javaFlags: [] })
    const { body: root } = await node.request('GET', '/')
    const before = cpuSecondsOf(node.pid)
    const startMs = Date.UTC(2026, 10, 21, 6)
    const template = isLogsDb ? { template: logsDbTemplate() } : {}
    const sent = await sendAll({ url: node.url, lines, containers, startMs, ...template })
    const ingestCpuSeconds = cpuSecondsOf(node.pid) - before
    const rows = await node.count(STREAM)
    if (rows !== sent.documents || rows !== lines) throw new Error(`${rows} rows are stored of ${sent.documents} sent`)
    const diskBytes = await merge(node)
    const cpuSeconds = cpuSecondsOf(node.pid) - before
    return {
      version: root.version.number,
      rows,
      ingestCpuSeconds,
      cpuSeconds,
      rowsPerCpuSecond: Math.round(rows / cpuSeconds),
      ingestRowsPerCpuSecond: Math.round(rows / ingestCpuSeconds),
      wallSeconds: sent.seconds,
      slowestBulkMs: Math.round(sent.slowestMs),
      diskBytes,
      diskBytesPerRow: diskBytes / rows,
      diskBytesPerRawByte: diskBytes / sent.rawBytes,
      peakRssBytes: residentBytesOf(node.pid).peak,
    }
  })
}

function logsDbTemplate(): object {
  const template = indexTemplate({ dataset: 'kubernetes.otel', retention: '7d' }) as {
    template: { settings: Record<string, unknown> }
  }
  template.template.settings['index.mode'] = 'logsdb'
  return template
}

/** Makes the smallest of it that Elasticsearch can. Returns the size of the segments, without the log of operations. */
async function merge(node: ElasticsearchNode): Promise<number> {
  await node.request('POST', `/${STREAM}/_forcemerge?max_num_segments=1&flush=true`)
  const { body } = await node.request('GET', `/${STREAM}/_stats/store`)
  return body._all.primaries.store.size_in_bytes
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { lines: { type: 'string' }, logsdb: { type: 'boolean', default: false } } })
  const lines = values.lines === undefined ? {} : { lines: Number(values.lines) }
  const figures = await benchNode({ ...lines, isLogsDb: values.logsdb })
  process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`)
}

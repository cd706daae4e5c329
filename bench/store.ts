import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { SendResult, SendTask } from './bulk-sender.ts'
import { cpuSecondsOf, residentBytesOf } from './process-usage.ts'
import { startService, stopProcess } from './service.ts'

export interface StoreBenchOptions {
  readonly lines?: number
  readonly containers?: number
  /** Size of a bulk request. */
  readonly bulkBytes?: number
  /** Flags for the store's V8. */
  readonly execArgv?: readonly string[]
}

export interface StoreFigures {
  readonly rows: number
  readonly bulks: number
  /** CPU-seconds of the store's process from the first bulk to the last merge. */
  readonly cpuSeconds: number
  /** The same up to the last answer. */
  readonly ingestCpuSeconds: number
  /** Merging included. */
  readonly rowsPerCpuSecond: number
  /** While they come, with the merging that goes on beside. */
  readonly ingestRowsPerCpuSecond: number
  readonly wallSeconds: number
  readonly slowestBulkMs: number
  readonly rawBytes: number
  readonly diskBytes: number
  /** Bytes on disk for a byte of the log files, when all is merged. */
  readonly diskBytesPerRawByte: number
  readonly peakRssBytes: number
}

const SENDER = join(import.meta.dirname, 'bulk-sender.ts')
const MERGES_END_MS = 120_000

/**
 * Sends the corpus to a store of its own process, started as its users start it, and measures what the store takes for
 * it. Three million rows, so that the second or two in which V8 compiles the code, once in the life of a server, is not
 * much of what is measured (measured: of a million rows it is a fifth).
 */
export async function benchStore(options: StoreBenchOptions = {}): Promise<StoreFigures> {
  const { lines = 3_000_000, containers = 40, bulkBytes, execArgv = [] } = options
  const directory = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const flags = ['--web.listen-address=127.0.0.1:0', `--storage.path=${directory}`, '--set', 'retention.max_age=36500d']
  const { process: store, pid, addresses } = await startService('store', flags, execArgv)
  try {
    const url = addresses.elasticsearch!
    const before = cpuSecondsOf(pid)
    const startMs = Date.UTC(2026, 10, 21, 6)
    const sent = await sendAll({ url, lines, containers, startMs, ...(bulkBytes === undefined ? {} : { bulkBytes }) })
    const ingestCpuSeconds = cpuSecondsOf(pid) - before
    const rows = await countRows(url)
    if (rows !== sent.documents || rows !== lines) throw new Error(`${rows} rows are stored of ${sent.documents} sent`)
    await mergesEnd(url)
    const cpuSeconds = cpuSecondsOf(pid) - before
    const diskBytes = bytesOf(directory)
    return {
      rows,
      bulks: sent.bulks,
      cpuSeconds,
      ingestCpuSeconds,
      rowsPerCpuSecond: Math.round(rows / cpuSeconds),
      ingestRowsPerCpuSecond: Math.round(rows / ingestCpuSeconds),
      wallSeconds: sent.seconds,
      slowestBulkMs: Math.round(sent.slowestMs),
      rawBytes: sent.rawBytes,
      diskBytes,
      diskBytesPerRawByte: diskBytes / sent.rawBytes,
      peakRssBytes: residentBytesOf(pid).peak,
    }
  } finally {
    await stopProcess(store)
    rmSync(directory, { recursive: true, force: true })
  }
}

export async function sendAll(task: SendTask): Promise<SendResult> {
  const sender = fork(SENDER, [], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  sender.send(task)
  const result = once(sender, 'message') as Promise<[SendResult]>
  const failed = once(sender, 'exit').then(() => undefined)
  const first = await Promise.race([result, failed])
  if (first === undefined) throw new Error('the sender failed')
  return first[0]
}

async function countRows(url: string): Promise<number> {
  const metrics = await readMetrics(url)
  return metrics.get('vedette_store_bulk_items_total{outcome="created"}') ?? 0
}

/** Waits until nothing was merged for a while. */
export async function mergesEnd(url: string): Promise<void> {
  let last = -1
  const endsAt = Date.now() + MERGES_END_MS
  while (Date.now() < endsAt) {
    await sleep(3_000)
    const metrics = await readMetrics(url)
    if (metrics.get('vedette_store_merge_pending') === 0) return
    const merged = metrics.get('vedette_store_rows_merged_total') ?? 0
    if (merged === last && !metrics.has('vedette_store_merge_pending')) return
    last = merged
  }
  throw new Error('merging does not end')
}

async function readMetrics(url: string): Promise<Map<string, number>> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  return new Map(
    lines.map((line) => {
      const space = line.lastIndexOf(' ')
      return [line.slice(0, space), Number(line.slice(space + 1))]
    }),
  )
}

export function bytesOf(directory: string): number {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0)
}

if (import.meta.main) {
  const execArgv = process.argv.slice(2)
  process.stdout.write(`${JSON.stringify(await benchStore({ execArgv }), null, 2)}\n`)
}

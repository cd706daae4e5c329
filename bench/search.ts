import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { residentBytesOf } from './process-usage.ts'
import { type BenchResult, median } from './report.ts'
import { searchesOf } from './searches.ts'
import { startService, stopProcess } from './service.ts'
import { bytesOf, mergesEnd, sendAll } from './store.ts'

export interface SearchBenchOptions {
  readonly lines?: number
  /** A data directory to use, and to keep; filled if it is empty. */
  readonly directory?: string
  /** Flags for the store's V8. */
  readonly execArgv?: readonly string[]
}

/** 200 bytes a line: 10 GB of log files. */
const LINES = 50_000_000
const CONTAINERS = 40
const HOURS = 48
const START_MS = Date.UTC(2026, 10, 19)
const END_MS = START_MS + HOURS * 3_600_000
const WARM_RUNS = 5
const MIB = 1024 ** 2

interface Timing {
  readonly name: string
  readonly coldMs: number
  readonly warmMs: number
  readonly hits: number
  readonly peakRssBytes: number
}

/**
 * Fills a store with two days of logs and times searches that people begin with: cold, by a store that was just started
 * on files of which nothing is in the page cache, and warm, again.
 */
export async function benchSearch(options: SearchBenchOptions = {}): Promise<BenchResult> {
  const { lines = LINES } = options
  const directory = options.directory ?? mkdtempSync(join(tmpdir(), 'vedette-search-'))
  try {
    if (readdirSync(directory).length === 0) await fill(directory, lines)
    const timings: Timing[] = []
    for (const search of await withStore(directory, options, (url) => searchesOf(url, END_MS))) {
      dropPageCache(directory)
      timings.push(await withStore(directory, options, (url, pid) => time(url, pid, search.name, search.body)))
    }
    return resultOf(lines, bytesOf(directory), timings)
  } finally {
    if (options.directory === undefined) rmSync(directory, { recursive: true, force: true })
  }
}

async function withStore<T>(
  directory: string,
  { execArgv }: SearchBenchOptions,
  use: (url: string, pid: number) => Promise<T>,
): Promise<T> {
  const flags = [
    ...['--web.listen-address=127.0.0.1:0', `--storage.path=${directory}`],
    ...['--set', 'retention.max_age=36500d', '--set', 'retention.max_bytes=1TiB'],
  ]
  const { process: store, pid, addresses } = await startService('store', flags, execArgv)
  try {
    return await use(addresses.elasticsearch!, pid)
  } finally {
    await stopProcess(store)
  }
}

async function fill(directory: string, lines: number): Promise<void> {
  const maxStepNs = Math.floor((2 * (END_MS - START_MS) * 1e6) / lines)
  await withStore(directory, {}, async (url) => {
    await sendAll({ url, lines, containers: CONTAINERS, startMs: START_MS, maxStepNs })
    await mergesEnd(url)
  })
}

/** GNU dd has the kernel forget what it has of a file, without any rights. */
function dropPageCache(directory: string): void {
  for (const entry of readdirSync(directory, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    execFileSync('dd', [`of=${path}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none'])
  }
}

async function time(url: string, pid: number, name: string, body: object): Promise<Timing> {
  const run = async () => {
    const startedAt = performance.now()
    const answer = await fetch(`${url}/logs-*/_search`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const { hits, timed_out } = (await answer.json()) as { hits: { total: { value: number } }; timed_out: boolean }
    if (timed_out || hits.total.value === 0) throw new Error(`${name}: nothing was found in time`)
    return { ms: performance.now() - startedAt, hits: hits.total.value }
  }
  const cold = await run()
  const warm: number[] = []
  for (let count = 0; count < WARM_RUNS; count++) warm.push((await run()).ms)
  return { name, coldMs: cold.ms, warmMs: median(warm), hits: cold.hits, peakRssBytes: residentBytesOf(pid).peak }
}

function resultOf(lines: number, diskBytes: number, timings: readonly Timing[]): BenchResult {
  const peak = Math.max(...timings.map(({ peakRssBytes }) => peakRssBytes)) / MIB
  const target = (what: string, goal: number, ms: number) => ({
    ...{ what, goal: `<= ${goal} ms`, measured: `${Math.round(ms)} ms`, isMet: ms <= goal },
  })
  return {
    name: 'search',
    title: 'Store: searches over two days of logs',
    command: 'npm run bench -- search',
    method:
      `${lines} lines of ${CONTAINERS} containers over ${HOURS} hours, ${Math.round(diskBytes / MIB)} MiB on disk. Cold is the first search of a store ` +
      'that was just started, with nothing of its files in the page cache; warm is the median of the next ' +
      `${WARM_RUNS}. Times are of the whole HTTP request. The pages have 100 hits, newest first.`,
    columns: ['search', 'hits counted', 'cold ms', 'warm ms', 'peak RSS MiB'],
    rows: timings.map(({ name, hits, coldMs, warmMs, peakRssBytes }) => [
      ...[name, hits, Math.round(coldMs), Math.round(warmMs), Math.round(peakRssBytes / MIB)],
    ]),
    targets: [
      ...timings.flatMap(({ name, coldMs, warmMs }) => [
        target(`${name}, cold`, 1_000, coldMs),
        target(`${name}, warm`, 200, warmMs),
      ]),
      { what: 'peak RSS', goal: '<= 300 MiB', measured: `${Math.round(peak)} MiB`, isMet: peak <= 300 },
    ],
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { lines: { type: 'string' }, directory: { type: 'string' } } })
  const { lines, directory } = values
  const result = await benchSearch({
    ...(lines === undefined ? {} : { lines: Number(lines) }),
    ...(directory === undefined ? {} : { directory }),
  })
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`)
}

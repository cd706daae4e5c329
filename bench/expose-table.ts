import { Writable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { systemClock } from '#lib/clock.ts'
import { Gauge, Registry } from '#lib/prom-client.ts'
import { Compression } from '../collector/expose/compression.ts'
import type { ContentCoding } from '../collector/expose/format.ts'
import { Renderer } from '../collector/expose/renderer.ts'
import { Selection } from '../collector/expose/selection.ts'
import { sendPage } from '../collector/expose/send-pages.ts'
import { OtlpIngest } from '../collector/series/otlp/otlp-ingest.ts'
import { SeriesTable } from '../collector/series/series-table.ts'

/*
 * The child of the benchmark of the table of series, so that its memory is its own: takes requests on its input, each behind
 * its length in four bytes; a length of zero ends a round, and all ones ends the input. Says what it measured on its output, a
 * line of JSON for each.
 */

const END_OF_ROUND = 0
const END = 0xffff_ffff
/** Of each coding. */
const PAGES = 4

export interface RoundFigures {
  readonly kind: 'round'
  readonly points: number
  readonly cpuSeconds: number
  readonly series: number
  /** Longest time that one request held the thread, in CPU time. */
  readonly longestMs: number
}

export interface MemoryFigures {
  readonly kind: 'memory'
  readonly bytes: number
  readonly series: number
}

export interface PageFigures {
  readonly kind: 'page'
  readonly who: 'vedette' | 'prom-client'
  readonly coding: ContentCoding
  readonly series: number
  readonly bytes: number
  readonly sentBytes: number
  readonly cpuSeconds: number
  /** Longest time that a piece held the thread, in CPU time; of a page that was watched for it. */
  readonly longestMs: number
  /** Asking for the time at each piece takes a tenth of the page's own, so such a page counts for nothing else. */
  readonly isWatched: boolean
}

function say(figures: RoundFigures | MemoryFigures | PageFigures): void {
  process.stdout.write(`${JSON.stringify(figures)}\n`)
}

/** CPU time of this thread, milliseconds. */
function threadMs(since = { user: 0, system: 0 }): number {
  const { user, system } = process.threadCpuUsage(since)
  return (user + system) / 1_000
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since)
  return (user + system) / 1e6
}

class Counted extends Writable {
  bytes = 0

  override _write(piece: Buffer, _encoding: unknown, done: () => void): void {
    this.bytes += piece.length
    done()
  }
}

const compression = new Compression()

async function measurePage(table: SeriesTable, coding: ContentCoding, isWatched: boolean): Promise<void> {
  const renderer = new Renderer(
    table.store,
    'text',
    new Selection({ nodes: [], shard: undefined, names: new Set(), selectors: [] }),
    coding === 'gzip' ? compression.open() : undefined,
  )
  let longestMs = 0
  const next = renderer.next.bind(renderer)
  if (isWatched) {
    renderer.next = () => {
      const before = threadMs()
      const piece = next()
      longestMs = Math.max(longestMs, threadMs() - before)
      return piece
    }
  }
  const target = new Counted()
  const finished = new Promise((done) => target.once('finish', done))
  const since = process.cpuUsage()
  const { bytes } = await sendPage({
    renderer,
    target,
    coding: 'identity',
    deadlineMs: Number.POSITIVE_INFINITY,
    clock: systemClock,
  })
  await finished
  const figures = { bytes, sentBytes: target.bytes, cpuSeconds: cpuSeconds(since), longestMs, isWatched }
  say({ kind: 'page', who: 'vedette', coding, series: table.store.series, ...figures })
}

/** The same pages by prom-client, of gauges with the same labels. */
async function measurePromClient(table: SeriesTable, most: number): Promise<void> {
  const registry = new Registry()
  const gauges = new Map<string, Gauge<string>>()
  const { rows } = table.store
  let series = 0
  for (let row = 0; row < rows.end && series < most; row++) {
    const labels = table.labelsOf(row)
    const pairs = Array.from({ length: labels.length / 2 }, (_, index) => [labels[2 * index]!, labels[2 * index + 1]!])
    const { __name__: name, ...rest } = Object.fromEntries(pairs)
    const gauge =
      gauges.get(name) ?? new Gauge({ name, help: name, labelNames: Object.keys(rest), registers: [registry] })
    gauges.set(name, gauge)
    gauge.set(rest, rows.value[row]!)
    series += 1
  }
  for (const coding of ['identity', 'gzip'] as const) {
    const since = process.cpuUsage()
    const before = threadMs()
    const text = Buffer.from(await registry.metrics())
    const longestMs = threadMs() - before
    const target = new Counted()
    const gzip = coding === 'gzip' ? createGzip({ level: 1 }) : undefined
    gzip?.pipe(target)
    const finished = new Promise((done) => target.once('finish', done))
    ;(gzip ?? target).end(text)
    await finished
    const figures = {
      bytes: text.length,
      sentBytes: target.bytes,
      cpuSeconds: cpuSeconds(since),
      longestMs,
      isWatched: true,
    }
    say({ kind: 'page', who: 'prom-client', coding, series, ...figures })
  }
}

const table = new SeriesTable({
  limits: {
    ...{ maxSeries: 2_000_000, maxBytes: 2 ** 32, maxSeriesPerNode: 1e6, maxSeriesPerTenant: 1e6 },
    tenantLabel: 'namespace',
  },
  ...{ minStalenessMs: 10_000, maxAgeMs: 300_000, clock: systemClock },
})
const otlp = new OtlpIngest(table, { promoted: [], hasScopeLabels: false })
const collectGarbage = globalThis.gc!
collectGarbage()
const emptyBytes = process.memoryUsage.rss()
let round = { points: 0, cpuSeconds: 0, longestMs: 0 }
let pending: Buffer = Buffer.alloc(0)

async function finish(): Promise<void> {
  pending = Buffer.alloc(0)
  collectGarbage()
  collectGarbage()
  say({ kind: 'memory', bytes: process.memoryUsage.rss() - emptyBytes, series: table.store.series })
  for (let page = 0; page <= PAGES; page++) {
    const isWatched = page === PAGES
    await measurePage(table, 'identity', isWatched)
    await measurePage(table, 'gzip', isWatched)
  }
  for (const series of [100_000, 300_000]) await measurePromClient(table, series)
}

function ingest(body: Buffer): void {
  const before = threadMs()
  const ingested = otlp.ingest(body)
  const tookMs = threadMs() - before
  if (ingested === undefined || ingested.refused.size > 0) throw new Error('points were refused')
  round.points += ingested.points
  round.cpuSeconds += tookMs / 1_000
  round.longestMs = Math.max(round.longestMs, tookMs)
}

process.stdin.on('data', (chunk: Buffer) => {
  pending = pending.length === 0 ? chunk : Buffer.concat([pending, chunk])
  let at = 0
  for (;;) {
    const length = pending.length - at < 4 ? undefined : pending.readUInt32LE(at)
    if (length === undefined) break
    if (length === END) {
      process.stdin.pause()
      void finish()
      return
    }
    if (length === END_OF_ROUND) {
      say({ kind: 'round', ...round, series: table.store.series })
      round = { points: 0, cpuSeconds: 0, longestMs: 0 }
    } else if (pending.length - at < 4 + length) break
    else ingest(pending.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  pending = Buffer.from(pending.subarray(at))
})

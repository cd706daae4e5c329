import { counterOf, gaugeOf, Histogram, type Registry } from '#lib/metrics.ts'
import type { BlockCache } from './disk/block-cache.ts'
import type { DayFiles } from './disk/day-files.ts'
import type { Indices } from './index/indices.ts'

/** What hot paths count, in plain fields. */
export interface StoreCounters {
  created: number
  duplicates: number
  rejected: number
  bulkBytes: number
  blocksWritten: number
  blocksMerged: number
  rowsMerged: number
  searchRows: number
  searchBlocks: number
  searchBlocksSkipped: number
  searchesTimedOut: number
  retentionBytes: number
}

export function createCounters(): StoreCounters {
  return {
    created: 0,
    duplicates: 0,
    rejected: 0,
    bulkBytes: 0,
    blocksWritten: 0,
    blocksMerged: 0,
    rowsMerged: 0,
    searchRows: 0,
    searchBlocks: 0,
    searchBlocksSkipped: 0,
    searchesTimedOut: 0,
    retentionBytes: 0,
  }
}

export interface StoreMetricsOptions {
  readonly registry: Registry
  readonly counters: StoreCounters
  readonly blocks: BlockCache
  /** Undefined before the storage is open. */
  readonly indices: () => Indices | undefined
  readonly files: () => DayFiles | undefined
  /** Days that merging has still to look at. */
  readonly mergePending: () => number
  /** Bytes of request bodies in memory. */
  readonly inFlightBytes: () => number
}

/** Registers the store's metrics; returns what observes a request. */
export function registerMetrics(
  options: StoreMetricsOptions,
): (route: string, status: number, seconds: number) => void {
  const { registry, counters, indices, files, blocks } = options
  const counter = (name: string, help: string, read: () => number) =>
    counterOf(registry, { name: `vedette_store_${name}`, help }, read)
  const gauge = (name: string, help: string, read: () => number) =>
    gaugeOf(registry, { name: `vedette_store_${name}`, help }, read)

  counterOf(
    registry,
    {
      name: 'vedette_store_bulk_items_total',
      help: 'Bulk items by what became of them: created, known already (duplicate), or refused (rejected).',
      labelNames: ['outcome'],
    },
    () => [
      { labels: { outcome: 'created' }, value: counters.created },
      { labels: { outcome: 'duplicate' }, value: counters.duplicates },
      { labels: { outcome: 'rejected' }, value: counters.rejected },
    ],
  )
  counter('bulk_bytes_total', 'Bytes of bulk request bodies, after decompression.', () => counters.bulkBytes)
  counter('blocks_written_total', 'Blocks that bulk requests wrote.', () => counters.blocksWritten)
  counter('blocks_merged_total', 'Small blocks that were merged into larger ones.', () => counters.blocksMerged)
  counter('rows_merged_total', 'Documents that were written again by merging.', () => counters.rowsMerged)
  counter('search_rows_total', 'Documents that searches looked at.', () => counters.searchRows)
  counter('search_blocks_total', 'Blocks that searches read.', () => counters.searchBlocks)
  counter(
    'search_blocks_skipped_total',
    'Blocks that searches left out because of their times or words, or because better hits were known.',
    () => counters.searchBlocksSkipped,
  )
  counter(
    'searches_timed_out_total',
    'Searches that answered with what they had when their time was over.',
    () => counters.searchesTimedOut,
  )
  counter(
    'retention_removed_bytes_total',
    'Bytes of the day files that retention removed.',
    () => counters.retentionBytes,
  )
  counter('block_cache_hits_total', 'Blocks that were found in memory.', () => blocks.hits)
  counter('block_cache_misses_total', 'Blocks that had to be read.', () => blocks.misses)
  gauge('block_cache_bytes', 'Bytes of decompressed blocks in memory.', () => blocks.bytes)
  gauge('merge_pending', 'Days of indices that merging has still to look at.', options.mergePending)
  gauge('in_flight_bytes', 'Bytes of request bodies in memory.', options.inFlightBytes)
  gauge('day_files', 'Days that have a file.', () => files()?.days.length ?? 0)
  gauge('open_day_files', 'Day files that are open.', () => files()?.openFiles.length ?? 0)
  gauge('indices', 'Indices and data streams.', () => indices()?.all.length ?? 0)
  gauge('disk_bytes', 'Bytes of all day files.', () => files()?.totalBytes ?? 0)

  const latency = new Histogram({
    name: 'vedette_store_request_duration_seconds',
    help: 'Time from the head of a request to its answer, by route and class of status.',
    labelNames: ['route', 'status'],
    buckets: [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
    registers: [registry],
  })
  return (route, status, seconds) => latency.observe({ route, status: `${Math.floor(status / 100)}xx` }, seconds)
}

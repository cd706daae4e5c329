import { statfsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createEvents } from '#lib/events.ts'
import { createWebServer } from '#lib/http/server.ts'
import { claimDirectory } from '#lib/process/directory.ts'
import type { Assembly, ServiceDeps } from '#lib/process/run.ts'
import { BodyMemory } from './api/body.ts'
import { bulkRoutes } from './api/bulk-routes.ts'
import { catRoutes } from './api/cat-routes.ts'
import { clusterRoutes } from './api/cluster-routes.ts'
import { contextRoutes } from './api/context-routes.ts'
import { documentRoutes } from './api/document-routes.ts'
import { fieldRoutes } from './api/field-routes.ts'
import { indexRoutes } from './api/index-routes.ts'
import { multiSearchRoutes } from './api/multi-search-routes.ts'
import { refusedRoutes } from './api/refused-routes.ts'
import type { Scroll } from './api/search-options.ts'
import { searchRoutes } from './api/search-routes.ts'
import { serveApi } from './api/server.ts'
import { statsRoutes } from './api/stats-routes.ts'
import { templateRoutes } from './api/template-routes.ts'
import { Duplicates } from './bulk/duplicates.ts'
import { BulkIndexer } from './bulk/indexer.ts'
import type { StoreConfig } from './config.ts'
import { BlockCache } from './disk/block-cache.ts'
import type { DayFile } from './disk/day-file.ts'
import { DayFiles } from './disk/day-files.ts'
import { openState } from './disk/recover-state.ts'
import type { StateFile } from './disk/state-file.ts'
import { STORE_EVENTS } from './events.ts'
import { Indices } from './index/indices.ts'
import { ShapeRegistry } from './json/shape.ts'
import { Maintenance } from './maintenance/maintenance.ts'
import { Merger } from './maintenance/merger.ts'
import { Retention } from './maintenance/retention.ts'
import { Templates } from './mapping/templates.ts'
import { createCounters, registerMetrics } from './metrics.ts'
import { OpenContexts, type PointInTime } from './search/point-in-time.ts'
import { SearchEngine } from './search/search-engine.ts'
import { SearchQueue } from './search/search-queue.ts'

/**
 * The store, in the order in which a document meets it:
 *
 * body      limits, decompression                                 api/server.ts, api/body.ts
 * parse     actions and documents, in one pass over the bytes     bulk/parse-bulk.ts, json/tokenizer.ts
 * check     against the mapping; time and day                     bulk/document-check.ts, mapping/
 * dedup     ids that the day has already                          bulk/duplicates.ts
 * columns   one block per index and day, compressed               bulk/encode-group.ts, block/encode.ts
 * commit    on disk; only now the sender is told                  disk/day-file.ts
 * merge     small blocks to large ones, in the background         maintenance/
 * search    newest first, only blocks that can match              search/search-engine.ts
 * retire    whole days, by age, bytes and disk                      maintenance/
 */
export function createPipeline(config: StoreConfig, deps: ServiceDeps): Assembly<StoreConfig> {
  const events = createEvents('vedette_store', STORE_EVENTS, deps)
  const counters = createCounters()
  const shapes = new ShapeRegistry()
  const blocks = new BlockCache({ maxBytes: config.cache.block_bytes, shapes })
  const memory = new BodyMemory(config.limits.in_flight_bytes)
  const server = createWebServer({
    name: 'store',
    listenAddress: config.listen_address,
    bodyLimitBytes: config.limits.request_bytes,
    requestTimeoutMs: config.limits.request_timeout,
    management: { registry: deps.registry, notReady: deps.notReady },
  })
  let files: DayFiles | undefined
  let state: StateFile | undefined
  let indices: Indices | undefined
  let maintenance: Maintenance | undefined
  const onAnswer = registerMetrics({
    registry: deps.registry,
    counters,
    blocks,
    indices: () => indices,
    files: () => files,
    mergePending: () => maintenance?.pending ?? 0,
    inFlightBytes: () => memory.inFlightBytes,
  })
  return {
    parts: [
      claimDirectory('data_dir', config.data_dir),
      {
        name: 'storage',
        start() {
          files = new DayFiles({ directory: join(config.data_dir, 'days'), maxOpen: config.cache.open_days, events })
          files.onClose = (file) => blocks.forgetFile(file)
          state = openState({ path: join(config.data_dir, 'store.sqlite'), files, events })
          const templates = new Templates(state)
          indices = new Indices({ state, templates, nowMs: () => deps.clock.nowMs() })
          const onCorruptBlock = (file: DayFile, block: number, error: Error) =>
            events.blockCorrupt({}, { file: file.path, block, reason: error.message })
          maintenance = new Maintenance({
            files,
            state,
            merger: new Merger({ shapes, blocks, counters, onCorruptBlock }),
            retention: new Retention({
              files,
              indices,
              clock: deps.clock,
              events,
              counters,
              maxAgeMs: config.retention.max_age,
              maxBytes: config.retention.max_bytes,
              minFreeBytes: config.retention.min_free_bytes,
              freeBytes: () => freeBytesOf(config.data_dir),
            }),
            clock: deps.clock,
            events,
          })
          const indexer = new BulkIndexer({
            state,
            indices,
            files,
            duplicates: new Duplicates({ files, blocks, onCorruptBlock }),
            nowMs: () => deps.clock.nowMs(),
            maxDays: config.limits.bulk_days,
            onCommit: (day) => maintenance?.dayWritten(day),
          })
          const engine = new SearchEngine({
            files,
            blocks,
            indices,
            counters,
            events,
            clock: deps.clock,
            nextSequence: () => state!.nextSequence,
            maxDurationMs: config.limits.search_duration,
            maxBuckets: config.limits.search_buckets,
          })
          const contexts = {
            pits: new OpenContexts<PointInTime>(deps.clock),
            scrolls: new OpenContexts<Scroll>(deps.clock),
          }
          const search = { indices, engine, contexts, queue: new SearchQueue({ running: 4, waiting: 64 }) }
          serveApi(server.app, {
            routes: [
              ...clusterRoutes({ clusterUuid: state.readMeta('cluster_uuid')!, nodeName: hostname(), indices }),
              ...templateRoutes(templates),
              ...indexRoutes({ indices, onDelete: () => maintenance?.indicesDeleted() }),
              ...bulkRoutes({ indexer, shapes, counters }),
              ...searchRoutes(search),
              ...multiSearchRoutes(search),
              ...fieldRoutes({ indices, files, blocks }),
              ...contextRoutes(search),
              ...documentRoutes(search),
              ...statsRoutes({ indices, files }),
              ...catRoutes({ indices, files }),
              ...refusedRoutes(),
            ],
            body: { maxBytes: config.limits.request_bytes, memory },
            events,
            onAnswer,
          })
        },
        stop() {
          files?.closeAll()
          state?.close()
        },
      },
      { name: 'maintenance', start: () => maintenance?.start(), stop: () => maintenance?.stop() },
      server,
    ],
    addresses: () => ({ elasticsearch: server.url }),
  }
}

/** Bytes that this process may still write to the disk of a directory. */
function freeBytesOf(directory: string): number {
  const { bavail, bsize } = statfsSync(directory)
  return bavail * bsize
}

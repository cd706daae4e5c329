import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { createEvents } from '#lib/events.ts'
import { createWebServer } from '#lib/http/server.ts'
import { claimDirectory } from '#lib/process/directory.ts'
import type { Assembly, ServiceDeps } from '#lib/process/run.ts'
import { BodyMemory } from './api/body.ts'
import { bulkRoutes } from './api/bulk-routes.ts'
import { clusterRoutes } from './api/cluster-routes.ts'
import { serveApi } from './api/server.ts'
import { Duplicates } from './bulk/duplicates.ts'
import { BulkIndexer } from './bulk/indexer.ts'
import type { StoreConfig } from './config.ts'
import { BlockCache } from './disk/block-cache.ts'
import { DayFiles } from './disk/day-files.ts'
import { StateFile } from './disk/state-file.ts'
import { STORE_EVENTS } from './events.ts'
import { Indices } from './index/indices.ts'
import { ShapeRegistry } from './json/shape.ts'
import { Templates } from './mapping/templates.ts'
import { createCounters, registerMetrics } from './metrics.ts'

export function createPipeline(config: StoreConfig, deps: ServiceDeps): Assembly {
  const events = createEvents('vedette_store', STORE_EVENTS, deps)
  const counters = createCounters()
  const shapes = new ShapeRegistry()
  const blocks = new BlockCache({ maxBytes: config.cache.block_bytes, shapes })
  const memory = new BodyMemory(config.limits.in_flight_bytes)
  const server = createWebServer({
    name: 'store',
    listenAddress: config.listen_address,
    bodyLimitBytes: config.limits.request_bytes,
    management: { registry: deps.registry, notReady: () => [] },
  })
  let files: DayFiles, state: StateFile
  return {
    parts: [
      claimDirectory('store', config.data_dir),
      {
        name: 'storage',
        start() {
          files = new DayFiles({ directory: join(config.data_dir, 'days'), maxOpen: config.cache.open_days, events })
          files.onClose = (file) => blocks.forgetFile(file)
          state = new StateFile(join(config.data_dir, 'store.sqlite'))
          const templates = new Templates(state)
          const indices = new Indices({ state, templates, nowMs: () => deps.clock.nowMs() })
          const indexer = new BulkIndexer({
            state,
            indices,
            files,
            duplicates: new Duplicates({ files, blocks, onCorruptBlock() {} }),
            nowMs: () => deps.clock.nowMs(),
            maxDays: config.limits.bulk_days,
            onCommit() {},
          })
          const onAnswer = registerMetrics({
            registry: deps.registry,
            counters,
            indices,
            files,
            blocks,
            inFlightBytes: () => memory.inFlightBytes,
          })
          serveApi(server.app, {
            routes: [
              ...clusterRoutes({ clusterUuid: randomUUID(), nodeName: hostname(), indices }),
              ...bulkRoutes({ indexer, shapes, counters }),
            ],
            body: { maxBytes: config.limits.request_bytes, memory },
            events,
            onAnswer,
          })
        },
        stop() {
          files.closeAll()
          state.close()
        },
      },
      server,
    ],
    addresses: () => ({ elasticsearch: server.url }),
  }
}

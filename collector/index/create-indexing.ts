import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { systemFiles } from '#lib/files.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorConfig } from '../config.ts'
import { Burial } from '../dead-letter/burial.ts'
import { DeadLetters } from '../dead-letter/dead-letters.ts'
import { Replayer } from '../dead-letter/replayer.ts'
import type { CollectorEvents } from '../events.ts'
import type { DiskQueue } from '../queue/queue.ts'
import type { Shaping } from '../shape/shaping.ts'
import { BatchSize } from './batch-size.ts'
import { Blocks } from './blocks.ts'
import { BulkRequests } from './bulk-request.ts'
import { BulkSender, type IndexStats } from './bulk-sender.ts'
import type { ElasticsearchConfig } from './config.ts'
import { createElasticsearch, type Elasticsearch } from './elasticsearch.ts'
import { Flow } from './flow.ts'
import { Indexer } from './indexer.ts'
import { TemplateKeeper } from './template-keeper.ts'

/** What moves documents from the queue to Elasticsearch, and what others may see of it. */
export interface Indexing {
  /** In start order. */
  readonly parts: readonly Service[]
  readonly elasticsearch: Elasticsearch
  readonly stats: IndexStats
  readonly deadLetters: DeadLetters
  readonly replayer: Replayer
  readonly flow: Flow
  readonly size: BatchSize
  readonly blocks: Blocks
}

export interface IndexingDeps {
  readonly queue: () => DiskQueue
  readonly clock: Clock
  readonly events: CollectorEvents
  readonly shaping: Shaping
}

/** Puts the parts of the indexer together. */
export function createIndexing(config: CollectorConfig, { queue, clock, events, shaping }: IndexingDeps): Indexing {
  const settings = config.elasticsearch
  const backoff = { initialMs: settings.backoff.initial, maxMs: settings.backoff.max }
  const stats: IndexStats = {
    ...{ taken: 0, indexed: 0, failureStore: 0, duplicates: 0, deadLettered: 0, dropped: 0 },
    ...{ replayed: 0, redelivered: 0 },
    ...{ repaired: 0, requests: 0, bytes: 0 },
  }
  const elasticsearch = createElasticsearch({
    nodes: settings.nodes,
    apiKey: settings.api_key,
    username: settings.username,
    password: settings.password,
    caFingerprint: settings.ca_fingerprint,
    requestTimeoutMs: settings.timeout,
  })
  const deadLetters = new DeadLetters({
    files: systemFiles,
    directory: join(config.data_dir, 'dead-letter'),
    events,
    nowMs: () => clock.nowMs(),
    maxBytes: config.dead_letter.max_bytes,
  })
  const flow = new Flow({ clock, backoff, maxConcurrency: settings.concurrency })
  const size = new BatchSize({ maxBytes: settings.bulk.max_bytes })
  const blocks = new Blocks({ clock, events })
  const template = { dataset: settings.dataset, retention: settings.retention }
  const templates = new TemplateKeeper({ elasticsearch, template, clock, events, backoff })
  const burial = new Burial({ deadLetters, clock, events, backoff, stats })
  const requests = new BulkRequests({
    ...{ elasticsearch, stats },
    compression: compressionFor(settings),
    timeoutMs: settings.timeout,
  })
  const sender = new BulkSender({
    ...{ requests, burial, templates, flow, size, blocks, clock, events, backoff, stats },
  })
  const indexer = new Indexer({
    ...{ queue, sender, burial, flow, templates, clock },
    gathering: {
      ...{ queue, clock, events, stats, backoff, size, shaping },
      dataStream: `logs-${settings.dataset}-${settings.namespace}`,
      maxDelayMs: settings.bulk.max_delay,
    },
    concurrency: settings.concurrency,
  })
  const connection: Service = { name: 'elasticsearch client', stop: () => elasticsearch.close() }
  const storage: Service = {
    name: 'dead letters',
    start: () => deadLetters.open(),
    stop: () => deadLetters.close(),
  }
  const replayer = new Replayer({ deadLetters, queue, events, stats })
  return { parts: [connection, storage, indexer], elasticsearch, stats, deadLetters, replayer, flow, size, blocks }
}

/** Between two processes of one machine compression costs more than it saves. */
function compressionFor({ compression, nodes }: ElasticsearchConfig): 'gzip' | 'none' {
  if (compression !== 'auto') return compression
  return nodes.every((node) => /^https?:\/\/(127\.|localhost[:/]|\[::1\])/.test(`${node}/`)) ? 'none' : 'gzip'
}

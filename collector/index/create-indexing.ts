import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import { systemFiles } from '#lib/files.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorConfig } from '../config.ts'
import { Burial } from '../dead-letter/burial.ts'
import { DeadLetters } from '../dead-letter/dead-letters.ts'
import { Replayer } from '../dead-letter/replayer.ts'
import type { CollectorEvents } from '../events.ts'
import type { DiskQueue } from '../queue/queue.ts'
import { SelfCheck } from '../self-check/self-check.ts'
import { datasetPatterns } from '../shape/routes.ts'
import type { Shaping } from '../shape/shaping.ts'
import { BatchSize } from './batch-size.ts'
import { Blocks } from './blocks.ts'
import { BulkRequests } from './bulk-request.ts'
import { BulkSender, type IndexStats } from './bulk-sender.ts'
import { Cluster } from './cluster.ts'
import type { ElasticsearchConfig } from './config.ts'
import { createElasticsearch, type PooledElasticsearch } from './elasticsearch.ts'
import { Flow } from './flow.ts'
import { Indexer } from './indexer.ts'
import { templateName } from './template.ts'

/** What moves documents from the queue to Elasticsearch, and what others may see of it. */
export interface Indexing {
  /** In start order. */
  readonly parts: readonly Service[]
  readonly elasticsearch: PooledElasticsearch
  readonly cluster: Cluster
  readonly selfCheck: SelfCheck
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
    ...{ repaired: 0, requests: 0, bytes: 0, durationMs: 0 },
  }
  const elasticsearch = createElasticsearch({
    nodes: settings.nodes,
    apiKey: settings.api_key,
    bearerToken: settings.bearer_token,
    username: settings.username,
    password: settings.password,
    caFingerprint: settings.ca_fingerprint,
    ca: readCa(settings.ca_file),
    requestTimeoutMs: settings.timeout,
    ...{ clock, events },
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
  const dataStream = `logs-${settings.dataset}-${settings.namespace}`
  const routedDatasets = datasetPatterns(config.shape.routes)
  const template = { dataset: settings.dataset, routedDatasets, retention: settings.retention }
  const cluster = new Cluster({ elasticsearch, template, blocks, clock, events, backoff })
  const burial = new Burial({ deadLetters, clock, events, backoff, stats })
  const requests = new BulkRequests({
    ...{ elasticsearch, stats, clock, flavour: () => cluster.flavour },
    compression: compressionFor(settings),
    timeoutMs: settings.timeout,
  })
  const sender = new BulkSender({
    ...{ requests, burial, cluster, flow, size, blocks, clock, events, backoff, stats },
  })
  const indexer = new Indexer({
    ...{ queue, sender, burial, flow, cluster, clock },
    gathering: {
      ...{ queue, clock, events, stats, backoff, size, shaping },
      dataStream,
      maxDelayMs: settings.bulk.max_delay,
    },
    concurrency: settings.concurrency,
  })
  const selfCheck = new SelfCheck({
    ...{ elasticsearch, clock, events, dataStream, retention: settings.retention, nodes: settings.nodes },
    templateName: templateName(template),
    flavour: () => cluster.flavour,
    firstReady: cluster.firstReady,
  })
  const connection: Service = { name: 'elasticsearch client', stop: () => elasticsearch.close() }
  const storage: Service = {
    name: 'dead letters',
    start: () => deadLetters.open(),
    stop: () => deadLetters.close(),
  }
  const replayer = new Replayer({ deadLetters, queue, events, stats })
  return {
    parts: [connection, storage, selfCheck, indexer],
    elasticsearch,
    cluster,
    selfCheck,
    stats,
    deadLetters,
    replayer,
    flow,
    size,
    blocks,
  }
}

/** Between two processes of one machine compression costs more than it saves. */
function compressionFor({ compression, nodes }: ElasticsearchConfig): 'gzip' | 'none' {
  if (compression !== 'auto') return compression
  return nodes.every((node) => /^https?:\/\/(127\.|localhost[:/]|\[::1\])/.test(`${node}/`)) ? 'none' : 'gzip'
}

/** @throws CodedError ELASTICSEARCH_CA */
function readCa(path: string): string {
  if (path === '') return ''
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    throw new CodedError('ELASTICSEARCH_CA', [path, messageOf(error)], { cause: error })
  }
}

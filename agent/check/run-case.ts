import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { inOrder } from '#lib/lifecycle.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry, type Registry } from '#lib/metrics.ts'
import type { AgentConfig } from '../config.ts'
import { createKeyFilter } from '../metadata/key-patterns.ts'
import { PodCache } from '../metadata/pod-cache.ts'
import { readRecords, type ShippedRecord } from '../observe/shipped-record.ts'
import { createPipeline, type Pipeline } from '../pipeline.ts'
import { decompress } from '../ship/compress.ts'
import type { RequestSender } from '../ship/outcome.ts'
import type { Case } from './case-schema.ts'
import { podListOf } from './pod-list.ts'
import { VirtualClock } from './virtual-clock.ts'
import { InputWriter } from './write-input.ts'

/** What came of a test's input. */
export interface CaseOutcome {
  /** In the order of their times, and of their places in a file: when they were shipped depends on what had to wait. */
  readonly records: readonly ShippedRecord[]
  /** Records that were dropped, by reason. */
  readonly dropped: ReadonlyMap<string, number>
  /** False if something still waited after a very long time. */
  readonly cameToRest: boolean
}

/** Of the clock of the test: longer than any sensible timeout. */
const LONGEST_MS = 3_600_000

/**
 * Runs the agent's own pipeline over real files that hold a test's input, with a clock that waits for nothing and a
 * collector that takes everything, and reads what would have been sent.
 */
export async function runCase(config: AgentConfig, { input }: Case): Promise<CaseOutcome> {
  const directory = mkdtempSync(join(tmpdir(), 'vedette-check-'))
  try {
    return await runIn(directory, config, input)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

async function runIn(directory: string, config: AgentConfig, input: Case['input']): Promise<CaseOutcome> {
  const podsDir = join(directory, 'pods')
  mkdirSync(podsDir)
  const startMs = Date.now()
  const writer = new InputWriter({ podsDir, format: config.logs.format, startMs })
  for (const each of input) writer.write(each)

  const clock = new VirtualClock(startMs)
  const registry = createRegistry('agent', '0')
  const logger = createLogger({ service: 'agent', level: 'error', format: 'logfmt', write: () => {} })
  const records: ShippedRecord[] = []
  const pods = podListOf(input, config.node_name || hostname())
  const pipeline = createPipeline(
    {
      ...config,
      logs: { ...config.logs, enabled: true, pods_dir: podsDir },
      // The input is the test's, and nothing that is on this machine.
      files: [],
      journald: { ...config.journald, enabled: false },
      state_dir: join(directory, 'state'),
    },
    { clock, registry, logger },
    capturing(records),
    // On a node somebody would be asked; where the configuration says nobody, nobody is here.
    ({ source, annotations }, { events, keepAnnotation }) => {
      if (source === 'none') return undefined
      const isShipped = createKeyFilter(annotations)
      return new PodCache({
        ...{ clock, events },
        source: { fetchPods: async () => pods, close() {} },
        refreshIntervalMs: LONGEST_MS,
        keepAnnotation: (key) => isShipped(key) || keepAnnotation?.(key) === true,
      })
    },
  )
  const lifecycle = inOrder(pipeline.parts, { clock, drainMs: LONGEST_MS })
  await lifecycle.start()
  const cameToRest = await clock.runUntil(() => isAtRest(pipeline), LONGEST_MS)
  await lifecycle.stop()
  return { records: records.sort(byId), dropped: await droppedOf(registry), cameToRest }
}

function capturing(records: ShippedRecord[]): RequestSender {
  return {
    async send(body, encoding) {
      readRecords(decompress(body, encoding), { isWanted: () => true, onRecord: (read) => records.push(read()) > 0 })
      return { kind: 'accepted', rejectedRecords: 0, message: '' }
    },
    close() {},
  }
}

/** Everything was read, joined, sent and answered. */
function isAtRest({ tailer, intake, shipper }: Pipeline): boolean {
  if (!intake.isEmpty || shipper.inFlightRecords > 0) return false
  return [...tailer.logs.values()].every(
    (log) =>
      log.isIdle() &&
      !log.queued &&
      log.joins.every(({ isOpen }) => !isOpen) &&
      log.files.every((file) => file.isSettled && file.seenOffset === file.offset),
  )
}

/** Ids begin with the time, and sort. */
function byId(a: ShippedRecord, b: ShippedRecord): number {
  const [one, other] = [a, b].map(({ attributes }) => String(attributes['log.record.uid']))
  return one! < other! ? -1 : 1
}

async function droppedOf(registry: Registry): Promise<ReadonlyMap<string, number>> {
  const metric = await registry.getSingleMetric('vedette_agent_records_dropped_total')?.get()
  return new Map(metric?.values.map(({ labels, value }) => [String(labels.reason), value]) ?? [])
}

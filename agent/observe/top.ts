import type { Clock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import type { Registry } from '#lib/metrics.ts'
import type { Pipeline } from '../pipeline.ts'
import type { LagSurvey } from './lag.ts'

/** A stage: what came in, what went out and what was dropped since the start, and what is in it now. */
export interface TopStage {
  readonly stage: 'read' | 'process' | 'ship'
  readonly unit: 'bytes' | 'records'
  readonly in: number
  readonly out: number
  readonly dropped: number
  readonly waiting: number
}

export interface TopContainer {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  /** Since the start of the agent, of the runs whose files are open. */
  readonly read_bytes: number
  readonly bytes_behind: number
  readonly seconds_behind: number
}

/** What the agent does just now. Counters only grow; rates come from two reports. */
export interface TopReport {
  readonly version: string
  readonly node: string
  readonly uptime_seconds: number
  /** Why it is not ready; empty if it is. */
  readonly not_ready: readonly string[]
  readonly stages: readonly TopStage[]
  readonly requests_in_flight: number
  /** By reason. */
  readonly dropped_records: Readonly<Record<string, number>>
  readonly bytes_behind: number
  readonly seconds_behind: number
  readonly unlinked_bytes: number
  readonly checkpoint_age_seconds: number
  readonly container_count: number
  readonly containers: readonly TopContainer[]
}

export interface TopOptions {
  readonly pipeline: Pipeline
  readonly survey: LagSurvey
  readonly registry: Registry
  readonly clock: Clock
  readonly version: string
  readonly node: string
  readonly notReady: () => readonly string[]
}

const MOST_CONTAINERS = 10_000
const DEFAULT_CONTAINERS = 1_000

/** Makes reports, each from what the stages have counted anyway and one look at the open files. */
export class Top {
  readonly #options: TopOptions
  readonly #startedAtMs: number

  constructor(options: TopOptions) {
    this.#options = options
    this.#startedAtMs = options.clock.monotonicMs()
  }

  /** @throws CodedError PARAMETER_INVALID */
  async report(parameters: URLSearchParams): Promise<TopReport> {
    const { pipeline, survey, clock, version, node, notReady } = this.#options
    const limit = limitIn(parameters)
    const droppedByReason = await this.#dropped()
    const lag = survey.take(limit, 'activity')
    return {
      version,
      node,
      uptime_seconds: (clock.monotonicMs() - this.#startedAtMs) / 1000,
      not_ready: notReady(),
      stages: stagesOf(pipeline, lag.unreadBytes, sum(droppedByReason)),
      requests_in_flight: pipeline.shipper.inFlightRequests,
      dropped_records: droppedByReason,
      bytes_behind: lag.bytesBehind,
      seconds_behind: lag.secondsBehind,
      unlinked_bytes: lag.unlinkedBytes,
      checkpoint_age_seconds: pipeline.ledger.unwrittenMs / 1000,
      container_count: lag.containerCount,
      containers: lag.containers.map(({ namespace, pod, container, file, readBytes, bytesBehind, secondsBehind }) => ({
        ...{ namespace, pod, container: container || file, read_bytes: readBytes },
        ...{ bytes_behind: bytesBehind, seconds_behind: secondsBehind },
      })),
    }
  }

  async #dropped(): Promise<Readonly<Record<string, number>>> {
    const metric = await this.#options.registry.getSingleMetric('vedette_agent_records_dropped_total')?.get()
    return Object.fromEntries(metric?.values.map(({ labels, value }) => [String(labels.reason), value]) ?? [])
  }
}

function stagesOf({ intake, shipper }: Pipeline, unreadBytes: number, dropped: number): readonly TopStage[] {
  const { bytes, records } = intake.stats
  const { acknowledgedRecords, droppedRecords } = shipper.stats
  const handed = shipper.stats.records
  return [
    { stage: 'read', unit: 'bytes', in: bytes + unreadBytes, out: bytes, dropped: 0, waiting: unreadBytes },
    {
      ...{ stage: 'process', unit: 'records', in: records, out: handed },
      ...{ dropped: dropped - droppedRecords, waiting: intake.openRecords },
    },
    {
      ...{ stage: 'ship', unit: 'records', in: handed, out: acknowledgedRecords },
      ...{ dropped: droppedRecords, waiting: shipper.inFlightRecords },
    },
  ]
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0)
}

function limitIn(parameters: URLSearchParams): number {
  for (const name of parameters.keys()) {
    if (name !== 'limit') throw new CodedError('PARAMETER_INVALID', [name, 'is not known; there is limit'])
  }
  const text = parameters.get('limit') ?? String(DEFAULT_CONTAINERS)
  const limit = /^\d{1,6}$/.test(text) ? Number(text) : Number.NaN
  if (limit <= MOST_CONTAINERS) return limit
  throw new CodedError('PARAMETER_INVALID', ['limit', `must be a whole number up to ${MOST_CONTAINERS}`])
}

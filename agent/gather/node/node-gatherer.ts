import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { gauge } from '../family-spec.ts'
import type { Gatherer, SendMetrics } from '../gatherer.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import { type Collect, NoDataError } from './collector.ts'
import { parseBootMs } from './collectors/stat.ts'
import { keptLabels } from './device-labels.ts'
import type { NodeEvents } from './events.ts'
import type { NodeFiles } from './node-files.ts'
import { NodePoints } from './node-points.ts'

const SUCCESS = gauge('node_scrape_collector_success', 'Whether a collector could read what it reads.')
const DURATION = gauge('node_scrape_collector_duration_seconds', 'How long a collector took.')
/** What a machine does not have is looked for again after so many rounds. */
const ABSENT_ROUNDS = 6
/** The time of the boot is the clock's less the time since, so it moves a little when the clock is set. */
const BOOT_TOLERANCE_MS = 5_000

export interface NodeGathererOptions {
  readonly metrics: TargetMetrics
  /** By name, in the order in which they run. */
  readonly collectors: readonly (readonly [name: string, collect: Collect])[]
  readonly stat: SharedText
  readonly files: NodeFiles
  readonly clock: Clock
  readonly events: NodeEvents
  readonly send: SendMetrics
}

/** Metrics of the node, once in each round. A collector that fails costs its own series and no others. */
export class NodeGatherer implements Gatherer {
  readonly name = 'node'
  readonly #options: NodeGathererOptions
  readonly #points: NodePoints
  readonly #labels = keptLabels('collector')
  /** Collectors that have nothing to collect, with the round in which they are asked again. */
  readonly #absent = new Map<string, number>()
  #round = 0

  constructor(options: NodeGathererOptions) {
    this.#options = options
    this.#points = new NodePoints(options.metrics)
  }

  async gather(signal: AbortSignal): Promise<void> {
    const { metrics, collectors, stat, clock, send } = this.#options
    const startMs = clock.monotonicMs()
    metrics.begin(clock.nowMs())
    stat.forget()
    this.#updateBoot()
    this.#labels.begin()
    this.#round += 1
    let succeeded = 0
    const aborted = onceAborted(signal)
    for (const [name, collect] of collectors) {
      if (signal.aborted) return
      if (await this.#run(name, collect, aborted)) succeeded += 1
    }
    if (signal.aborted) return
    const isUp = succeeded > 0 || collectors.length === 0
    const error = isUp ? {} : { error: 'no collector could read anything' }
    send(metrics.end({ isUp, durationMs: clock.monotonicMs() - startMs, ...error }))
  }

  /** Says that the node's series have ended, and lets go of the files that are open. */
  close(): void {
    const { metrics, clock, send, files } = this.#options
    send(metrics.close(clock.nowMs()))
    files.close()
  }

  #updateBoot(): void {
    let bootMs = 0
    try {
      bootMs = parseBootMs(this.#options.stat.read())
    } catch {
      // The collectors that need the file say so.
    }
    if (Math.abs(bootMs - this.#points.bootMs) > BOOT_TOLERANCE_MS) this.#points.bootMs = bootMs
  }

  async #run(name: string, collect: Collect, aborted: Promise<void>): Promise<boolean> {
    const { clock } = this.#options
    const startMs = clock.monotonicMs()
    const isAbsent = (this.#absent.get(name) ?? 0) > this.#round
    const isSuccess = !isAbsent && (await this.#try(name, collect, aborted))
    const labels = this.#labels.get(name)
    this.#points.add(SUCCESS, labels, isSuccess ? 1 : 0)
    this.#points.add(DURATION, labels, (clock.monotonicMs() - startMs) / 1_000)
    return isSuccess
  }

  async #try(name: string, collect: Collect, aborted: Promise<void>): Promise<boolean> {
    try {
      const done = collect(this.#points)
      // Nearly all are done by now: no turn of the event loop for those.
      if (done !== undefined) await Promise.race([done, aborted])
      return true
    } catch (error) {
      if (error instanceof NoDataError) this.#absent.set(name, this.#round + ABSENT_ROUNDS)
      else this.#options.events.nodeCollectorFailed({ collector: name }, { err: messageOf(error) })
      return false
    }
  }
}

function onceAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
}

/** A file that several read in a round, and that is costly to make for the kernel. */
export class SharedText {
  readonly #read: () => string
  #text: string | undefined

  constructor(read: () => string) {
    this.#read = read
  }

  read(): string {
    this.#text ??= this.#read()
    return this.#text
  }

  forget(): void {
    this.#text = undefined
  }
}

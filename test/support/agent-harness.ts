import { cpSync, existsSync, linkSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { loadConfig } from '#lib/config/load.ts'
import { inOrder, type Lifecycle } from '#lib/lifecycle.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry, type Registry } from '#lib/metrics.ts'
import * as configModule from '../../agent/config.ts'
import { type OpenWatch, openWatch } from '../../agent/discover/open-watch.ts'
import { createPipeline, type Pipeline } from '../../agent/pipeline.ts'
import type { FakeCollector } from './fake-collector.ts'
import type { FakePodSource } from './fake-pod-source.ts'
import { ManualClock } from './manual-clock.ts'
import { createPodCache } from './pod-cache-harness.ts'

/** The agent's pipeline in this process, on real files, a clock that the test moves and a collector that it commands. */
export class AgentHarness {
  readonly clock = new ManualClock()
  readonly podsDir: string
  readonly lines: string[] = []
  /** Of the agent that runs. */
  registry: Registry = createRegistry('agent', '0')
  /** How directories are watched. */
  openWatch: OpenWatch = openWatch
  readonly #directory: string
  readonly #collector: FakeCollector
  /** Of the configuration; counts from the next start. */
  settings: readonly string[]
  /** What the kubelet says; where it is left undefined, nobody is asked. */
  podSource: FakePodSource | undefined
  /** What the collector did before the agent was killed, until that is complete. */
  #haltedMode: FakeCollector['mode'] | undefined
  #generation = 0
  #lifecycle: Lifecycle | undefined
  #pipeline: Pipeline | undefined

  constructor(directory: string, collector: FakeCollector, settings: readonly string[] = []) {
    this.#directory = directory
    this.#collector = collector
    this.settings = settings
    this.podsDir = join(directory, 'pods')
    mkdirSync(this.podsDir, { recursive: true })
  }

  get pipeline(): Pipeline {
    if (this.#pipeline === undefined) throw new Error('the agent is not running')
    return this.#pipeline
  }

  get isRunning(): boolean {
    return this.#pipeline !== undefined
  }

  get stateDir(): string {
    return join(this.#directory, `state-${this.#generation}`)
  }

  get #spool(): string {
    return join(this.#directory, 'vedette-spool')
  }

  async start(): Promise<void> {
    const overrides = [`logs.pods_dir=${this.podsDir}`, `state_dir=${this.stateDir}`, ...this.settings]
    const config = loadConfig(configModule, { overrides, env: {} })
    const logger = createLogger({
      service: 'agent',
      level: 'debug',
      format: 'logfmt',
      write: (line) => this.lines.push(line),
    })
    this.registry = createRegistry('agent', '0')
    const deps = { clock: this.clock, logger, registry: this.registry, openWatch: this.openWatch }
    const source = this.podSource
    const pods =
      source === undefined ? undefined : createPodCache({ source, clock: this.clock, keepAnnotation: () => true })
    this.#pipeline = createPipeline(config, deps, this.#collector, pods === undefined ? undefined : () => pods.cache)
    this.#lifecycle = inOrder(this.#pipeline.parts, { clock: this.clock, drainMs: 1_000 })
    await this.#lifecycle.start()
  }

  /** The counter of an event since the last start, by the values of its label, or `''` where it has none. */
  async counted(metric: string): Promise<Readonly<Record<string, number>>> {
    const values = (await this.registry.getSingleMetric(`vedette_agent_${metric}`)?.get())?.values ?? []
    return Object.fromEntries(values.map(({ labels, value }) => [Object.values(labels).join(), value]))
  }

  /** Stops as on SIGTERM: drained if the collector takes it. */
  async stop(): Promise<void> {
    const stopped = this.#lifecycle?.stop()
    await this.clock.advance(2_000)
    await stopped
    this.#lifecycle = undefined
    this.#pipeline = undefined
  }

  /**
   * Takes what is there now for what is left by a kill -9, which {@link crash} completes. What the agent does in between
   * counts for nothing; so this can be called in the midst of it.
   */
  halt(): void {
    if (this.#haltedMode !== undefined) return
    const before = this.stateDir
    this.#generation += 1
    if (existsSync(before)) cpSync(before, this.stateDir, { recursive: true })
    if (existsSync(this.#spool)) linkAll(this.#spool, `${this.#spool}-before`)
    this.#haltedMode = this.#collector.mode
    this.#collector.mode = 'refuse'
  }

  /** Stops as kill -9 does: what was written so far is all that is left. */
  async crash(): Promise<void> {
    this.halt()
    this.#collector.release()
    await this.stop()
    this.#collector.mode = this.#haltedMode!
    this.#haltedMode = undefined
    rmSync(this.#spool, { recursive: true, force: true })
    if (existsSync(`${this.#spool}-before`)) renameSync(`${this.#spool}-before`, this.#spool)
  }

  /** Lets time pass until everything that can be read was read and answered. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < 2_000; turn++) {
      await this.clock.advance(300)
      if (this.#isSettled()) return
      // Directory events and slow reads take real time.
      await sleep(1)
    }
    throw new Error('the agent does not come to rest')
  }

  #isSettled(): boolean {
    const { tailer, intake, shipper } = this.pipeline
    if (!intake.isEmpty || shipper.inFlightRecords > 0) return false
    return [...tailer.logs.values()].every((log) => log.isIdle() && !log.queued)
  }
}

/** Makes links to all files of a directory in another one. */
function linkAll(from: string, to: string): void {
  mkdirSync(to)
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)]
    if (entry.isDirectory()) linkAll(source, target)
    else linkSync(source, target)
  }
}

import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AgentProcess } from '../agent-process.ts'
import { NumberedContainer } from '../numbered-container.ts'
import { ScriptedCollector } from '../scripted-collector.ts'
import { until } from '../until.ts'

export interface StageOptions {
  /** Of the agent, as `key=value`. */
  readonly settings?: readonly string[]
  /** Flags of the agent's Node, by the stage's directory. */
  readonly nodeFlags?: (directory: string) => readonly string[]
}

const SETTLE_MS = 120_000

/** What a scenario plays on: a node's directory of logs with containers that write, the agent, a collector. */
export class Stage {
  readonly directory: string
  readonly podsDir: string
  readonly stateDir: string
  readonly collector: ScriptedCollector
  readonly agent: AgentProcess
  readonly containers: NumberedContainer[] = []
  /** What is worth telling of a run beside its outcome. */
  readonly notes: Record<string, number | string> = {}
  readonly #cleanUps: (() => void)[] = []

  private constructor(directory: string, collector: ScriptedCollector, options: StageOptions) {
    this.directory = directory
    this.podsDir = join(directory, 'pods')
    this.stateDir = join(directory, 'state')
    mkdirSync(this.podsDir)
    mkdirSync(this.stateDir)
    this.collector = collector
    this.agent = new AgentProcess({
      ...{ podsDir: this.podsDir, stateDir: this.stateDir, collector: collector.url },
      settings: options.settings ?? [],
      nodeFlags: options.nodeFlags?.(directory) ?? [],
    })
  }

  /** The collector listens; the agent is not started. */
  static async set(options: StageOptions): Promise<Stage> {
    const collector = new ScriptedCollector()
    await collector.start()
    return new Stage(mkdtempSync(join(tmpdir(), 'vedette-stage-')), collector, options)
  }

  /** Another container, whose log is there at once. */
  addContainer(options: { readonly bodyBytes?: number } = {}): NumberedContainer {
    const container = new NumberedContainer({ ...options, podsDir: this.podsDir, number: this.containers.length })
    this.containers.push(container)
    return container
  }

  /** Lines of all containers so far. */
  get written(): number {
    return this.containers.reduce((sum, { written }) => sum + written, 0)
  }

  /** Waits until every line has arrived and nothing is under way. */
  async settle(): Promise<void> {
    const { audit } = this.collector
    const isSettled = async () => {
      if (audit.size < this.written) return false
      return (await this.agent.metrics('records_in_flight')).records_in_flight === 0
    }
    await until('every line has arrived', isSettled, { timeoutMs: SETTLE_MS }).catch((error: unknown) => {
      throw new Error(`${audit.size} of ${this.written} lines have arrived`, { cause: error })
    })
  }

  /** Has something done when the stage is struck. */
  onStrike(cleanUp: () => void): void {
    this.#cleanUps.push(cleanUp)
  }

  async strike(): Promise<void> {
    await this.agent.end()
    await this.collector.stop()
    for (const { log } of this.containers) log.close()
    for (const cleanUp of this.#cleanUps.toReversed()) cleanUp()
    rmSync(this.directory, { recursive: true, force: true })
  }
}

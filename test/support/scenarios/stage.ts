import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { AgentProcess } from '../agent-process.ts'
import type { Faults } from '../line-audit.ts'
import { NumberedContainer } from '../numbered-container.ts'
import { ScriptedCollector } from '../scripted-collector.ts'

export interface StageOptions {
  /** Of the agent, as `key=value`. */
  readonly settings?: readonly string[]
  /** Flags of the agent's Node, by the stage's directory. */
  readonly nodeFlags?: (directory: string) => readonly string[]
}

/** Longer than anything is held back: a back-off, an incomplete record. */
const PATIENCE_MS = 30_000
const LOOK_EVERY_MS = 50

/** What a scenario plays on: a node's directory of logs with containers that write, the agent, a collector. */
export class Stage {
  readonly directory: string
  /** What the logs and the spool are on. */
  readonly nodeDir: string
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
    this.nodeDir = join(directory, 'node')
    this.podsDir = join(this.nodeDir, 'pods')
    this.stateDir = join(directory, 'state')
    mkdirSync(this.podsDir, { recursive: true })
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

  /** Waits until every line has arrived and nothing is under way; gives up when no more come. */
  async settle(): Promise<void> {
    const { audit } = this.collector
    let arrived = -1
    let arrivedAtMs = 0
    for (;;) {
      if (audit.size >= this.written) {
        const { records_in_flight } = await this.agent.metrics('records_in_flight')
        if (records_in_flight === 0) return
      }
      if (audit.size > arrived) {
        arrived = audit.size
        arrivedAtMs = performance.now()
      } else if (performance.now() - arrivedAtMs > PATIENCE_MS) {
        const faults = JSON.stringify(this.audit())
        throw new Error(`${arrived} of ${this.written} lines have arrived: ${faults}\n${audit.examples.join('\n')}`)
      }
      await sleep(LOOK_EVERY_MS)
    }
  }

  /** What is wrong with the lines that have arrived so far. */
  audit(options: { readonly ordered?: boolean } = {}): Faults {
    return this.collector.audit.compare(
      new Map(this.containers.map(({ number, written }) => [number, written])),
      options,
    )
  }

  /** Files that the agent holds in its spool. */
  get spooledFiles(): readonly string[] {
    const spool = join(this.nodeDir, 'vedette-spool')
    if (!existsSync(spool)) return []
    const entries = readdirSync(spool, { recursive: true, withFileTypes: true })
    return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
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

import type { SimulatedNode } from './simulated-node.ts'
import type { SystemCalls } from './system-calls.ts'

/** Rotations that no agent sees: with one more the kubelet may delete what nobody has read. */
const UNSEEN_ROTATIONS = 3
/** Between two rotations. */
const PAUSE_MS = 700

/** What happens between calls of the file system that the agent makes. */
export interface Race {
  /** Calls before the first thing happens, and between one and the next. */
  readonly first: number
  readonly gap: number
  readonly rotates: boolean
  /** The agent is killed behind so many of the steps of the rotation. */
  readonly killsAfter: number | undefined
}

/** From one start of the agent to the next. */
export interface AgentLife {
  readonly rotationsBefore: number
  readonly collectorIsThere: boolean
  readonly start: Race
  readonly steps: readonly { readonly race: Race; readonly lines: number; readonly ms: number }[]
}

/** Lives of an agent in which the log is rotated, and the agent killed, between any two calls of the file system. */
export class RaceSteps {
  readonly #node: SimulatedNode
  readonly #calls: SystemCalls
  #unseenRotations = 0

  constructor(node: SimulatedNode, calls: SystemCalls) {
    this.#node = node
    this.#calls = calls
  }

  async live({ rotationsBefore, collectorIsThere, start, steps }: AgentLife): Promise<void> {
    const { agent, collector, log } = this.#node
    for (let rotation = 0; rotation < rotationsBefore; rotation++) for (const step of this.#rotation()) step()
    collector.mode = collectorIsThere ? 'accept' : 'refuse'
    await this.#during(start, () => agent.start())
    for (const { race, lines, ms } of steps) {
      await this.#pass(PAUSE_MS)
      this.#write(lines)
      await this.#during(race, () => this.#node.pass(ms))
    }
    if (agent.isRunning) await agent.crash()
    if (!log.lines.isOpen(log.key('stdout'))) log.write('stdout', 'begun', 'P')
  }

  /** Ends what is incomplete. */
  end(): void {
    const { log } = this.#node
    if (log.lines.isOpen(log.key('stdout'))) log.write('stdout', 'ended')
  }

  /** Ends what is incomplete, writes, and begins something that is incomplete. */
  #write(lines: number): void {
    const { log } = this.#node
    for (let line = 0; line <= lines; line++) log.write('stdout', 'y'.repeat((line * 7) % 300))
    log.write('stdout', 'begun', 'P')
  }

  async #during(race: Race, action: () => Promise<void>): Promise<void> {
    const { agent } = this.#node
    let isKilled = false
    const steps = race.rotates ? this.#rotation() : []
    const kill = () => {
      isKilled = true
      agent.halt()
    }
    if (race.killsAfter !== undefined) steps.splice(race.killsAfter, 0, kill)
    let wait = race.first
    this.#calls.onCall = () => {
      for (wait -= 1; wait <= 0 && steps.length > 0; wait += race.gap) steps.shift()!()
    }
    await action()
    this.#calls.onCall = undefined
    for (const step of steps) if (step !== kill || agent.isRunning) step()
    if (isKilled) await agent.crash()
  }

  async #pass(ms: number): Promise<void> {
    if (!this.#node.agent.isRunning) return
    await this.#node.pass(ms)
    this.#unseenRotations = 0
  }

  #rotation(): (() => void)[] {
    if (this.#unseenRotations === UNSEEN_ROTATIONS) return []
    this.#unseenRotations += 1
    const { log } = this.#node
    return [
      () => log.deleteOldest(),
      () => log.beginCompression(),
      () => log.nameCompressed(),
      () => log.deleteCompressed(),
      () => log.rename(),
      () => log.create(),
      () => log.closeOld(),
      () => this.#write(3),
    ]
  }
}

import type { FakeCollector } from './fake-collector.ts'
import type { OutputStream } from './runtime-lines.ts'
import type { SimulatedNode } from './simulated-node.ts'

/** From one rotation to the next, at the least; seen were 2.3 s and more. */
const SHORTEST_INTERVAL_MS = 200

/** What a step may vary by. */
export interface Variation {
  /** A natural number below 1000. */
  readonly n: number
}

/**
 * Steps of a random mix. They keep to what the agent promises: it does not read what was deleted while it was down, nor
 * after a crash what was deleted so soon after it was written that it had no link in the spool.
 */
export class RotationSteps {
  readonly #node: SimulatedNode
  /** Whether a live file lost its name since everything was last delivered. */
  #isRemoved = false
  /** Since when a record is incomplete. */
  #openSinceMs: number | undefined

  constructor(node: SimulatedNode) {
    this.#node = node
  }

  /** Does a step if it is possible now. */
  async run(name: StepName, { n }: Variation): Promise<void> {
    // A record that waits for its end for too long is given up, which is right but not foreseen here.
    const { clock } = this.#node.agent
    if (this.#openSinceMs !== undefined && clock.monotonicMs() - this.#openSinceMs > 1_000) this.#endOpen()
    await STEPS[name].call(this, n)
  }

  /** Ends what is incomplete. */
  end(): void {
    this.#endOpen()
  }

  write(n: number): void {
    const { log } = this.#node
    const stream = streamOf(n)
    for (let line = 0; line <= n % 9; line++) log.write(stream, 'y'.repeat((n * 7) % 300))
    if (!log.lines.isOpen(log.key('stdout')) && !log.lines.isOpen(log.key('stderr'))) this.#openSinceMs = undefined
  }

  part(n: number): void {
    this.#node.log.write(streamOf(n), 'p'.repeat(n % 50), 'P')
    this.#openSinceMs ??= this.#node.agent.clock.monotonicMs()
  }

  async rotate(n: number): Promise<void> {
    const { agent, log } = this.#node
    // The agent is away: the compressed file that would go may have what it has not read.
    if (!agent.isRunning && log.isFull) return
    await this.#pass(SHORTEST_INTERVAL_MS)
    await log.rotate(async (step) => {
      if (n % 2 === 0) this.write(n + step.length)
      if (n % 5 === 0 && step === 'created') this.part(n)
      if (n % 3 !== 0) await this.#pass((n * step.length) % 90)
    })
  }

  async failToReopen(n: number): Promise<void> {
    const { agent, log } = this.#node
    if (!agent.isRunning && log.isFull) return
    await this.#pass(SHORTEST_INTERVAL_MS)
    log.deleteOldest()
    log.beginCompression()
    log.endCompression()
    log.rename()
    this.write(n)
    await this.#pass(n % 400)
    log.renameBack()
  }

  async restart(n: number): Promise<void> {
    const { agent, log } = this.#node
    if (!agent.isRunning) return
    if (n % 2 === 0) log.write(streamOf(n), 'last words', 'P')
    log.endRun()
    this.#openSinceMs = undefined
    await this.#pass(n)
    log.startRun()
    await this.#pass(n % 300)
    log.deleteRunsBefore()
    this.#isRemoved = true
  }

  /** The pod goes and comes back under the same paths. */
  async replace(n: number): Promise<void> {
    const { agent, log } = this.#node
    if (!agent.isRunning) return
    log.endRun()
    this.#openSinceMs = undefined
    await this.#pass(300)
    log.removePod()
    this.#isRemoved = true
    await this.#pass(n * 10)
    log.beginAgain()
  }

  /**
   * Away for as many rotations as leave what was written meanwhile: it is in compressed files then, the rest of one that
   * the agent knows, or the whole of one that it never saw.
   */
  async beAway(n: number): Promise<void> {
    const { agent, log } = this.#node
    await this.#drain()
    await agent.crash()
    const isKnown = n % 2 === 0
    if (isKnown) this.write(n)
    await log.rotate()
    this.write(n + 1)
    await log.rotate()
    this.write(n + 2)
    if (!isKnown) await log.rotate()
    this.write(n + 3)
    await agent.start()
  }

  async wait(n: number): Promise<void> {
    await this.#pass(n)
  }

  async start(): Promise<void> {
    if (!this.#node.agent.isRunning) await this.#node.agent.start()
  }

  async crash(): Promise<void> {
    const { agent } = this.#node
    if (!agent.isRunning) return
    if (this.#isRemoved) await this.#drain()
    await agent.crash()
  }

  async stop(): Promise<void> {
    const { agent } = this.#node
    if (!agent.isRunning) return
    if (this.#isRemoved) await this.#drain()
    await agent.stop()
  }

  setCollector(n: number): void {
    const { collector } = this.#node
    collector.mode = MODES[n % MODES.length]!
    if (collector.mode !== 'hold') collector.release()
  }

  async #drain(): Promise<void> {
    this.#endOpen()
    await this.#node.drain()
    this.#isRemoved = false
  }

  #endOpen(): void {
    const { log } = this.#node
    for (const stream of ['stdout', 'stderr'] as const) if (log.lines.isOpen(log.key(stream))) log.write(stream, 'rest')
    this.#openSinceMs = undefined
  }

  async #pass(ms: number): Promise<void> {
    await this.#node.pass(ms)
  }
}

const MODES: readonly FakeCollector['mode'][] = ['accept', 'accept', 'refuse', 'lose', 'hold']

const { prototype } = RotationSteps
const STEPS = {
  write: prototype.write,
  part: prototype.part,
  rotate: prototype.rotate,
  failToReopen: prototype.failToReopen,
  restart: prototype.restart,
  replace: prototype.replace,
  beAway: prototype.beAway,
  wait: prototype.wait,
  start: prototype.start,
  crash: prototype.crash,
  stop: prototype.stop,
  setCollector: prototype.setCollector,
} as const satisfies Record<string, (this: RotationSteps, n: number) => void | Promise<void>>

export type StepName = keyof typeof STEPS

function streamOf(n: number): OutputStream {
  return n % 3 === 0 ? 'stderr' : 'stdout'
}

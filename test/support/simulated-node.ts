import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { AgentHarness } from './agent-harness.ts'
import { FakeCollector } from './fake-collector.ts'
import { assertSameLogs } from './naive-cri.ts'
import { type RotationOptions, RotationSimulator } from './rotation-simulator.ts'
import { ShippedLogs } from './shipped-logs.ts'
import { temporaryDirectory } from './temporary.ts'

/** Longer than incomplete records are waited for, and than the pods directory goes without being listed. */
const EVERYTHING_ENDS_MS = 11_000

export interface SimulatedNodeOptions {
  readonly rotation?: RotationOptions
  /** Of the agent. */
  readonly settings?: readonly string[]
}

/** A node with one container whose log is rotated, an agent that reads it, and a collector. */
export class SimulatedNode {
  readonly collector = new FakeCollector()
  readonly agent: AgentHarness
  readonly log: RotationSimulator
  readonly #shipped = new ShippedLogs(this.collector)

  constructor(t: Pick<TestContext, 'after'>, { rotation, settings = [] }: SimulatedNodeOptions = {}) {
    const all = ['ship.batch.max_bytes=4KiB', 'ship.max_in_flight=3', ...settings]
    this.agent = new AgentHarness(temporaryDirectory(t), this.collector, all)
    this.log = new RotationSimulator(this.agent.podsDir, undefined, rotation)
    t.after(() => this.close())
  }

  async pass(ms: number): Promise<void> {
    if (this.agent.isRunning) await this.agent.clock.advance(ms)
  }

  /** Has everything delivered that was written, and written down: what is removed now need not be read again. */
  async drain(): Promise<void> {
    if (!this.agent.isRunning) await this.agent.start()
    this.collector.mode = 'accept'
    this.collector.release()
    await this.agent.settle()
    await this.agent.clock.advance(EVERYTHING_ENDS_MS)
    await this.agent.settle()
    await this.agent.clock.advance(2_000)
  }

  /** Everything that was written has arrived once, in order, with its time. */
  async check(): Promise<void> {
    await this.drain()
    assertSameLogs(this.#shipped.logs(), this.log.lines.expected)
    assert.deepEqual(this.collector.conflicts, [], 'an id never stands for two different records')
  }

  async close(): Promise<void> {
    this.log.close()
    this.collector.mode = 'accept'
    this.collector.release()
    if (this.agent.isRunning) await this.agent.stop()
  }
}

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PodCache } from '../../agent/metadata/pod-cache.ts'
import { AgentHarness } from './agent-harness.ts'
import type { ContainerModel, Stream } from './container-model.ts'
import { FakeCollector } from './fake-collector.ts'
import { FakePodSource } from './fake-pod-source.ts'
import { podListOf } from './pod-lists.ts'

export const CONTAINERS = ['web-0', 'web-1'] as const
export type Container = (typeof CONTAINERS)[number]

/** Rules that pods ask for, beside those that are there anyway. */
const PATTERNS = [
  { name: 'even', start: '^(?:#\\d*[02468] |shop)' },
  { name: 'odd', continue: '^#\\d*[13579] ', max_lines: 3 },
  { name: 'vowel', end: '[aeiou13579]$', flush_after: '400ms' },
]
export const RULES = [undefined, 'auto', 'off', ...PATTERNS.map(({ name }) => name)]

/** A node for model tests: log files, an agent, a collector and a kubelet. */
export class ModelNode {
  readonly collector = new FakeCollector()
  readonly pods: FakePodSource
  readonly #rules = new Map<Container, string | undefined>()
  readonly #excluded = new Set<Container>()
  readonly agent: AgentHarness
  #timeNs = 1_795_257_960_000_000_000n
  #serial = 0

  constructor(directory: string) {
    this.agent = new AgentHarness(directory, this.collector, [
      'ship.batch.max_bytes=2KiB',
      'ship.max_in_flight=3',
      `logs.multiline.patterns=${JSON.stringify(PATTERNS)}`,
    ])
    this.pods = new FakePodSource(this.agent.clock)
    this.agent.podSource = this.pods
    this.#tellPods()
    for (const container of CONTAINERS) {
      mkdirSync(this.directory(container), { recursive: true })
      writeFileSync(join(this.directory(container), '0.log'), '')
    }
  }

  /** How the lines of a container are joined from now on, as far as the agent learns of it. */
  async follow(container: Container, rule: string | undefined): Promise<void> {
    this.#rules.set(container, rule)
    await this.#annotate()
  }

  async exclude(container: Container, isExcluded: boolean): Promise<void> {
    if (isExcluded) this.#excluded.add(container)
    else this.#excluded.delete(container)
    await this.#annotate()
  }

  async #annotate(): Promise<void> {
    this.#tellPods()
    if (!this.agent.isRunning) return
    void (this.agent.pipeline.pods as PodCache).refresh()
    await this.agent.clock.advance(1_100)
  }

  #tellPods(): void {
    const pods = CONTAINERS.map((container) => {
      const rule = this.#rules.get(container)
      const annotations: Record<string, string> = rule === undefined ? {} : { 'vedette.dev/multiline': rule }
      if (this.#excluded.has(container)) annotations['vedette.dev/exclude'] = 'true'
      return { uid: `uid-${container}`, annotations }
    })
    this.pods.pods = podListOf(...pods)
  }

  directory(container: Container): string {
    return join(this.agent.podsDir, `shop_${container}_uid-${container}`, 'app')
  }

  /** A body that occurs once. */
  unique(text: string): string {
    this.#serial += 1
    return `#${this.#serial} ${text}`
  }

  line(stream: Stream, tag: 'P' | 'F', body: string): string {
    this.#timeNs += 1_003n
    const seconds = new Date(Number(this.#timeNs / 1_000_000n)).toISOString().slice(0, 19)
    return `${seconds}.${String(this.#timeNs % 1_000_000_000n).padStart(9, '0')}Z ${stream} ${tag} ${body}\n`
  }

  append(container: Container, model: ContainerModel, text: string): void {
    appendFileSync(join(this.directory(container), model.renamedTo ?? '0.log'), text)
  }

  /**
   * The same, and written down: traces may go on for a second, checkpoints are another behind, and what is removed
   * sooner can't be read again.
   */
  async drainForGood(): Promise<void> {
    await this.drain()
    await this.agent.clock.advance(3_500)
  }

  /** Has everything delivered that was written. */
  async drain(): Promise<void> {
    if (!this.agent.isRunning) await this.agent.start()
    this.collector.mode = 'accept'
    this.collector.release()
    const logs = [...this.agent.pipeline.tailer.logs.values()]
    // The agent may not have learned that one is not excluded any more.
    if (this.#excluded.size > 0 || logs.some(({ isExcluded }) => isExcluded)) {
      this.pods.mode = 'answer'
      this.#excluded.clear()
      await this.#annotate()
      // After failures it is not asked at once.
      await this.agent.clock.advance(31_000)
    }
    await this.agent.settle()
  }
}

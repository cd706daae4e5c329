import type { Finding } from '#lib/finding.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { SelfCheckEvents } from './events.ts'
import { type Examination, type ExamineOptions, examine } from './examine.ts'

export interface SelfCheckOptions extends ExamineOptions {
  readonly events: SelfCheckEvents
  /** Resolves once the indexer knows the server, and the template is there. */
  readonly firstReady: Promise<void>
}

export interface CheckedAt extends Examination {
  readonly atMs: number
}

/** Whoever asks more often than this gets the same answer again. */
const FRESH_MS = 5_000

/** Looks at Elasticsearch once at the start, and says what it finds; nothing waits for it. And whenever somebody asks. */
export class SelfCheck implements Service {
  readonly name = 'check of Elasticsearch'
  readonly #options: SelfCheckOptions
  readonly #stopped = new AbortController()
  #last: CheckedAt | undefined
  #looking: Promise<CheckedAt> | undefined
  #run: Promise<void> = Promise.resolve()

  constructor(options: SelfCheckOptions) {
    this.#options = options
  }

  start(): void {
    this.#run = this.#checkAtStart()
  }

  async stop(): Promise<void> {
    this.#stopped.abort()
    await this.#run
  }

  /** What is found now, or was a moment ago. */
  async look(): Promise<CheckedAt> {
    const { clock } = this.#options
    if (this.#last !== undefined && clock.nowMs() - this.#last.atMs < FRESH_MS) return this.#last
    this.#looking ??= this.#look().finally(() => {
      this.#looking = undefined
    })
    return this.#looking
  }

  async #look(): Promise<CheckedAt> {
    const examination = await examine(this.#options, this.#stopped.signal)
    this.#last = { ...examination, atMs: this.#options.clock.nowMs() }
    return this.#last
  }

  async #checkAtStart(): Promise<void> {
    const { firstReady } = this.#options
    const { signal } = this.#stopped
    const stopped = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }))
    // What cannot be reached is said at once; all else is looked at once the template had its chance.
    const first = await this.#look()
    if (signal.aborted) return
    if (first.server === undefined) for (const finding of first.findings) this.#say(finding)
    await Promise.race([firstReady, stopped])
    if (signal.aborted) return
    const { findings } = await this.#look()
    if (!signal.aborted) for (const finding of findings) this.#say(finding)
  }

  #say({ check, status, message, cure }: Finding): void {
    const { events } = this.#options
    const labels = { check, status }
    if (status === 'ok') events.checkPassed(labels, { found: message })
    else if (status === 'warn') events.checkWarned(labels, { found: message, cure })
    else events.checkFailed(labels, { found: message, cure })
  }
}

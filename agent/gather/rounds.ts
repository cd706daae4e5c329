import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { GatherEvents } from './events.ts'
import type { Gatherer } from './gatherer.ts'

export interface GatherRoundsOptions {
  readonly gatherers: readonly Gatherer[]
  readonly intervalMs: number
  readonly clock: Clock
  readonly events: GatherEvents
  /** Told how long each round took. */
  readonly observe: (gatherer: string, durationMs: number) => void
}

/**
 * Asks each gatherer once in every interval, the first time at once. They do not wait for each other; one that is not
 * done when its next round comes is left out of it.
 */
export class GatherRounds implements Service {
  readonly name = 'metrics'
  readonly #options: GatherRoundsOptions
  readonly #stopping = new AbortController()
  readonly #running = new Map<Gatherer, Promise<unknown>>()
  #cancel: () => void = () => {}

  constructor(options: GatherRoundsOptions) {
    this.#options = options
  }

  start(): void {
    this.#round(this.#options.clock.monotonicMs())
  }

  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#cancel()
    await Promise.all(this.#running.values())
  }

  /** @param dueMs when it was to be: rounds keep their distance however late a timer is */
  #round(dueMs: number): void {
    const { gatherers, intervalMs, clock, events } = this.#options
    for (const gatherer of gatherers) {
      if (this.#running.has(gatherer)) events.roundSkipped({ gatherer: gatherer.name })
      else {
        const done = () => this.#running.delete(gatherer)
        this.#running.set(gatherer, this.#gather(gatherer).finally(done))
      }
    }
    const nowMs = clock.monotonicMs()
    // After a long standstill (a suspended machine) rounds are not made up for.
    const nextMs = dueMs + intervalMs > nowMs ? dueMs + intervalMs : nowMs + intervalMs
    this.#cancel = clock.after(nextMs - nowMs, () => this.#round(nextMs))
  }

  async #gather(gatherer: Gatherer): Promise<void> {
    const { clock, events, observe } = this.#options
    const startedAtMs = clock.monotonicMs()
    try {
      await gatherer.gather(this.#stopping.signal)
    } catch (error) {
      if (!this.#stopping.signal.aborted) {
        events.gatherFailed({ gatherer: gatherer.name }, { err: messageOf(error) })
      }
    }
    observe(gatherer.name, clock.monotonicMs() - startedAtMs)
  }
}

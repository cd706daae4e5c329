import type { Clock } from '#lib/clock.ts'
import type { Link } from './link.ts'

export interface ProberOptions {
  readonly links: () => readonly Link[]
  readonly clock: Clock
  readonly intervalMs: number
  readonly timeoutMs: number
}

/** How many intervals a member may be silent beyond the time that an answer may take: a pause of its process is no death. */
const SILENT_INTERVALS = 4

/** Asks members again and again whether they are there, and breaks the connections of those that are not. */
export class Prober {
  readonly #options: ProberOptions
  #cancel = () => {}

  constructor(options: ProberOptions) {
    this.#options = options
  }

  /** How many members have an answer overdue: 0 when all is well. */
  get overdue(): number {
    const { links, clock, timeoutMs } = this.#options
    const nowMs = clock.monotonicMs()
    return links().filter(({ waitsSinceMs }) => waitsSinceMs !== undefined && nowMs - waitsSinceMs > timeoutMs).length
  }

  start(): void {
    const { clock, intervalMs } = this.#options
    const dueMs = clock.monotonicMs() + intervalMs
    this.#cancel = clock.after(intervalMs, () => {
      // Where this process itself was held up, what others have said still waits to be read.
      this.#probe(clock.monotonicMs() - dueMs <= intervalMs)
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }

  #probe(mayJudge: boolean): void {
    const { links, clock, intervalMs, timeoutMs } = this.#options
    const silentMs = SILENT_INTERVALS * intervalMs + timeoutMs
    for (const link of links()) {
      if (mayJudge && clock.monotonicMs() - link.heardMs > silentMs) {
        link.break(new Error(`it has been silent for more than ${silentMs} ms`))
      } else link.probe()
    }
  }
}

import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import { withoutContent } from '../index/reason.ts'
import type { DeadLetters } from './dead-letters.ts'
import type { DeadLetterEvents } from './events.ts'
import type { DeadLetter } from './letter.ts'

export interface BurialOptions {
  readonly deadLetters: DeadLetters
  readonly clock: Clock
  readonly events: Pick<DeadLetterEvents, 'documentsDeadLettered' | 'deadLetterFailed'>
  readonly backoff: BackoffOptions
  readonly stats: { deadLettered: number }
}

/** Puts what will never be indexed among the dead letters, and counts it. */
export class Burial {
  readonly #options: BurialOptions

  constructor(options: BurialOptions) {
    this.#options = options
  }

  /** Writes letters, for as long as it takes; returns false if the signal ended it. */
  async bury(letters: readonly DeadLetter[], draining: AbortSignal): Promise<boolean> {
    const { deadLetters, clock, events } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    let left = letters
    while (left.length > 0) {
      const written = await deadLetters.write(left)
      for (const letter of left) if (!written.left.includes(letter)) this.#count(letter)
      left = written.left
      if (left.length === 0) break
      events.deadLetterFailed({}, { err: messageOf(written.error) })
      if (draining.aborted) return false
      await clock.sleep(backoff.next(), draining)
    }
    return true
  }

  #count({ type, reason, content }: DeadLetter): void {
    const { events, stats } = this.#options
    const count = content.records
    stats.deadLettered += count
    events.documentsDeadLettered({ type: labelOf(type) }, { count, reason: withoutContent(reason) })
  }
}

/** Label values come from a small set; an error type of another form would be a server's invention. */
function labelOf(type: string): string {
  return /^[a-z_]{1,64}$/.test(type) ? type : 'other'
}

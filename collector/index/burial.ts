import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { DeadLetter, DeadLetterFile } from './dead-letter.ts'
import type { IndexEvents } from './events.ts'
import type { Stopping } from './template-keeper.ts'

export interface BurialOptions {
  readonly deadLetters: DeadLetterFile
  readonly clock: Clock
  readonly events: Pick<IndexEvents, 'documentsDeadLettered' | 'deadLetterFailed'>
  readonly backoff: BackoffOptions
  readonly stats: { deadLettered: number }
}

/** Puts what will never be indexed into the dead letter file, and counts it. */
export class Burial {
  readonly #options: BurialOptions

  constructor(options: BurialOptions) {
    this.#options = options
  }

  /** Writes letters, for as long as it takes; returns false if stopping ended it. */
  async bury(letters: readonly DeadLetter[], { draining }: Stopping): Promise<boolean> {
    const { deadLetters, clock, events, stats } = this.#options
    if (letters.length === 0) return true
    const backoff = new Backoff(this.#options.backoff)
    do {
      try {
        await deadLetters.write(letters)
        for (const { type, reason, content } of letters) {
          const count = Buffer.isBuffer(content) ? 1 : content.records
          stats.deadLettered += count
          events.documentsDeadLettered({ type: labelOf(type) }, { count, reason: reason.slice(0, 200) })
        }
        return true
      } catch (error) {
        events.deadLetterFailed({}, { err: messageOf(error) })
        await clock.sleep(backoff.next(), draining)
      }
    } while (!draining.aborted)
    return false
  }
}

/** Label values come from a small set; an error type of another form would be a server's invention. */
function labelOf(type: string): string {
  return /^[a-z_]{1,64}$/.test(type) ? type : 'other'
}

import type { Progress } from '../ship/batch.ts'
import { AckOrder } from '../tail/ack-order.ts'
import type { Checkpoints, FileCheckpoint, JournalCheckpoint } from '../tail/checkpoints.ts'
import type { Ledger } from '../tail/ledger.ts'
import type { Position } from '../tail/touched.ts'
import type { JournalStart } from './arguments.ts'

export interface JournalPositionOptions {
  readonly checkpoints: Pick<Checkpoints, 'of' | 'write'>
  readonly ledger: Pick<Ledger, 'note'>
  /** What is asked for, in one text. */
  readonly filter: string
}

/** Under which the position is kept. A UID has no colon. */
const INSTANCE = 'journald:'
const NO_STATE = { resume: { offset: 0, delivered: [0, 0] }, time: { high: 0, low: 0 }, cuts: [] } as const

/** How far the journal was read, and how far what was read is acknowledged: a cursor in place of an offset. */
export class JournalPosition implements Position {
  readonly #options: JournalPositionOptions
  readonly #acks = new AckOrder()
  /** Of the last entry that was taken; empty if none was. */
  #cursor = ''
  #sinceMs = 0
  /** Whether the entry of the cursor is expected to come again: it is where the next start begins. */
  #expectsCursor = false
  #isSameFilter = true

  constructor(options: JournalPositionOptions) {
    this.#options = options
  }

  /**
   * Takes up where an earlier run stopped. The very first start begins at a time, which is written down: what is in the
   * journal since then is read even if the agent is killed before anything was acknowledged.
   */
  restore(firstSinceMs: number): void {
    const { checkpoints, filter } = this.#options
    const known = checkpoints.of(INSTANCE)[0]?.journal
    this.#cursor = known?.cursor ?? ''
    this.#sinceMs = known?.sinceMs ?? firstSinceMs
    this.#isSameFilter = known === undefined || known.filter === filter
    if (known === undefined) this.#options.ledger.note(this.#checkpoint(''))
  }

  /** Where the next journalctl is to begin, which is asked once for each. */
  begin(): JournalStart {
    this.#expectsCursor = this.#cursor !== ''
    return this.#cursor === '' ? { sinceMs: this.#sinceMs } : { cursor: this.#cursor }
  }

  /**
   * Looks at the next entry.
   *
   * @returns `known` if it was taken before, `gap` if it is not the one that was to come first: that is not in the journal
   *   any more, and perhaps others are neither
   */
  meet(cursor: string): 'new' | 'known' | 'gap' {
    if (!this.#expectsCursor) return 'new'
    this.#expectsCursor = false
    if (cursor === this.#cursor) return 'known'
    const isGap = this.#isSameFilter
    this.#isSameFilter = true
    return isGap ? 'gap' : 'new'
  }

  /** Notes that an entry was taken. */
  moveTo(cursor: string): void {
    this.#cursor = cursor
  }

  markProgress(): Progress {
    const checkpoint = this.#checkpoint(this.#cursor)
    return this.#acks.add([() => this.#options.ledger.note(checkpoint)])
  }

  #checkpoint(cursor: string): FileCheckpoint {
    const journal: JournalCheckpoint = { cursor, sinceMs: this.#sinceMs, filter: this.#options.filter }
    return { instance: INSTANCE, key: '', prefixBytes: 0, state: NO_STATE, journal }
  }
}

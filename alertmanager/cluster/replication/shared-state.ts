/** The states that members share, in the order in which they are sent: who hears of an alert must know what was told of it. */
export const STATE_KEYS = ['sil', 'nfl', 'akn', 'alr'] as const
/** In upstream's words, where upstream has it. */
export type StateKey = (typeof STATE_KEYS)[number]

/** The id of a record, with a hash that is the same where members know the same. */
export type Version = readonly [id: string, hash: number]

/** What became of records of another member. */
export interface MergeResult {
  /** How many told something new. */
  readonly news: number
  /** Why some were refused. */
  readonly refused: readonly string[]
  /** Ids of those that now say the same here as there. */
  readonly same: readonly string[]
  /** Ids of those of which more is known here. */
  readonly stale: readonly string[]
}

/**
 * A state that all members are to have alike: records with ids, and a rule that makes one of two versions of a record.
 *
 * Where clocks differ, times at which something happened are sent by the clock of one of the two members: what is sent
 * is `shiftMs` later than it is here. Times that people or senders of alerts wrote stay as they are.
 */
export interface SharedState {
  readonly key: StateKey
  /** About how many records there are. */
  readonly size: number
  /** All that other members should know. */
  versions(shiftMs: number): Iterable<Version>
  /** The record as JSON; undefined if there is none, or nobody needs it any more. */
  encode(id: string, shiftMs: number): string | undefined
  /** Takes over records as {@link encode} made them elsewhere, after checking them as input is checked. */
  merge(records: readonly unknown[], shiftMs: number): MergeResult
}

/** Counts what becomes of records, one by one. */
export class Merging {
  readonly #result = { news: 0, refused: [] as string[], same: [] as string[], stale: [] as string[] }

  get result(): MergeResult {
    return this.#result
  }

  /** @param isSame whether it now says the same here as there */
  add(id: string, isNews: boolean, isSame: boolean): void {
    if (isNews) this.#result.news += 1
    if (isSame) this.#result.same.push(id)
    else this.#result.stale.push(id)
  }

  refuse(why: string): void {
    this.#result.refused.push(why)
  }
}

/** The hashes of records as long as they are the same objects: groups and silences may be long, and change seldom. */
export class VersionHashes<T extends object> {
  readonly #hash: (record: T) => number
  readonly #known = new WeakMap<T, number>()

  constructor(hash: (record: T) => number) {
    this.#hash = hash
  }

  of(record: T): number {
    const known = this.#known.get(record)
    if (known !== undefined) return known
    const hash = this.#hash(record)
    this.#known.set(record, hash)
    return hash
  }
}

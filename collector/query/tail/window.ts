/** Width of the buckets that are counted and compared. */
export const BUCKET_MS = 1_000

/** Part of the window that has records not seen before, as bucket starts in epoch milliseconds; the end is not in it. */
export interface Run {
  readonly fromMs: number
  readonly toMs: number
  /** How many records to read at most, newest first. */
  readonly limit: number
}

/** Records that will not be shown. */
export interface Skip {
  readonly count: number
  readonly fromMs: number
  readonly toMs: number
}

export interface SeenRecord {
  readonly id: string
  readonly timeMs: number
}

/**
 * One second of a tail. With ids, each record is known; without, only how many there were, because there were too many
 * to remember.
 */
interface SeenBucket {
  ids: Set<string> | undefined
  count: number
}

/** Reading past a few seen records is cheaper than another search. */
const CHEAP_GAP = 200
/** Room for what is indexed between counting and reading. */
const SLACK = 200

/**
 * What a live tail has seen of the recent past. The index is asked how many records each second has; a second that has
 * more than were seen is read again, and ids tell what is new. So a record that becomes searchable late, or has the
 * same time as another, is found once and only once. Memory has a bound: the oldest seconds are reduced to a count, and
 * what still comes for them is reported as skipped.
 */
export class TailWindow {
  readonly #maxIds: number
  readonly #buckets = new Map<number, SeenBucket>()
  #idCount = 0

  constructor(maxIds: number) {
    this.#maxIds = maxIds
  }

  get idCount(): number {
    return this.#idCount
  }

  /**
   * Compares what the index has with what was seen.
   *
   * @param counts records per bucket, by its start
   * @param budget records to read at most; the newest go first, the others are skipped
   */
  plan(counts: ReadonlyMap<number, number>, budget: number): { runs: readonly Run[]; skips: readonly Skip[] } {
    const runs: Run[] = []
    const skips: Skip[] = []
    let room = budget
    let run: { fromMs: number; toMs: number; cost: number } | undefined
    let gap = 0
    const finish = () => {
      if (run === undefined) return
      const limit = Math.min(run.cost + SLACK, room)
      runs.push({ fromMs: run.fromMs, toMs: run.toMs, limit })
      room -= limit
      run = undefined
    }
    for (const [startMs, count] of [...counts].sort(([a], [b]) => b - a)) {
      const fresh = count - this.#knownIn(startMs)
      if (fresh <= 0) {
        gap += count
        if (gap > CHEAP_GAP) finish()
        continue
      }
      if (gap > CHEAP_GAP) finish()
      const bucket = this.#buckets.get(startMs)
      const isReduced = bucket !== undefined && bucket.ids === undefined
      if (isReduced || room - (run?.cost ?? 0) <= 0) {
        skips.push({ count: fresh, fromMs: startMs, toMs: startMs + BUCKET_MS })
        this.#reduce(startMs, count)
        gap += count
        continue
      }
      if (run === undefined) run = { fromMs: startMs, toMs: startMs + BUCKET_MS, cost: count }
      else {
        run.fromMs = startMs
        run.cost += count + gap
      }
      gap = 0
    }
    finish()
    return { runs, skips }
  }

  /**
   * Takes the records that reading a run found, newest first, and remembers them.
   *
   * @param isComplete false if there were more than the run's limit
   * @returns the records not seen before, and what the limit left out
   */
  accept<T extends SeenRecord>(
    run: Run,
    records: readonly T[],
    isComplete: boolean,
    counts: ReadonlyMap<number, number>,
  ): { fresh: readonly T[]; skips: readonly Skip[] } {
    const fresh = records.filter((record) => this.#see(record))
    const skips: Skip[] = []
    const last = records.at(-1)
    if (!isComplete) {
      const readDownTo = last === undefined ? run.toMs : bucketOf(last.timeMs)
      for (const [startMs, count] of counts) {
        if (startMs < run.fromMs || startMs >= run.toMs || startMs > readDownTo) continue
        const left = count - this.#knownIn(startMs)
        if (left <= 0) continue
        skips.push({ count: left, fromMs: startMs, toMs: startMs + BUCKET_MS })
        this.#reduce(startMs, count)
      }
    }
    this.#shrink()
    return { fresh, skips }
  }

  /** Forgets what is too old to be asked for again. */
  forgetBefore(timeMs: number): void {
    for (const [startMs, bucket] of this.#buckets) {
      if (startMs + BUCKET_MS > timeMs) continue
      this.#idCount -= bucket.ids?.size ?? 0
      this.#buckets.delete(startMs)
    }
  }

  #see({ id, timeMs }: SeenRecord): boolean {
    const startMs = bucketOf(timeMs)
    let bucket = this.#buckets.get(startMs)
    if (bucket === undefined) {
      bucket = { ids: new Set(), count: 0 }
      this.#buckets.set(startMs, bucket)
    }
    if (bucket.ids === undefined || bucket.ids.has(id)) return false
    bucket.ids.add(id)
    this.#idCount += 1
    return true
  }

  #knownIn(startMs: number): number {
    const bucket = this.#buckets.get(startMs)
    return bucket?.ids?.size ?? bucket?.count ?? 0
  }

  /** Keeps only the count of a bucket. */
  #reduce(startMs: number, count: number): void {
    this.#idCount -= this.#buckets.get(startMs)?.ids?.size ?? 0
    this.#buckets.set(startMs, { ids: undefined, count })
  }

  #shrink(): void {
    if (this.#idCount <= this.#maxIds) return
    for (const startMs of [...this.#buckets.keys()].sort((a, b) => a - b)) {
      const { ids } = this.#buckets.get(startMs)!
      if (ids === undefined) continue
      this.#reduce(startMs, ids.size)
      if (this.#idCount <= this.#maxIds) return
    }
  }
}

/** The start of the bucket that a time falls in. */
export function bucketOf(timeMs: number): number {
  return timeMs - (timeMs % BUCKET_MS)
}

import type { Clock } from '#lib/clock.ts'
import type { DayFiles } from '../disk/day-files.ts'
import type { StoreEvents } from '../events.ts'
import type { Indices } from '../index/indices.ts'
import type { StoreCounters } from '../metrics.ts'
import { DAY_MS, dayName } from '../time/day.ts'

export interface RetentionOptions {
  readonly files: DayFiles
  readonly indices: Indices
  readonly clock: Clock
  readonly events: StoreEvents
  readonly counters: StoreCounters
  readonly maxAgeMs: number
  readonly maxBytes: number
  /** So many bytes of the disk are left to others. */
  readonly minFreeBytes: number
  /** Bytes that are free now. */
  readonly freeBytes: () => number
}

/** A wall clock that gains so much on the monotonic one was set; what it says now may be as wrong as before. */
const STEP_MS = 60_000
/** How long a clock that was set forward must go on before days are removed for their age. */
const HOLD_MS = 600_000
/** An index without documents is kept for so long after it was made: its first ones may be on their way. */
const MIN_INDEX_AGE_MS = 3_600_000

/** Removes whole days: those that are too old, and the oldest while all are too large together or the disk is too full. */
export class Retention {
  readonly #options: RetentionOptions
  #offsetMs: number
  #heldUntilMs = 0

  constructor(options: RetentionOptions) {
    this.#options = options
    this.#offsetMs = options.clock.nowMs() - options.clock.monotonicMs()
  }

  /** @throws what the file system says */
  run(): void {
    const removed = new Set<number>()
    if (!this.#isClockHeld()) this.#removeOld(removed)
    this.#removeLarge(removed)
    if (removed.size > 0) this.#forgetEmpty(removed)
  }

  #isClockHeld(): boolean {
    const { clock } = this.#options
    const offsetMs = clock.nowMs() - clock.monotonicMs()
    if (offsetMs > this.#offsetMs + STEP_MS) this.#heldUntilMs = clock.monotonicMs() + HOLD_MS
    this.#offsetMs = offsetMs
    return clock.monotonicMs() < this.#heldUntilMs
  }

  #removeOld(removed: Set<number>): void {
    const { files, clock, maxAgeMs } = this.#options
    const oldestMs = clock.nowMs() - maxAgeMs
    for (const day of files.days) {
      if ((day + 1) * DAY_MS > oldestMs) return
      this.#remove(day, 'age', removed)
    }
  }

  /** The newest day stays whatever it takes; one that a search reads is left for the next time. */
  #removeLarge(removed: Set<number>): void {
    const { maxBytes, minFreeBytes, freeBytes, files, events } = this.#options
    const excess = { size: files.totalBytes - maxBytes, disk: minFreeBytes - freeBytes() }
    if (excess.size <= 0 && excess.disk <= 0) return
    for (const day of this.#byWorth().slice(0, -1)) {
      const reason = excess.size > 0 ? 'size' : 'disk'
      const sizeBytes = files.sizeOf(day)
      if (!this.#remove(day, reason, removed)) continue
      excess.size -= sizeBytes
      // Asked again: others write to this disk, too.
      excess.disk = minFreeBytes - freeBytes()
      if (excess.size <= 0 && excess.disk <= 0) return
    }
    if (excess.size > 0) events.retentionBlocked({}, { bytes: excess.size + maxBytes, max_bytes: maxBytes })
    if (excess.disk > 0) events.diskLow({}, { free_bytes: minFreeBytes - excess.disk, min_free_bytes: minFreeBytes })
  }

  /** All days, those first that are to go first: times that are still to come have no claim on the place of those that are right. */
  #byWorth(): number[] {
    const { files, clock } = this.#options
    const tomorrow = Math.floor(clock.nowMs() / DAY_MS) + 1
    return [...files.days.filter((day) => day > tomorrow), ...files.days.filter((day) => day <= tomorrow)]
  }

  /** A day that a search reads is left for the next time. */
  #remove(day: number, reason: 'age' | 'size' | 'disk', removed: Set<number>): boolean {
    const { files, events, counters } = this.#options
    const file = files.openFiles.find((open) => open.day === day)
    if (file?.isPinned === true) return false
    const bytes = files.sizeOf(day)
    for (const { uid } of this.#options.files.open(day)?.readIndices() ?? []) removed.add(uid)
    files.remove(day)
    counters.retentionBytes += bytes
    events.retentionRemoved({ reason }, { day: dayName(day), bytes })
    return true
  }

  /** Indices whose documents are all gone go with them. */
  #forgetEmpty(candidates: Set<number>): void {
    const { files, indices, clock } = this.#options
    for (const day of [...files.days].reverse()) {
      if (candidates.size === 0) return
      for (const { uid } of files.open(day)?.readIndices() ?? []) candidates.delete(uid)
    }
    const newestMs = clock.nowMs() - MIN_INDEX_AGE_MS
    const gone = indices.all.filter(({ uid, createdMs }) => candidates.has(uid) && createdMs < newestMs)
    if (gone.length > 0) indices.delete(gone)
  }
}

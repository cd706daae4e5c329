import type { BytesStat } from './file-bytes.ts'
import type { Time64 } from './source-file.ts'

/**
 * The time of lines that state none: of all that begin before an offset, and not before that of the mark before. Lines
 * are given the time at which they are read, and the ids of records contain their time, so a mark is on disk before
 * what it covers is read: whoever reads it again gives it the same time.
 */
export interface TimeMark {
  readonly throughOffset: number
  readonly time: Time64
}

/** Marks in the order of their offsets; a line behind the last one can't be read yet. */
export type TimeMarks = readonly TimeMark[]

/** A line is at the most so much older than the time it is given, while there is always something to read. */
const RENEW_MS = 1_000
/** Most bytes that are covered before they are there. */
const MAX_AHEAD_BYTES = 1024 ** 2

/** The mark of a line that begins at an offset. */
export function markAt(marks: TimeMarks, offset: number): TimeMark | undefined {
  return marks.find(({ throughOffset }) => offset < throughOffset)
}

/** The marks that are needed to read on at an offset. */
export function marksFrom(marks: TimeMarks, offset: number): TimeMarks {
  return marks.length > 0 && marks[0]!.throughOffset <= offset
    ? marks.filter(({ throughOffset }) => offset < throughOffset)
    : marks
}

export interface RenewOptions {
  /** Where reading goes on. */
  readonly offset: number
  /** Time of the last line before it. */
  readonly time: Time64
  readonly stat: BytesStat
  readonly wallMs: number
  readonly nowMs: number
}

/** Decides when lines of a file are given another time. */
export class TimeMarker {
  /** Of the last mark that was made here, monotonic; an earlier run may have read all that its marks cover. */
  #madeAtMs: number | undefined
  #sizeBytes = 0

  /** Whether what stands at an offset can't be read yet, or should not be by the mark there is. */
  isDue(marks: TimeMarks, offset: number, nowMs: number): boolean {
    const last = marks.at(-1)
    if (last === undefined || last.throughOffset <= offset) return true
    return this.#madeAtMs !== undefined && nowMs - this.#madeAtMs >= RENEW_MS
  }

  /**
   * The marks with one more for what stands from an offset on. It covers what is there and, of a file that grows without
   * end, what will have come until the next one is due, because each is a write that is synced.
   */
  renew(marks: TimeMarks, { offset, time: reached, stat, wallMs, nowMs }: RenewOptions): TimeMarks {
    const isGrowing = this.#madeAtMs !== undefined && nowMs - this.#madeAtMs < 2 * RENEW_MS
    const aheadBytes = isGrowing ? Math.min(MAX_AHEAD_BYTES, Math.max(0, stat.sizeBytes - this.#sizeBytes)) : 0
    const before = marks.filter(({ throughOffset }) => throughOffset < offset)
    const cut = markAt(marks, offset - 1)
    if (cut !== undefined && offset > 0) before.push({ throughOffset: offset, time: cut.time })
    // What was written last was written before now, and long before if the file is an old one.
    const time = toTime64(Math.min(wallMs, stat.modifiedAtMs))
    const throughOffset = Math.max(stat.sizeBytes, offset + 1) + aheadBytes
    return [...before, { throughOffset, time: later(time, reached) }]
  }

  /** Notes that renewed marks are on disk. */
  renewed({ sizeBytes }: BytesStat, nowMs: number): void {
    this.#madeAtMs = nowMs
    this.#sizeBytes = sizeBytes
  }
}

/** A wall clock time in whole milliseconds as nanoseconds. */
export function toTime64(epochMs: number): Time64 {
  const timeNs = BigInt(Math.floor(epochMs)) * 1_000_000n
  return { high: Number(timeNs >> 32n), low: Number(timeNs & 0xffff_ffffn) }
}

/** Lines of a file do not go back in time. */
function later(a: Time64, b: Time64): Time64 {
  return a.high > b.high || (a.high === b.high && a.low >= b.low) ? a : b
}

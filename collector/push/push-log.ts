import type { Files } from '#lib/files.ts'
import { SegmentLog } from '#lib/segment/log.ts'
import { decodeChange, encodeChange, type GroupChange } from './group-record.ts'

export interface PushLogOptions {
  readonly files: Files
  readonly directory: string
  /** What is to be kept of groups at the most; it bounds nothing here but the size of a file. */
  readonly maxBytes: number
  /** The last durable state of a group, to be written again when its file goes. */
  readonly stateOf: (key: string) => GroupChange | undefined
}

/** What opening found. */
export interface RecoveredGroups {
  readonly changes: readonly GroupChange[]
  /** Cut from the end: never answered. */
  readonly tornBytes: number
  /** Damaged: the state of a group before is what is left. */
  readonly damagedRecords: number
}

interface Place {
  sequence: number
  /** Of the record that counts; 0 if there is none. */
  bytes: number
  /** Appends of the group that are under way. */
  pending: number
}

const LARGEST_SEGMENT_BYTES = 4 * 1024 ** 2
const SMALLEST_SEGMENT_BYTES = 64 * 1024
/** The bound is kept by deleting whole files, so there are some. */
const SEGMENTS = 16
const LARGEST_RECORD_BYTES = 512 * 1024 ** 2
/** Files that there may be beyond those of what counts: each start begins another one. */
const SPARE_SEGMENTS = 8

/**
 * The groups on disk: each change is the whole state of a group, so that the last record of a group counts. The oldest
 * file goes once half of what there is does not count any more; what of it counts is written again at the end.
 */
export class PushLog {
  readonly #options: PushLogOptions
  readonly #log: SegmentLog
  readonly #segmentBytes: number
  readonly #places = new Map<string, Place>()
  #liveBytes = 0
  #cleaning: Promise<void> | undefined

  private constructor(options: PushLogOptions, log: SegmentLog, segmentBytes: number) {
    this.#segmentBytes = segmentBytes
    this.#options = options
    this.#log = log
  }

  static async open(options: PushLogOptions): Promise<{ log: PushLog; recovered: RecoveredGroups }> {
    const { files, directory, maxBytes } = options
    const segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.max(SMALLEST_SEGMENT_BYTES, maxBytes / SEGMENTS))
    const limits = { segmentBytes, maxPayloadBytes: LARGEST_RECORD_BYTES }
    const { log, recovery } = await SegmentLog.open({ files, directory, ...limits })
    const opened = new PushLog(options, log, segmentBytes)
    return { log: opened, recovered: { ...recovery, ...(await opened.#recover()) } }
  }

  get sizeBytes(): number {
    return this.#log.sizeBytes
  }

  /** Bytes of what counts of it. */
  get liveBytes(): number {
    return this.#liveBytes
  }

  /**
   * Resolves once the change is on disk. Changes are there in the order of the calls.
   *
   * @throws the system's error; then it is not on disk
   */
  async append(change: GroupChange): Promise<void> {
    const { key } = change.group
    const payload = encodeChange(change)
    const place = this.#places.get(key) ?? { sequence: 0, bytes: 0, pending: 0 }
    this.#places.set(key, place)
    place.pending += 1
    try {
      const { sequence } = await this.#log.append([payload])
      this.#setPlace(place, sequence, change.state === undefined ? 0 : payload.length)
    } finally {
      place.pending -= 1
      if (place.pending === 0 && place.bytes === 0) this.#places.delete(key)
    }
    this.#cleaning ??= this.#clean().finally(() => {
      this.#cleaning = undefined
    })
  }

  async close(): Promise<void> {
    await this.#cleaning
    await this.#log.close()
  }

  async #recover(): Promise<{ changes: GroupChange[]; damagedRecords: number }> {
    const changes = new Map<string, GroupChange>()
    let damagedRecords = 0
    for (const sequence of this.#sequences()) {
      const reader = await this.#log.openReader({ sequence, offset: 0 })
      try {
        for (let record = await this.#log.read(sequence, reader); record !== undefined; ) {
          const change = decodeChange(record.payload)
          if (change === undefined) damagedRecords += 1
          else if (change.state === undefined) {
            changes.delete(change.group.key)
            this.#places.delete(change.group.key)
          } else {
            changes.set(change.group.key, change)
            this.#places.set(change.group.key, { sequence, bytes: record.payload.length, pending: 0 })
          }
          record = await this.#log.read(sequence, reader)
        }
        if (reader.lostBytes > 0) damagedRecords += 1
      } finally {
        await reader.close()
      }
    }
    for (const { bytes } of this.#places.values()) this.#liveBytes += bytes
    return { changes: [...changes.values()], damagedRecords }
  }

  /** What can't be written just now is tried again with the next change. */
  async #clean(): Promise<void> {
    try {
      while (this.#isWasteful() && (await this.#moveOldest()));
    } catch {
      // The oldest file is still there, and so is what is in it.
    }
  }

  #isWasteful(): boolean {
    const segments = [...this.#sequences()].length
    const spareBytes = 2 * this.#segmentBytes
    const { sizeBytes } = this.#log
    if (segments === 1 || (segments <= SPARE_SEGMENTS && sizeBytes <= spareBytes)) return false
    const allowedBytes = 2 * this.#liveBytes
    return sizeBytes > allowedBytes + spareBytes || segments > allowedBytes / this.#segmentBytes + SPARE_SEGMENTS
  }

  /** A record that says that a group is gone may go with the oldest file: there is nothing older for it to hide. */
  async #moveOldest(): Promise<boolean> {
    const { sequence: oldest } = this.#log.begin
    const next = this.#log.after(oldest)
    const inOldest = [...this.#places].filter(([, { sequence, bytes }]) => sequence <= oldest && bytes > 0)
    if (next === undefined || inOldest.some(([, { pending }]) => pending > 0)) return false
    const moves: Promise<void>[] = []
    for (const [key] of inOldest) {
      const change = this.#options.stateOf(key)
      if (change?.state !== undefined) moves.push(this.#move(key, change))
    }
    await Promise.all(moves)
    if (this.#log.begin.sequence === oldest) await this.#log.deleteBefore(next)
    return true
  }

  async #move(key: string, change: GroupChange): Promise<void> {
    const payload = encodeChange(change)
    const { sequence } = await this.#log.append([payload])
    const place = this.#places.get(key)
    if (place !== undefined) this.#setPlace(place, sequence, payload.length)
  }

  #setPlace(place: Place, sequence: number, bytes: number): void {
    this.#liveBytes += bytes - place.bytes
    place.sequence = sequence
    place.bytes = bytes
  }

  *#sequences(): Generator<number> {
    const { sequence: first } = this.#log.begin
    for (let at: number | undefined = first; at !== undefined; at = this.#log.after(at)) {
      if (this.#log.lengthOf(at) !== undefined) yield at
    }
  }
}

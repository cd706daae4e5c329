import { messageOf } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'
import { SegmentLog } from '#lib/segment/log.ts'
import { DoneLetters } from './done.ts'
import type { DeadLetterEvents } from './events.ts'
import { type DeadLetter, decodeLetter, encodeLetter, type LetterHead } from './letter.ts'

export interface DeadLettersOptions {
  readonly files: Files
  readonly directory: string
  readonly events: Pick<DeadLetterEvents, 'deadLettersDropped' | 'deadLetterFailed' | 'oldDeadLetterFiles'>
  readonly nowMs: () => number
  /** Bytes of all files together; beyond them the oldest one goes. */
  readonly maxBytes: number
}

/** A letter that was neither replayed nor dropped. */
export interface StoredLetter {
  /** Its number: the oldest has the smallest. */
  readonly id: number
  readonly head: LetterHead
  readonly bytes: Buffer
}

const LARGEST_SEGMENT_BYTES = 16 * 1024 ** 2
const SMALLEST_SEGMENT_BYTES = 64 * 1024
/** The bound is kept by deleting whole files, so there are some. */
const SEGMENTS = 16
/** As that of the queue: an entry may be buried whole. */
const LONGEST_LETTER_BYTES = 1024 ** 3
const OLD_FILE = /^dead-letter-\d{8}\.ndjson$/

/**
 * What Elasticsearch refused for good, on disk in segments with checksums: the document with its action line, the error and
 * the target. A letter is durable before its queue entry is settled. It stays until it is replayed or dropped, or until it
 * is the oldest and there is no more room.
 */
export class DeadLetters {
  readonly #options: DeadLettersOptions
  #log!: SegmentLog
  /** By sequence number of the segment. */
  readonly #done = new Map<number, DoneLetters>()
  readonly #opening = new Map<number, Promise<void>>()
  #trimming: Promise<void> = Promise.resolve()

  constructor(options: DeadLettersOptions) {
    this.#options = options
  }

  /** Finds what earlier runs left. */
  async open(): Promise<void> {
    const { files, directory, maxBytes, events } = this.#options
    const segmentBytes = Math.min(LARGEST_SEGMENT_BYTES, Math.max(SMALLEST_SEGMENT_BYTES, maxBytes / SEGMENTS))
    const log = await SegmentLog.open({ files, directory, segmentBytes, maxPayloadBytes: LONGEST_LETTER_BYTES })
    this.#log = log.log
    this.#done.clear()
    this.#opening.clear()
    for (const sequence of this.#sequences()) await this.#doneOf(sequence)
    const old = (await files.readdir(directory)).filter((name) => OLD_FILE.test(name))
    if (old.length > 0) events.oldDeadLetterFiles({}, { count: old.length, path: directory })
  }

  /** Bytes of all segments. */
  get sizeBytes(): number {
    return this.#isOpen ? this.#log.sizeBytes : 0
  }

  /** Letters that were neither replayed nor dropped. */
  get count(): number {
    if (!this.#isOpen) return 0
    let done = 0
    let first: number | undefined
    for (const letters of this.#done.values()) {
      done += letters.count
      first = Math.min(first ?? letters.base, letters.base)
    }
    return first === undefined ? 0 : this.#log.items - first - done
  }

  /** The number that the next letter gets. */
  get nextId(): number {
    return this.#log.items
  }

  /**
   * Writes letters; those that are not on disk when it resolves are returned, with what went wrong.
   */
  async write(letters: readonly DeadLetter[]): Promise<{ left: readonly DeadLetter[]; error?: unknown }> {
    const atMs = this.#options.nowMs()
    const results = await Promise.allSettled(letters.map((letter) => this.#log.append(encodeLetter(letter, atMs))))
    const left = letters.filter((_, index) => results[index]!.status === 'rejected')
    for (const result of results) {
      if (result.status === 'fulfilled') await this.#doneOf(result.value.sequence)
    }
    await this.#trim()
    const failure = results.find((result) => result.status === 'rejected')
    return failure === undefined ? { left } : { left, error: failure.reason }
  }

  /** Letters from a number on, oldest first. What is damaged is left out. */
  async *read(fromId: number): AsyncGenerator<StoredLetter> {
    for (const sequence of this.#sequences()) {
      const next = this.#log.after(sequence)
      if (next !== undefined && (this.#done.get(next)?.base ?? Number.POSITIVE_INFINITY) <= fromId) continue
      yield* this.#readSegment(sequence, fromId)
    }
  }

  /** Marks letters as replayed or dropped; durable when it resolves. */
  async finish(ids: readonly number[]): Promise<void> {
    const changed = new Set<DoneLetters>()
    for (const id of ids) {
      const letters = this.#segmentOf(id)
      if (letters === undefined) continue
      letters.add(id)
      changed.add(letters)
    }
    for (const letters of changed) await letters.save(this.#options.files)
    await this.#trim()
  }

  async close(): Promise<void> {
    await this.#trimming
    if (this.#isOpen) await this.#log.close()
  }

  get #isOpen(): boolean {
    return this.#log !== undefined
  }

  async *#readSegment(sequence: number, fromId: number): AsyncGenerator<StoredLetter> {
    const done = this.#done.get(sequence)
    if (done === undefined || this.#log.lengthOf(sequence) === undefined) return
    const reader = await this.#log.openReader({ sequence, offset: 0 })
    let expected = done.base
    try {
      for (;;) {
        const record = await this.#log.read(sequence, reader)
        if (record === undefined) break
        const id = record.itemsBefore
        const letter = decodeLetter(record.payload)
        this.#noteDamage(done, expected, letter === undefined ? id + 1 : id)
        expected = id + 1
        if (letter !== undefined && id >= fromId && !done.has(id)) yield { id, ...letter }
      }
      const next = this.#log.after(sequence)
      if (next !== undefined) this.#noteDamage(done, expected, this.#done.get(next)?.base ?? expected)
    } finally {
      await reader.close()
    }
  }

  /** What can't be read is no letter any more. */
  #noteDamage(done: DoneLetters, from: number, to: number): void {
    let lost = 0
    for (let id = from; id < to; id++) {
      if (done.has(id)) continue
      done.add(id)
      lost += 1
    }
    if (lost > 0) this.#options.events.deadLettersDropped({ reason: 'damaged' }, { count: lost })
  }

  *#sequences(): Generator<number> {
    const { sequence: first } = this.#log.begin
    for (let sequence: number | undefined = first; sequence !== undefined; sequence = this.#log.after(sequence)) {
      if (this.#log.lengthOf(sequence) !== undefined) yield sequence
    }
  }

  #segmentOf(id: number): DoneLetters | undefined {
    let found: DoneLetters | undefined
    for (const letters of this.#done.values()) {
      if (letters.base <= id && (found === undefined || letters.base > found.base)) found = letters
    }
    return id < this.#log.items ? found : undefined
  }

  /** What is done of a segment. Several writers may begin one together, none of them with its first letter. */
  #doneOf(sequence: number): Promise<void> {
    const opening = this.#opening.get(sequence) ?? this.#openDone(sequence)
    this.#opening.set(sequence, opening)
    return opening
  }

  async #openDone(sequence: number): Promise<void> {
    const { files, directory } = this.#options
    try {
      const base = await this.#log.itemsBefore(sequence)
      this.#done.set(sequence, await DoneLetters.open(files, directory, sequence, base))
    } catch (error) {
      // The letters are on disk; the next write looks again.
      this.#opening.delete(sequence)
      this.#options.events.deadLetterFailed({}, { err: messageOf(error) })
    }
  }

  #trim(): Promise<void> {
    this.#trimming = this.#trimming.then(() => this.#trimNow())
    return this.#trimming
  }

  /** Deletes the oldest segments, as long as all of their letters are done or they are too many. */
  async #trimNow(): Promise<void> {
    const { maxBytes, events, files } = this.#options
    try {
      for (const sequence of [...this.#sequences()]) {
        const next = this.#log.after(sequence)
        const letters = this.#done.get(sequence)
        if (next === undefined || letters === undefined) return
        const left = (this.#done.get(next)?.base ?? this.#log.items) - letters.base - letters.count
        if (left > 0 && this.#log.sizeBytes <= maxBytes) return
        await this.#log.deleteBefore(next)
        this.#done.delete(sequence)
        this.#opening.delete(sequence)
        await letters.delete(files)
        if (left > 0) events.deadLettersDropped({ reason: 'max_bytes' }, { count: left })
      }
    } catch (error) {
      events.deadLetterFailed({}, { err: messageOf(error) })
    }
  }
}

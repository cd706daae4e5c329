import { createHash } from 'node:crypto'
import { fileKeyOf, MAX_UID_OFFSET } from '#lib/record-uid.ts'

/** A place in the journal as a record's uid has it. */
export interface JournalPlace {
  /** Eleven bytes: of the journal, or of the cursor if that is none that we know. */
  readonly key: Buffer
  /** The number of the entry. */
  readonly offset: number
  /** Thirty bits of a hash over the entry. */
  readonly length: number
}

const CURSOR = /^s=([0-9a-f]{32});i=([0-9a-f]{1,16});b=[0-9a-f]{32};m=[0-9a-f]+;t=[0-9a-f]+;x=([0-9a-f]{1,16})$/
const MAX_CURSOR_CHARS = 1024

/** Whether a text may be a cursor: it becomes an argument of a program. */
export function isCursor(text: unknown): text is string {
  return typeof text === 'string' && text !== '' && text.length <= MAX_CURSOR_CHARS && /^[\x21-\x7e]+$/.test(text)
}

/**
 * The place that a cursor stands for, the same whenever it is read. journald's own cursors have the id of a sequence, the
 * number in it, and a hash (systemd, `sd_journal_get_cursor`); they are opaque by contract, so of any other form all goes
 * into the key.
 */
export class CursorReader {
  /** Of the last sequence: nearly all entries have the same. */
  #sequence = ''
  #key: Buffer = Buffer.alloc(0)

  placeOf(cursor: string): JournalPlace {
    const match = CURSOR.exec(cursor)
    const offset = Number.parseInt(match?.[2] ?? '', 16)
    if (match === null || offset > MAX_UID_OFFSET) return { key: keyOf(cursor), offset: 0, length: 0 }
    const sequence = match[1]!
    if (sequence !== this.#sequence) {
      this.#sequence = sequence
      this.#key = keyOf(sequence)
    }
    const hash = Number.parseInt(match[3]!.slice(-8), 16)
    return { key: this.#key, offset, length: hash & 0x3fff_ffff }
  }
}

function keyOf(text: string): Buffer {
  return fileKeyOf(createHash('sha256').update('journal\0').update(text).digest())
}

import { isCursor } from './cursor.ts'
import type { JournalLine } from './lines.ts'

/** What an entry of the journal has, as journalctl writes it. */
export interface JournalEntry {
  readonly cursor: string
  /** Microseconds since the epoch at which journald took it. */
  readonly timeUs: bigint
  /** Fields with a text; of those that an entry has several times the first. */
  readonly fields: ReadonlyMap<string, string>
  readonly message: Buffer
  /** About how many bytes of the message are missing, because the line was too long. */
  readonly missingBytes: number
}

const MAX_TIME_DIGITS = 16
const MAX_FIELDS = 512
/** A field in what is left of a line that was too long. Quotes in texts are escaped, so none of them looks like this. */
const FIELD = /"([A-Z0-9_]{1,64})":"((?:[^"\\]|\\.){0,4096})"/g
const UNICODE_ESCAPE_CHARS = 6
const MESSAGE_TEXT = '"MESSAGE":"'
const MESSAGE_BYTES = '"MESSAGE":['

/** Reads a line; undefined if it is no entry with a cursor and a time. */
export function parseEntry(line: JournalLine): JournalEntry | undefined {
  return line.missingBytes === 0 ? parseWhole(line.bytes) : parseTorn(line)
}

function parseWhole(bytes: Buffer): JournalEntry | undefined {
  let value: unknown
  try {
    value = JSON.parse(bytes.toString('utf8'))
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null) return undefined
  const fields = new Map<string, string>()
  let message: Buffer = EMPTY
  for (const [name, content] of Object.entries(value)) {
    if (name === 'MESSAGE') message = bytesOf(content) ?? EMPTY
    else if (fields.size < MAX_FIELDS) setField(fields, name, content)
  }
  return entryOf(fields, message, 0)
}

function setField(fields: Map<string, string>, name: string, content: unknown): void {
  const text = typeof content === 'string' ? content : bytesOf(content)?.toString('utf8')
  if (text !== undefined) fields.set(name, text)
}

/** A text, bytes as a list of numbers, or several of either; what is too long for journalctl is null. */
function bytesOf(content: unknown): Buffer | undefined {
  if (typeof content === 'string') return Buffer.from(content)
  if (!Array.isArray(content) || content.length === 0) return undefined
  return typeof content[0] === 'number' ? Buffer.from(content as number[]) : bytesOf(content[0])
}

/** What can be told of a line from its begin and its end. */
function parseTorn({ bytes, missingBytes, gapOffset }: JournalLine): JournalEntry | undefined {
  const head = bytes.toString('utf8', 0, gapOffset)
  const fields = new Map<string, string>()
  for (const part of [head, bytes.toString('utf8', gapOffset)]) {
    for (const [, name, text] of part.matchAll(FIELD)) {
      if (fields.size < MAX_FIELDS && name !== 'MESSAGE') fields.set(name!, decodeText(text!))
    }
  }
  return entryOf(fields, messageIn(head), missingBytes)
}

function entryOf(fields: Map<string, string>, message: Buffer, missingBytes: number): JournalEntry | undefined {
  const cursor = fields.get('__CURSOR')
  const time = fields.get('__REALTIME_TIMESTAMP') ?? ''
  if (!isCursor(cursor) || !/^\d+$/.test(time) || time.length > MAX_TIME_DIGITS) return undefined
  return { cursor, timeUs: BigInt(time), fields, message, missingBytes }
}

/** As much of the message as the begin of a line has. */
function messageIn(head: string): Buffer {
  const text = head.indexOf(MESSAGE_TEXT)
  if (text >= 0) return Buffer.from(decodeText(textAt(head, text + MESSAGE_TEXT.length)))
  const list = head.indexOf(MESSAGE_BYTES)
  if (list < 0) return EMPTY
  const end = head.indexOf(']', list)
  const numbers = head.slice(list + MESSAGE_BYTES.length, end < 0 ? head.length : end).split(',')
  // The last number may lack digits.
  return Buffer.from((end < 0 ? numbers.slice(0, -1) : numbers).map(Number))
}

/** The inside of a string that begins at an offset and may not end; an escape that is not whole is left out. */
function textAt(head: string, start: number): string {
  for (let at = start; at < head.length; ) {
    if (head[at] === '"') return head.slice(start, at)
    const next = at + (head[at] !== '\\' ? 1 : head[at + 1] === 'u' ? UNICODE_ESCAPE_CHARS : 2)
    if (next > head.length) return head.slice(start, at)
    at = next
  }
  return head.slice(start)
}

function decodeText(text: string): string {
  try {
    return JSON.parse(`"${text}"`) as string
  } catch {
    return text
  }
}

const EMPTY = Buffer.alloc(0)

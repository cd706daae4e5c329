import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { ANY_VALUE } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { type LogsVisitor, LogsWalker } from '#lib/otlp/logs-walker.ts'
import { fileKeyOf, RECORD_UID_BYTES, writeRecordUid } from '#lib/record-uid.ts'
import { Actions } from './actions.ts'
import { Arena } from './arena.ts'
import { type BulkBody, type RepairStats, repairUtf8 } from './bulk-body.ts'
import { FragmentWriter } from './fragment-writer.ts'
import { jsonConstant, writeConstant } from './json-constant.ts'
import { LARGEST_EXPANSION, writeAscii, writeBytes, writeJsonString } from './json-writer.ts'
import { writeSeverity } from './severity-writer.ts'
import { Source } from './source.ts'
import { TimestampWriter } from './timestamp-writer.ts'
import { writeTraceIds } from './trace-writer.ts'
import { ValueWriter } from './value-writer.ts'

export interface BulkEncoderOptions {
  readonly dataStream: string
  /** Where a body is full: the record that reaches it is the last one. */
  readonly maxBytes: number
  /** Counters, read when scraped. */
  readonly stats: RepairStats
}

/** What became of a request: all of its records are in the body, or those before one, because the body is full. */
export type Added = 'all' | 'malformed' | { readonly nextRecord: number }

/** Elasticsearch takes ids of at most this many bytes. */
const MAX_ID_BYTES = 512
const UID_KEY = Buffer.from('log.record.uid')
/** Over what the record itself takes: action line, names of the fields, timestamps. */
const DOCUMENT_OVERHEAD_BYTES = 1_024
const NEWLINE = 10

const END_OF_ACTION = jsonConstant('}}\n{"@timestamp":"')
const OBSERVED_TIMESTAMP = jsonConstant('","observed_timestamp":"')
const BODY_TEXT = jsonConstant(',"body":{"text":')
const STRUCTURED = jsonConstant(',"structured":')
const ATTRIBUTES = jsonConstant(',"attributes":')
const QUOTE_BYTE = 0x22
const QUOTE = jsonConstant('"')
const END_OF_OBJECT = jsonConstant('}')
const END_OF_DOCUMENT = Buffer.from('}\n')

/**
 * Turns OTLP requests into the body of a bulk request, byte by byte: an action line and a document for each record, in
 * OpenTelemetry's own field names. Many requests are gathered in one body. What is the same for all records of a
 * container, its resource, is turned into JSON once and copied after that.
 *
 * The id of a document is the record's `log.record.uid`, which then is not among its attributes. A record without one,
 * from another sender, gets an id made of its time, the request's content and its place in the request: the same
 * request, sent again, makes the same documents.
 */
export class BulkEncoder implements LogsVisitor {
  readonly #arena = new Arena()
  readonly #values = new ValueWriter(this.#arena)
  readonly #walker = new LogsWalker()
  /** One for each field: each remembers the second it wrote last, and the two are seldom in the same. */
  readonly #times = new TimestampWriter()
  readonly #observedTimes = new TimestampWriter()
  readonly #actions: Actions
  readonly #fragments = new FragmentWriter(this.#arena, this.#values)
  /** Where a body is full: the record that reaches it is the last one. */
  maxBytes: number
  readonly #stats: RepairStats
  readonly #ownId = new Source(Buffer.alloc(RECORD_UID_BYTES))
  /** Where each document's action line begins. */
  #offsets: number[] = []
  #request = new Source(EMPTY)
  /** Of the next record in its request, and of the first one that is wanted. */
  #place = 0
  #firstWanted = 0
  #isFull = false
  #isShaped = false
  #receivedHigh = 0
  #receivedLow = 0
  #resource: Buffer = EMPTY
  /** What ends each document of a scope: its resource, the scope itself, and the brace. */
  #ending: Buffer = EMPTY
  /** A hash of the request, once it is needed. */
  #requestKey: Buffer | undefined

  constructor({ dataStream, maxBytes, stats }: BulkEncoderOptions) {
    this.maxBytes = maxBytes
    this.#stats = stats
    this.#actions = new Actions(dataStream)
  }

  /** Bytes gathered so far. */
  get lengthBytes(): number {
    return this.#arena.length
  }

  get documents(): number {
    return this.#offsets.length
  }

  /**
   * Adds records of a request, from one of them on. Few bytes can stand for many, as a resource is written out for each
   * of its records; so a request may not fit into one body.
   *
   * @param receivedAtMs the time of a record that has none
   * @param isShaped whether SHAPED_RECORD's fields are ours
   * @returns what was added; if the request is malformed, nothing
   */
  add(request: Buffer, receivedAtMs: number, fromRecord = 0, isShaped = false): Added {
    const { length } = this.#arena
    const documents = this.#offsets.length
    const receivedNs = BigInt(Math.round(receivedAtMs)) * 1_000_000n
    this.#receivedHigh = Number(receivedNs >> 32n)
    this.#receivedLow = Number(receivedNs & 0xffff_ffffn)
    this.#request = new Source(request)
    this.#requestKey = undefined
    this.#place = 0
    this.#firstWanted = fromRecord
    this.#isShaped = isShaped
    this.#isFull = false
    this.#values.aim(this.#request)
    let isWhole = false
    try {
      isWhole = this.#walker.walk(request, this)
    } finally {
      if (!isWhole && !this.#isFull) this.#forgetFrom(length, documents)
    }
    return isWhole ? 'all' : this.#isFull ? { nextRecord: this.#place } : 'malformed'
  }

  /**
   * Adds documents that come with their action lines, from one of them on.
   *
   * @param lines an action line and a document line for each of them, each with its newline
   * @returns what was added; if the last one is not whole, nothing
   */
  addLines(lines: Buffer, fromDocument = 0): Added {
    const { length } = this.#arena
    const documents = this.#offsets.length
    let start = 0
    for (let document = 0; start < lines.length; document++) {
      const end = lines.indexOf(NEWLINE, lines.indexOf(NEWLINE, start) + 1) + 1
      if (end <= start) {
        this.#forgetFrom(length, documents)
        return 'malformed'
      }
      if (document >= fromDocument) {
        if (this.#arena.length >= this.maxBytes) return { nextRecord: document }
        this.#offsets.push(this.#arena.length)
        this.#arena.reserve(end - start)
        writeBytes(this.#arena, lines.subarray(start, end))
      }
      start = end
    }
    return 'all'
  }

  /** Takes what was gathered. The bytes are valid until the next request is added. */
  take(): BulkBody {
    const offsets = this.#offsets
    offsets.push(this.#arena.length)
    const bytes = this.#arena.take()
    this.#offsets = []
    return isUtf8(bytes) ? { bytes, offsets } : repairUtf8(bytes, offsets, this.#stats)
  }

  resource(start: number, end: number): void {
    this.#resource = this.#fragments.resource(this.#request, start, end)
  }

  scope(start: number, end: number): void {
    this.#ending = Buffer.concat([this.#resource, this.#fragments.scope(this.#request, start, end), END_OF_DOCUMENT])
  }

  record(record: LogRecordCursor): boolean {
    const arena = this.#arena
    const values = this.#values
    if (this.#place < this.#firstWanted) {
      this.#place += 1
      return true
    }
    if (arena.length >= this.maxBytes) {
      this.#isFull = true
      return false
    }
    arena.reserve(DOCUMENT_OVERHEAD_BYTES + record.lengthBytes * LARGEST_EXPANSION + this.#ending.length)
    const hasTime = record.timeHigh !== 0 || record.timeLow !== 0
    const hasObserved = record.observedHigh !== 0 || record.observedLow !== 0
    const high = hasTime ? record.timeHigh : hasObserved ? record.observedHigh : this.#receivedHigh
    const low = hasTime ? record.timeLow : hasObserved ? record.observedLow : this.#receivedLow

    values.readObject(record.attributes, record.attributeCount)
    const uid = values.textOf(UID_KEY)
    const hasUid = uid !== undefined && this.#isId(uid[0], uid[1])
    this.#writeAction(record, hasUid ? uid : undefined, high, low)
    this.#times.write(arena, high, low)
    if (hasObserved) {
      writeConstant(this.#arena, OBSERVED_TIMESTAMP)
      this.#observedTimes.write(arena, record.observedHigh, record.observedLow)
    }
    writeConstant(this.#arena, QUOTE)
    writeSeverity(arena, this.#request, record)
    if (!record.body.isEmpty) this.#writeBody(record)
    if (record.attributeCount > 0) {
      writeConstant(this.#arena, ATTRIBUTES)
      values.writeObject(hasUid ? UID_KEY : undefined)
    }
    writeTraceIds(arena, this.#request.bytes, record)
    this.#writeEventName(record)
    writeBytes(arena, this.#ending)
    this.#place += 1
    return true
  }

  #forgetFrom(length: number, documents: number): void {
    this.#arena.length = length
    this.#offsets.length = documents
  }

  #writeAction(
    { dataStream: { start, end } }: LogRecordCursor,
    uid: readonly [number, number] | undefined,
    high: number,
    low: number,
  ): void {
    const arena = this.#arena
    this.#offsets.push(arena.length)
    this.#copy(this.#isShaped ? this.#actions.of(this.#request.bytes, start, end) : this.#actions.usual)
    if (uid !== undefined) {
      writeJsonString(arena, this.#request, uid[0], uid[1])
    } else {
      this.#requestKey ??= fileKeyOf(hash('sha256', this.#request.bytes, 'buffer'))
      writeRecordUid(this.#ownId.bytes, 0, high, low, this.#requestKey, this.#place, 0)
      writeJsonString(arena, this.#ownId, 0, RECORD_UID_BYTES)
    }
    writeConstant(this.#arena, END_OF_ACTION)
  }

  /** Whether Elasticsearch takes a text as an id. */
  #isId(start: number, end: number): boolean {
    if (start === end || end - start > MAX_ID_BYTES) return false
    const { bytes } = this.#request
    let any = 0
    for (let at = start; at < end; at++) any |= bytes[at]!
    return any < 0x80 || isUtf8(bytes.subarray(start, end))
  }

  /** A text stays a text; a structure goes where a mapping keeps it from exploding; other values become texts. */
  #writeBody({ body: { start, end }, structured }: LogRecordCursor): void {
    const kind = this.#values.kindOf(start, end)
    if (kind === 0) return
    if (kind === ANY_VALUE.kvlist || kind === ANY_VALUE.array) {
      this.#ascii(kind === ANY_VALUE.array ? ',"body":{"structured":{"value":' : ',"body":{"structured":')
      this.#values.write(start, end)
      this.#ascii(kind === ANY_VALUE.array ? '}}' : '}')
      return
    }
    writeConstant(this.#arena, BODY_TEXT)
    if (kind === ANY_VALUE.string || kind === ANY_VALUE.bytes) this.#values.write(start, end)
    else this.#writeAsText(start, end)
    if (this.#isShaped && !structured.isEmpty) {
      writeConstant(this.#arena, STRUCTURED)
      this.#copy(this.#request.bytes.subarray(structured.start, structured.end))
    }
    writeConstant(this.#arena, END_OF_OBJECT)
  }

  #writeAsText(start: number, end: number): void {
    const { bytes, length } = this.#arena
    writeConstant(this.#arena, QUOTE)
    this.#values.write(start, end)
    if (bytes[length + 1] === QUOTE_BYTE) {
      // What JSON has no number for came as a text, with quotes of its own.
      bytes.copyWithin(length, length + 1, this.#arena.length)
      this.#arena.length -= 1
    } else {
      writeConstant(this.#arena, QUOTE)
    }
  }

  #writeEventName({ eventName }: LogRecordCursor): void {
    if (eventName.isEmpty) return
    this.#ascii(',"event_name":')
    this.#string(eventName.start, eventName.end)
  }

  #copy(bytes: Buffer): void {
    writeBytes(this.#arena, bytes)
  }

  #string(start: number, end: number): void {
    writeJsonString(this.#arena, this.#request, start, end)
  }

  #ascii(text: string): void {
    writeAscii(this.#arena, text)
  }
}

const EMPTY = Buffer.alloc(0)

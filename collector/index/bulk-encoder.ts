import { isUtf8 } from 'node:buffer'
import { hash } from 'node:crypto'
import { ANY_VALUE, RESOURCE, SCOPE } from '#lib/otlp/fields.ts'
import type { LogRecordCursor } from '#lib/otlp/log-record.ts'
import { type LogsVisitor, LogsWalker } from '#lib/otlp/logs-walker.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { fileKeyOf, RECORD_UID_BYTES, writeRecordUid } from '#lib/record-uid.ts'
import { Arena } from './arena.ts'
import { LARGEST_EXPANSION, writeAscii, writeBytes, writeHex, writeJsonString } from './json-writer.ts'
import { TimestampWriter } from './timestamp-writer.ts'
import { ValueWriter } from './value-writer.ts'

/** The body of a bulk request. Document `i` and its action line stand at `bytes[offsets[i], offsets[i + 1])`. */
export interface BulkBody {
  readonly bytes: Buffer
  readonly offsets: readonly number[]
}

/** Elasticsearch takes ids of at most this many bytes. */
const MAX_ID_BYTES = 512
const UID_KEY = Buffer.from('log.record.uid')
/** Over what the record itself takes: action line, names of the fields, timestamps. */
const DOCUMENT_OVERHEAD_BYTES = 1_024
const TRACE_ID_BYTES = 16
const SPAN_ID_BYTES = 8
/** Resources and scopes whose JSON is kept. */
const MAX_FRAGMENTS = 10_000

const TIMESTAMP = Buffer.from('{"@timestamp":"')
const OBSERVED_TIMESTAMP = Buffer.from('","observed_timestamp":"')
const SEVERITY_TEXT = Buffer.from(',"severity_text":')
const BODY_TEXT = Buffer.from(',"body":{"text":')
const ATTRIBUTES = Buffer.from(',"attributes":')
const QUOTE = Buffer.from('"')
const END_OF_OBJECT = Buffer.from('}')
const END_OF_DOCUMENT = Buffer.from('}\n')
const END_OF_ACTION = Buffer.from('}}\n')

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
  /** Counters, read when scraped. */
  readonly stats = { repairedDocuments: 0 }
  readonly #arena = new Arena()
  readonly #values = new ValueWriter(this.#arena)
  readonly #walker = new LogsWalker()
  /** One for each field: each remembers the second it wrote last, and the two are seldom in the same. */
  readonly #times = new TimestampWriter()
  readonly #observedTimes = new TimestampWriter()
  readonly #action: Buffer
  readonly #fragments = new Map<string, Buffer>()
  readonly #ownId = Buffer.alloc(RECORD_UID_BYTES)
  /** Where each document's action line begins. */
  #offsets: number[] = []
  #request: Buffer = EMPTY
  #firstOfRequest = 0
  #receivedHigh = 0
  #receivedLow = 0
  #resource: Buffer = EMPTY
  #scope: Buffer = EMPTY
  /** A hash of the request, once it is needed. */
  #requestKey: Buffer | undefined

  constructor(dataStream: string) {
    this.#action = Buffer.from(`{"create":{"_index":${JSON.stringify(dataStream)},"_id":`)
  }

  /** Bytes gathered so far. */
  get lengthBytes(): number {
    return this.#arena.length
  }

  /**
   * Adds the records of a request.
   *
   * @param receivedAtMs the time of a record that has none
   * @returns false if the request is malformed; then nothing was added
   */
  add(request: Buffer, receivedAtMs: number): boolean {
    const { length } = this.#arena
    const documents = this.#offsets.length
    const receivedNs = BigInt(Math.round(receivedAtMs)) * 1_000_000n
    this.#receivedHigh = Number(receivedNs >> 32n)
    this.#receivedLow = Number(receivedNs & 0xffff_ffffn)
    this.#request = request
    this.#requestKey = undefined
    this.#firstOfRequest = documents
    this.#values.aim(request)
    if (this.#walker.walk(request, this)) return true
    this.#arena.length = length
    this.#offsets.length = documents
    return false
  }

  /** Takes what was gathered. The bytes are valid until the next request is added. */
  take(): BulkBody {
    const offsets = this.#offsets
    offsets.push(this.#arena.length)
    const bytes = this.#arena.bytes.subarray(0, this.#arena.length)
    this.#offsets = []
    this.#arena.length = 0
    return isUtf8(bytes) ? { bytes, offsets } : this.#repair(bytes, offsets)
  }

  resource(start: number, end: number): void {
    this.#resource = this.#fragment('resource', start, end)
  }

  scope(start: number, end: number): void {
    this.#scope = this.#fragment('scope', start, end)
  }

  record(record: LogRecordCursor): boolean {
    const arena = this.#arena
    const values = this.#values
    arena.reserve(
      DOCUMENT_OVERHEAD_BYTES + record.lengthBytes * LARGEST_EXPANSION + this.#resource.length + this.#scope.length,
    )
    const hasTime = record.timeHigh !== 0 || record.timeLow !== 0
    const hasObserved = record.observedHigh !== 0 || record.observedLow !== 0
    const high = hasTime ? record.timeHigh : hasObserved ? record.observedHigh : this.#receivedHigh
    const low = hasTime ? record.timeLow : hasObserved ? record.observedLow : this.#receivedLow

    values.readObject(record.attributes, record.attributeCount)
    this.#writeAction(values.textOf(UID_KEY), high, low)
    this.#copy(TIMESTAMP)
    arena.length = this.#times.write(arena.bytes, arena.length, high, low)
    if (hasObserved) {
      this.#copy(OBSERVED_TIMESTAMP)
      arena.length = this.#observedTimes.write(arena.bytes, arena.length, record.observedHigh, record.observedLow)
    }
    this.#copy(QUOTE)
    this.#writeSeverity(record)
    if (!record.body.isEmpty) this.#writeBody(record.body.start, record.body.end)
    if (record.attributeCount > 0) {
      this.#copy(ATTRIBUTES)
      values.writeObject(UID_KEY)
    }
    this.#copy(this.#resource)
    this.#copy(this.#scope)
    this.#writeTrace(record)
    this.#copy(END_OF_DOCUMENT)
    return true
  }

  #writeAction(uid: readonly [number, number] | undefined, high: number, low: number): void {
    const arena = this.#arena
    this.#offsets.push(arena.length)
    this.#copy(this.#action)
    if (uid !== undefined && uid[1] > uid[0] && uid[1] - uid[0] <= MAX_ID_BYTES) {
      arena.length = writeJsonString(arena.bytes, arena.length, this.#request, uid[0], uid[1])
    } else {
      this.#requestKey ??= fileKeyOf(hash('sha256', this.#request, 'buffer'))
      const place = this.#offsets.length - 1 - this.#firstOfRequest
      writeRecordUid(this.#ownId, 0, high, low, this.#requestKey, place, 0)
      arena.length = writeJsonString(arena.bytes, arena.length, this.#ownId, 0, RECORD_UID_BYTES)
    }
    this.#copy(END_OF_ACTION)
  }

  #writeSeverity({ severityText, severityNumber }: LogRecordCursor): void {
    if (!severityText.isEmpty) {
      this.#copy(SEVERITY_TEXT)
      this.#string(severityText.start, severityText.end)
    }
    if (severityNumber > 0 && severityNumber <= 24) this.#ascii(`,"severity_number":${severityNumber}`)
  }

  /** A text stays a text; a structure goes where a mapping keeps it from exploding; other values become texts. */
  #writeBody(start: number, end: number): void {
    const kind = this.#values.kindOf(start, end)
    if (kind === 0) return
    if (kind === ANY_VALUE.kvlist || kind === ANY_VALUE.array) {
      this.#ascii(kind === ANY_VALUE.array ? ',"body":{"structured":{"value":' : ',"body":{"structured":')
      this.#values.write(start, end)
      this.#ascii(kind === ANY_VALUE.array ? '}}' : '}')
      return
    }
    const isText = kind === ANY_VALUE.string || kind === ANY_VALUE.bytes
    this.#copy(BODY_TEXT)
    if (!isText) this.#copy(QUOTE)
    this.#values.write(start, end)
    if (!isText) this.#copy(QUOTE)
    this.#copy(END_OF_OBJECT)
  }

  #writeTrace({ traceId, spanId, eventName }: LogRecordCursor): void {
    this.#writeId('trace_id', traceId.start, traceId.end, TRACE_ID_BYTES)
    this.#writeId('span_id', spanId.start, spanId.end, SPAN_ID_BYTES)
    if (eventName.isEmpty) return
    this.#ascii(',"event_name":')
    this.#string(eventName.start, eventName.end)
  }

  /** An id of another length, or of zeros only, means that there is none. */
  #writeId(name: string, start: number, end: number, length: number): void {
    if (end - start !== length) return
    let any = 0
    for (let at = start; at < end; at++) any |= this.#request[at]!
    if (any === 0) return
    const arena = this.#arena
    this.#ascii(`,"${name}":"`)
    arena.length = writeHex(arena.bytes, arena.length, this.#request, start, end)
    this.#ascii('"')
  }

  /** The JSON of a resource or scope, made once for the same bytes. */
  #fragment(kind: 'resource' | 'scope', start: number, end: number): Buffer {
    if (start === end) return EMPTY
    const key = `${kind}\0${this.#request.toString('latin1', start, end)}`
    const known = this.#fragments.get(key)
    if (known !== undefined) return known
    if (this.#fragments.size >= MAX_FRAGMENTS) this.#fragments.clear()
    const arena = this.#arena
    const { length } = arena
    arena.reserve(DOCUMENT_OVERHEAD_BYTES + (end - start) * LARGEST_EXPANSION)
    if (kind === 'resource') this.#writeResource(start, end)
    else this.#writeScope(start, end)
    const made = Buffer.from(arena.bytes.subarray(length, arena.length))
    arena.length = length
    this.#fragments.set(key, made)
    return made
  }

  #writeResource(start: number, end: number): void {
    const ranges = rangesOf(this.#request, start, end, RESOURCE.attributes)
    if (ranges.length === 0) return
    this.#ascii(',"resource":{"attributes":')
    this.#values.readObject(ranges, ranges.length / 2)
    this.#values.writeObject()
    this.#ascii('}')
  }

  #writeScope(start: number, end: number): void {
    const [nameStart = 0, nameEnd = 0] = rangesOf(this.#request, start, end, SCOPE.name)
    const [versionStart = 0, versionEnd = 0] = rangesOf(this.#request, start, end, SCOPE.version)
    const attributes = rangesOf(this.#request, start, end, SCOPE.attributes)
    this.#ascii(',"scope":{"name":')
    this.#string(nameStart, nameEnd)
    if (versionStart !== versionEnd) {
      this.#ascii(',"version":')
      this.#string(versionStart, versionEnd)
    }
    if (attributes.length > 0) {
      this.#ascii(',"attributes":')
      this.#values.readObject(attributes, attributes.length / 2)
      this.#values.writeObject()
    }
    this.#ascii('}')
  }

  /** What is not UTF-8 would have the whole bulk request refused, so it becomes U+FFFD. */
  #repair(bytes: Buffer, offsets: readonly number[]): BulkBody {
    const documents: Buffer[] = []
    const repaired = [0]
    for (let index = 0; index + 1 < offsets.length; index++) {
      const document = bytes.subarray(offsets[index], offsets[index + 1])
      const valid = isUtf8(document) ? document : Buffer.from(document.toString('utf8'))
      if (valid !== document) this.stats.repairedDocuments += 1
      documents.push(valid)
      repaired.push(repaired[index]! + valid.length)
    }
    return { bytes: Buffer.concat(documents), offsets: repaired }
  }

  #copy(bytes: Buffer): void {
    this.#arena.length = writeBytes(this.#arena.bytes, this.#arena.length, bytes)
  }

  #string(start: number, end: number): void {
    this.#arena.length = writeJsonString(this.#arena.bytes, this.#arena.length, this.#request, start, end)
  }

  #ascii(text: string): void {
    this.#arena.length = writeAscii(this.#arena.bytes, this.#arena.length, text)
  }
}

const EMPTY = Buffer.alloc(0)

/** Starts and ends, in turn, of the occurrences of a length-delimited field. */
function rangesOf(bytes: Buffer, start: number, end: number, wanted: number): number[] {
  const reader = new ProtoReader(bytes, start, end)
  const ranges: number[] = []
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === wanted) ranges.push(reader.start, reader.stop)
  }
  return ranges
}

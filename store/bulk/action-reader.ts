import { illegalArgument } from '../elasticsearch-error.ts'
import { equalBytes } from '../json/equal-bytes.ts'
import { isObject, type JsonObject, readBoolean } from '../mapping/json-object.ts'

/** What an action line asks for. */
export interface Action {
  readonly operation: Operation
  /** The index, unless the path of the request names it. */
  readonly index: string | undefined
  readonly requireDataStream: boolean | undefined
  /** Something that Elasticsearch does and this store does not; the item is refused with it. */
  readonly unsupported: string | undefined
}

type Operation = 'create' | 'index' | 'update' | 'delete'

const OPERATIONS: readonly string[] = ['create', 'index', 'update', 'delete'] satisfies Operation[]

/** Metadata that Elasticsearch knows. Those that are no more than this are refused item by item. */
const METADATA = [
  '_index',
  '_id',
  'routing',
  'version',
  'version_type',
  'if_seq_no',
  'if_primary_term',
  'pipeline',
  'dynamic_templates',
  'require_alias',
  'require_data_stream',
  'list_executed_pipelines',
]

/**
 * Reads the action lines of a bulk body. A line that is equal to the one before except for a plain `_id` costs no
 * parsing; the fields say what the last line was.
 */
export class ActionReader {
  action: Action = { operation: 'create', index: undefined, requireDataStream: undefined, unsupported: undefined }
  /** Where the id stands in the bytes; -1 if there is none, or if it had to be decoded and is in `idText`. */
  idStart = -1
  idEnd = -1
  idText: string | undefined
  readonly #bytes: Buffer
  readonly #view: DataView
  #modelStart = -1
  /** Bytes of the model before and after its id; all of it if it has none. */
  #prefixBytes = 0
  #suffixAt = 0
  #suffixBytes = -1

  constructor(bytes: Buffer) {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  /**
   * @param line its number in the body, from one, for errors
   * @throws ElasticsearchError for a line that makes no sense; then the whole request has none
   */
  read(start: number, end: number, line: number): void {
    if (!this.#readLikeModel(start, end)) this.#parse(start, end, line)
  }

  /**
   * Reads a line that is like the last one but for the characters of an id of the same length.
   *
   * @returns where the line ends, or -1 if it is not like that or ends elsewhere; then nothing was read
   */
  readSame(start: number): number {
    const length = this.#modelBytes
    if (length < 0) return -1
    const end = start + length
    return end < this.#bytes.length && this.#bytes[end] === 0x0a && this.#readLikeModel(start, end) ? end : -1
  }

  /** Bytes of the model's line, or -1 if there is none. */
  get #modelBytes(): number {
    if (this.#modelStart < 0) return -1
    return this.#suffixBytes < 0 ? this.#prefixBytes : this.#suffixAt + this.#suffixBytes - this.#modelStart
  }

  #readLikeModel(start: number, end: number): boolean {
    if (this.#modelStart < 0) return false
    const idStart = start + this.#prefixBytes
    const idEnd = this.#suffixBytes < 0 ? end : end - this.#suffixBytes
    if (idStart > idEnd || !equalBytes(this.#view, this.#bytes, start, this.#modelStart, this.#prefixBytes))
      return false
    if (this.#suffixBytes < 0) return idStart === end
    if (idStart === idEnd || !equalBytes(this.#view, this.#bytes, idEnd, this.#suffixAt, this.#suffixBytes))
      return false
    if (!arePlain(this.#bytes, idStart, idEnd)) return false
    this.idStart = idStart
    this.idEnd = idEnd
    return true
  }

  #parse(start: number, end: number, line: number): void {
    const text = this.#bytes.toString('utf8', start, end)
    const [operation, metadata] = parseLine(text, line)
    const id = metadata._id
    this.action = {
      operation,
      index: readText(metadata, '_index', line),
      requireDataStream: readBoolean(metadata.require_data_stream),
      unsupported: unsupportedPart(operation, metadata),
    }
    this.idText =
      id === undefined || id === null
        ? undefined
        : typeof id === 'number'
          ? String(id)
          : readText(metadata, '_id', line)
    this.idStart = -1
    this.idEnd = -1
    this.#modelStart = -1
    this.#takeAsModel(start, end)
  }

  /** Later lines are compared with this one, if its id stands there as it is. */
  #takeAsModel(start: number, end: number): void {
    if (this.idText === undefined) {
      this.#modelStart = start
      this.#prefixBytes = end - start
      this.#suffixBytes = -1
      return
    }
    const id = Buffer.from(this.idText)
    const key = Buffer.concat([Buffer.from('"_id":"'), id, Buffer.from('"')])
    const found = this.#bytes.subarray(start, end).indexOf(key)
    if (id.length === 0 || found < 0 || !id.every(isPlain)) return
    this.#modelStart = start
    this.idStart = start + found + '"_id":"'.length
    this.idEnd = this.idStart + id.length
    this.idText = undefined
    this.#prefixBytes = this.idStart - start
    this.#suffixAt = this.idEnd
    this.#suffixBytes = end - this.idEnd
  }
}

function parseLine(text: string, line: number): [Operation, JsonObject] {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw illegalArgument(`Malformed action/metadata line [${line}], it is not JSON`)
  }
  if (!isObject(parsed)) throw illegalArgument(`Malformed action/metadata line [${line}], expected START_OBJECT`)
  const [entry, ...others] = Object.entries(parsed)
  if (entry === undefined || others.length > 0) {
    throw illegalArgument(`Malformed action/metadata line [${line}], expected one action in it`)
  }
  const [operation, metadata] = entry
  if (!isOperation(operation)) {
    throw illegalArgument(
      `Malformed action/metadata line [${line}], expected field [create], [delete], [index] or [update] but found [${operation}]`,
    )
  }
  if (!isObject(metadata))
    throw illegalArgument(`Malformed action/metadata line [${line}], expected START_OBJECT for [${operation}]`)
  for (const key of Object.keys(metadata)) {
    if (!METADATA.includes(key))
      throw illegalArgument(`Action/metadata line [${line}] contains an unknown parameter [${key}]`)
  }
  return [operation, metadata]
}

function isOperation(text: string): text is Operation {
  return OPERATIONS.includes(text)
}

function readText(metadata: JsonObject, key: string, line: number): string | undefined {
  const value = metadata[key]
  if (value === undefined || value === null) return undefined
  if (typeof value !== 'string')
    throw illegalArgument(`Malformed action/metadata line [${line}], expected a simple value for field [${key}]`)
  return value
}

function unsupportedPart(operation: Operation, metadata: JsonObject): string | undefined {
  if (operation === 'update' || operation === 'delete')
    return `this store only adds documents; it does not [${operation}] them`
  const given = (key: string) => metadata[key] !== undefined && metadata[key] !== null && metadata[key] !== false
  if (metadata.pipeline === '_none') return undefined
  const part = METADATA.find(
    (key) => !['_index', '_id', 'require_data_stream', 'list_executed_pipelines'].includes(key) && given(key),
  )
  return part === undefined ? undefined : `this store does not do [${part}] of a bulk action`
}

/** By byte: zero if it stands for itself in a JSON string. */
const NOT_PLAIN = Uint8Array.from({ length: 256 }, (_, byte) => (isPlain(byte) ? 0 : 1))

function isPlain(byte: number): boolean {
  return byte >= 0x20 && byte < 0x80 && byte !== 0x22 && byte !== 0x5c
}

/** An id is short and nearly always plain, so it is looked at without a branch for each byte. */
function arePlain(bytes: Buffer, start: number, end: number): boolean {
  let others = 0
  for (let at = start; at < end; at++) others |= NOT_PLAIN[bytes[at]!]!
  return others === 0
}

import { varintBytes } from '#lib/otlp/wire.ts'

/** Of a series: type, name of the family, help, unit. They stand before the numbers of its labels. */
const TYPE = 0
const FAMILY = 1
const HELP = 2
const UNIT = 3
const HEAD = 4

const FNV_PRIME = 0x0100_0193
const FNV_OFFSET = 0x811c_9dc5

/**
 * What the numbers of a segment stand for: series and texts, in arrays. A series takes some 100 bytes, its texts are
 * shared by all.
 */
export class Definitions {
  /** Texts in UTF-8, one after the other. */
  text = Buffer.allocUnsafeSlow(64 * 1024)
  /** Where each text begins; the next begins where it ends. */
  textStarts = new Uint32Array(1_024)
  /** Types and texts of each series. */
  refs = new Uint32Array(8_192)
  /** Where each series begins in `refs`; the next begins where it ends. */
  starts = new Float64Array(512)
  /** A series's label set, the same in all segments: what is of one series goes through one shard. */
  hashes = new Uint32Array(512)
  /** Bytes of the labels in a message of remote write 1.0. */
  labelBytes = new Uint32Array(512)
  /** Since when each counts, epoch milliseconds, or 0. */
  startMs = new Float64Array(512)
  seriesCount = 0
  textCount = 1
  #textHashes = new Uint32Array(1_024)

  /**
   * Adds what one payload defines.
   *
   * @returns false if it is not what a `DefinitionWriter` wrote, or if one before it is missing: its numbers are unknown
   *   then, and those after it
   */
  add(payload: Buffer): boolean {
    const input = new PayloadCursor(payload)
    if (input.varint() !== this.textCount) return false
    const texts = input.varint()
    for (let index = 0; index < texts && !input.failed; index++) this.#addText(input)
    if (input.varint() !== this.seriesCount) return false
    const series = input.varint()
    for (let index = 0; index < series && !input.failed; index++) this.#addSeries(input)
    return !input.failed && input.at === payload.length
  }

  typeOf(series: number): number {
    return this.refs[this.starts[series]! + TYPE]!
  }

  familyOf(series: number): number {
    return this.refs[this.starts[series]! + FAMILY]!
  }

  helpOf(series: number): number {
    return this.refs[this.starts[series]! + HELP]!
  }

  unitOf(series: number): number {
    return this.refs[this.starts[series]! + UNIT]!
  }

  /** Where the numbers of the label texts begin in `refs`. */
  labelsFrom(series: number): number {
    return this.starts[series]! + HEAD
  }

  /** Where they end. */
  labelsTo(series: number): number {
    return this.starts[series + 1]!
  }

  textBytes(text: number): number {
    return this.textStarts[text + 1]! - this.textStarts[text]!
  }

  #addText(input: PayloadCursor): void {
    const length = input.varint()
    const start = input.at
    if (!input.skip(length)) return
    const number = this.textCount
    if (number + 2 > this.textStarts.length) {
      this.textStarts = grown(this.textStarts, number + 2)
      this.#textHashes = grown(this.#textHashes, number + 2)
    }
    const at = this.textStarts[number]!
    if (at + length > this.text.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(at + length, 2 * this.text.length))
      this.text.copy(larger, 0, 0, at)
      this.text = larger
    }
    const { bytes } = input
    let hash = FNV_OFFSET
    for (let from = start, to = at; from < start + length; from++, to++) {
      const byte = bytes[from]!
      this.text[to] = byte
      hash = Math.imul(hash ^ byte, FNV_PRIME)
    }
    this.#textHashes[number] = hash
    this.textStarts[number + 1] = at + length
    this.textCount = number + 1
  }

  #addSeries(input: PayloadCursor): void {
    const number = this.seriesCount
    const refs = 2 * input.varint()
    if (refs > input.bytes.length - input.at) {
      input.failed = true
      return
    }
    const start = this.starts[number]!
    this.#reserve(number, start + HEAD + refs)
    let hash = FNV_OFFSET
    let bytes = 0
    for (let index = 0; index < refs; index += 2) {
      const name = this.#readText(input)
      const value = this.#readText(input)
      this.refs[start + HEAD + index] = name
      this.refs[start + HEAD + index + 1] = value
      hash = Math.imul(hash ^ this.#textHashes[name]!, FNV_PRIME)
      hash = Math.imul((hash ^ (hash >>> 15)) + this.#textHashes[value]!, FNV_PRIME)
      const label = fieldBytes(this.textBytes(name)) + fieldBytes(this.textBytes(value))
      bytes += fieldBytes(label)
    }
    this.refs[start + TYPE] = input.varint()
    for (const place of [FAMILY, HELP, UNIT]) this.refs[start + place] = this.#readText(input)
    this.startMs[number] = input.varint()
    if (input.failed) return
    this.hashes[number] = hash ^ (hash >>> 16)
    this.labelBytes[number] = bytes
    this.starts[number + 1] = start + HEAD + refs
    this.seriesCount = number + 1
  }

  #readText(input: PayloadCursor): number {
    const number = input.varint()
    if (number < this.textCount) return number
    input.failed = true
    return 0
  }

  #reserve(series: number, refs: number): void {
    if (refs > this.refs.length) this.refs = grown(this.refs, refs)
    if (series + 2 <= this.starts.length) return
    const starts = new Float64Array(2 * this.starts.length)
    starts.set(this.starts)
    this.starts = starts
    const startMs = new Float64Array(2 * this.startMs.length)
    startMs.set(this.startMs)
    this.startMs = startMs
    this.hashes = grown(this.hashes, series + 2)
    this.labelBytes = grown(this.labelBytes, series + 2)
  }
}

/** Bytes of a length-delimited field with so many bytes in it. */
export function fieldBytes(length: number): number {
  return 1 + varintBytes(length) + length
}

function grown(array: Uint32Array<ArrayBuffer>, atLeast: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(atLeast, 2 * array.length))
  larger.set(array)
  return larger
}

/** Reads the varints of a payload; beyond its end it fails and reads zeros. */
export class PayloadCursor {
  readonly bytes: Buffer
  at = 0
  failed = false

  constructor(bytes: Buffer) {
    this.bytes = bytes
  }

  varint(): number {
    const { bytes } = this
    let at = this.at
    let byte = bytes[at++] ?? 0x80
    let value = byte & 0x7f
    for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
      if (at >= bytes.length || factor > 2 ** 49) {
        this.failed = true
        return 0
      }
      byte = bytes[at++]!
      value += (byte & 0x7f) * factor
    }
    this.at = at
    return value
  }

  /** Whether there were so many bytes to skip. */
  skip(length: number): boolean {
    if (this.at + length > this.bytes.length) this.failed = true
    else this.at += length
    return !this.failed
  }
}

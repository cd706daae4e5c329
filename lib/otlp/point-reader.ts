import {
  EXPONENTIAL_POINT,
  HISTOGRAM_POINT,
  METRIC,
  METRIC_DATA,
  NO_RECORDED_VALUE,
  NUMBER_POINT,
  POINT,
  SUMMARY_POINT,
} from './metrics-fields.ts'
import { ProtoReader } from './proto-reader.ts'
import { FIXED64, LENGTH_DELIMITED, tag, VARINT } from './wire.ts'

const POINT_TAG = tag(METRIC_DATA.dataPoints, LENGTH_DELIMITED)
const START_TAG = tag(POINT.startTimeUnixNano, FIXED64)
const TIME_TAG = tag(POINT.timeUnixNano, FIXED64)
const DOUBLE_TAG = tag(NUMBER_POINT.asDouble, FIXED64)
const INTEGER_TAG = tag(NUMBER_POINT.asInt, FIXED64)
/** Below this, comparing in JavaScript is faster than a call. */
const SHORT_BYTES = 32

const ATTRIBUTES: Readonly<Record<number, number>> = {
  [METRIC.gauge]: NUMBER_POINT.attributes,
  [METRIC.sum]: NUMBER_POINT.attributes,
  [METRIC.histogram]: HISTOGRAM_POINT.attributes,
  [METRIC.exponentialHistogram]: EXPONENTIAL_POINT.attributes,
  [METRIC.summary]: SUMMARY_POINT.attributes,
}
const FLAGS: Readonly<Record<number, number>> = {
  [METRIC.gauge]: NUMBER_POINT.flags,
  [METRIC.sum]: NUMBER_POINT.flags,
  [METRIC.histogram]: HISTOGRAM_POINT.flags,
  [METRIC.exponentialHistogram]: EXPONENTIAL_POINT.flags,
  [METRIC.summary]: SUMMARY_POINT.flags,
}

/** The NaN by which Prometheus marks the end of a series: 0x7ff0000000000002. */
function isStaleMarker(view: DataView, at: number): boolean {
  return view.getUint32(at, true) === 2 && view.getUint32(at + 4, true) === 0x7ff0_0000
}

/** The number of the field that attributes of a kind of point are in. */
export function attributesField(kind: number): number {
  return ATTRIBUTES[kind]!
}

/**
 * Reads the points of a metric one after the other, without an object for each. What all kinds have, and the value of a
 * number. Attributes are not decoded: who reads says which bytes are expected, because senders repeat themselves.
 */
export class PointReader {
  failed = false
  /** The whole point. */
  start = 0
  end = 0
  /** Epoch milliseconds, with fractions; 0 if it says nothing. */
  timeMs = 0
  startMs = 0
  flags = 0
  /** Of a gauge or a sum; integers beyond 2^53 are rounded. */
  value = 0
  hasValue = false
  /** Where the attributes begin and end with their tags; the same if there are none. */
  attributesStart = 0
  attributesEnd = 0
  /** Nothing else stands between them. */
  isContiguous = true
  /** The attributes are the expected bytes. */
  isExpected = false
  /** What the attributes of the next point are expected to be: a piece of these bytes; none if its length is negative. */
  expected: Uint8Array = new Uint8Array(0)
  expectedStart = 0
  expectedLength = -1
  #bytes: Buffer = Buffer.alloc(0)
  #view: DataView = new DataView(new ArrayBuffer(0))
  readonly #reader = new ProtoReader(this.#bytes)
  #at = 0
  #dataEnd = 0
  #attributesTag = 0
  #flagsTag = 0
  #isNumber = false
  #startAt = 0
  #timeAt = 0
  #valueAt = 0
  #isInteger = false
  /** Of the last time, which most points have in common. */
  #timeHigh = 0
  #timeLow = 0
  #lastMs = 0

  /** Sets the request whose points are read. */
  open(bytes: Buffer): void {
    this.#bytes = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#reader.bytes = bytes
  }

  /** Aims at the points of a metric. */
  reset(kind: number, start: number, end: number): void {
    this.failed = false
    this.#at = start
    this.#dataEnd = end
    this.#attributesTag = tag(ATTRIBUTES[kind]!, LENGTH_DELIMITED)
    this.#flagsTag = tag(FLAGS[kind]!, VARINT)
    this.#isNumber = kind === METRIC.gauge || kind === METRIC.sum
  }

  /** Moves to the next point; false at the end, or if what comes is malformed, and then it has failed. */
  next(): boolean {
    const bytes = this.#bytes
    const dataEnd = this.#dataEnd
    while (this.#at < dataEnd) {
      const at = this.#at
      if (bytes[at] !== POINT_TAG) {
        this.#at = this.#skip(at, dataEnd)
        if (this.#at < 0) break
        continue
      }
      let start = (at + 2) | 0
      let length = bytes[(at + 1) | 0]! | 0
      if (length >= 0x80) {
        const upper = bytes[start]! | 0
        start = (start + 1) | 0
        length = (length & 0x7f) | (upper << 7)
        if (upper >= 0x80) {
          // Longer than 16 KiB.
          this.#at = this.#skip(at, dataEnd)
          if (this.#at < 0) break
          start = this.#reader.start
          length = this.#reader.stop - start
        }
      }
      const end = start + length
      if (end > dataEnd || !this.#read(start, end)) break
      this.#at = end
      return true
    }
    this.failed = this.#at !== dataEnd
    return false
  }

  #read(start: number, end: number): boolean {
    const bytes = this.#bytes
    const attributesTag = this.#attributesTag
    this.start = start
    this.end = end
    this.flags = 0
    this.attributesStart = start
    this.attributesEnd = start
    this.isContiguous = true
    this.isExpected = this.expectedLength === 0
    this.#startAt = -1
    this.#timeAt = -1
    this.#valueAt = -1
    let at = start
    while (at < end) {
      const key = bytes[at]!
      if (key === TIME_TAG) {
        this.#timeAt = at + 1
        at = (at + 9) | 0
      } else if (key === attributesTag) {
        at = this.#attributes(at, end)
        if (at < 0) return false
      } else if (key === START_TAG) {
        this.#startAt = at + 1
        at = (at + 9) | 0
      } else if ((key === DOUBLE_TAG || key === INTEGER_TAG) && this.#isNumber) {
        this.#isInteger = key === INTEGER_TAG
        this.#valueAt = at + 1
        at = (at + 9) | 0
      } else {
        at = this.#skip(at, end)
        if (at < 0) return false
        if (key === this.#flagsTag) this.flags = this.#reader.low
      }
    }
    if (at !== end) return false
    this.#readNumbers()
    return true
  }

  #attributes(at: number, end: number): number {
    const bytes = this.#bytes
    const isFirst = this.attributesEnd === this.attributesStart
    if (isFirst) {
      this.attributesStart = at
      const length = this.expectedLength
      if (length > 0 && at + length <= end && this.#equalsExpected(at, length)) {
        this.isExpected = true
        this.attributesEnd = at + length
        return at + length
      }
    } else if (at !== this.attributesEnd) this.isContiguous = false
    this.isExpected = false
    const length = bytes[(at + 1) | 0]! | 0
    const to = length < 0x80 ? (at + 2 + length) | 0 : this.#skip(at, end)
    if (to > end) return -1
    this.attributesEnd = to
    return to
  }

  #equalsExpected(at: number, length: number): boolean {
    const bytes = this.#bytes
    const { expected, expectedStart } = this
    if (length > SHORT_BYTES) {
      return bytes.compare(expected, expectedStart, expectedStart + length, at, at + length) === 0
    }
    for (let index = 0; index < length; index = (index + 1) | 0) {
      if (bytes[(at + index) | 0] !== expected[(expectedStart + index) | 0]) return false
    }
    return true
  }

  #readNumbers(): void {
    const view = this.#view
    this.timeMs = this.#timeAt < 0 ? 0 : this.#milliseconds(this.#timeAt)
    this.startMs = 0
    if (this.#startAt >= 0) {
      const high = view.getUint32(this.#startAt + 4, true)
      this.startMs = (high * 2 ** 32 + view.getUint32(this.#startAt, true)) / 1e6
    }
    const at = this.#valueAt
    this.hasValue = at >= 0
    if (at < 0) this.value = 0
    else if (this.#isInteger) this.value = view.getInt32(at + 4, true) * 2 ** 32 + view.getUint32(at, true)
    else this.value = view.getFloat64(at, true)
    // Bits of a NaN don't survive as a number.
    if (Number.isNaN(this.value) && isStaleMarker(view, at)) this.flags |= NO_RECORDED_VALUE
  }

  #milliseconds(at: number): number {
    const view = this.#view
    const low = view.getUint32(at, true)
    const high = view.getUint32(at + 4, true)
    if (low === this.#timeLow && high === this.#timeHigh) return this.#lastMs
    this.#timeLow = low
    this.#timeHigh = high
    this.#lastMs = (high * 2 ** 32 + low) / 1e6
    return this.#lastMs
  }

  /** The offset behind a field of any kind, or -1 if it is malformed. */
  #skip(at: number, end: number): number {
    const reader = this.#reader
    reader.reset(at, end)
    return reader.next() === 0 ? -1 : reader.at
  }
}

import { endOfWord, HASH, OPEN, SPACE, skipBlanks } from './bytes.ts'
import { LineProblem, quote } from './exposition-error.ts'
import type { ExpositionFormat } from './format.ts'
import { NumberReader } from './number-reader.ts'
import { found, type SeriesReader } from './series-reader.ts'

/**
 * Reads what stands behind a series: its value, its time if it has one, and in OpenMetrics an exemplar, which is checked and
 * left out.
 */
export class SampleTail {
  readonly #isOpenMetrics: boolean
  readonly #number = new NumberReader()
  readonly #exemplar: SeriesReader
  value = 0
  /** Epoch milliseconds. */
  timestampMs: number | undefined

  constructor(format: ExpositionFormat, exemplar: SeriesReader) {
    this.#isOpenMetrics = format === 'openmetrics'
    this.#exemplar = exemplar
  }

  /** Whether there is a value, and a time or not, and nothing more. */
  readPlain(bytes: Buffer, from: number, to: number): boolean {
    const begin = this.#isOpenMetrics ? (bytes[from] === SPACE ? from + 1 : to) : skipBlanks(bytes, from, to)
    const end = endOfWord(bytes, begin, to)
    if (begin === end || !this.#number.read(bytes, begin, end)) return false
    this.value = this.#number.value
    this.timestampMs = undefined
    return end === to || this.#readTime(bytes, end, to)
  }

  /** As {@link readPlain}, but says what is wrong, and takes an exemplar. */
  read(bytes: Buffer, from: number, to: number): void {
    if (this.readPlain(bytes, from, to)) return
    const [begin, end] = this.#word(bytes, from, to, 'the value')
    if (!this.#number.read(bytes, begin, end)) throw notANumber('the value', bytes, begin, end)
    this.value = this.#number.value
    this.timestampMs = undefined
    let at = end
    if (bytes[at + 1] !== HASH || !this.#isOpenMetrics) {
      const [timeBegin, timeEnd] = this.#word(bytes, end, to, 'the timestamp')
      if (!this.#readTime(bytes, end, timeEnd)) throw notANumber('the timestamp', bytes, timeBegin, timeEnd)
      at = timeEnd
    }
    if (this.#isOpenMetrics && at < to) this.#readExemplar(bytes, at, to)
    else if (skipBlanks(bytes, at, to) < to) {
      throw new LineProblem(`nothing may follow a sample, but there is ${found(bytes, skipBlanks(bytes, at, to), to)}`)
    }
  }

  #word(bytes: Buffer, from: number, to: number, what: string): [begin: number, end: number] {
    const begin = skipBlanks(bytes, from, to)
    const end = endOfWord(bytes, begin, to)
    if (begin === end) throw new LineProblem(`${what} is missing`)
    if (this.#isOpenMetrics && (begin !== from + 1 || bytes[from] !== SPACE))
      throw new LineProblem(`one space, and no more, comes before ${what}`)
    return [begin, end]
  }

  /** Milliseconds in text, seconds in OpenMetrics. */
  #readTime(bytes: Buffer, from: number, to: number): boolean {
    if (this.#isOpenMetrics) {
      if (bytes[from] !== SPACE || !this.#number.read(bytes, from + 1, to)) return false
      this.timestampMs = Math.round(this.#number.value * 1000)
      return Number.isFinite(this.timestampMs)
    }
    const begin = skipBlanks(bytes, from, to)
    if (begin === to) return true
    const end = endOfWord(bytes, begin, to)
    if (!this.#number.read(bytes, begin, end) || !Number.isSafeInteger(this.#number.value)) return false
    this.timestampMs = this.#number.value
    return skipBlanks(bytes, end, to) === to
  }

  /** ` # {labels} value [timestamp]` */
  #readExemplar(bytes: Buffer, from: number, to: number): void {
    const open = from + 3
    if (bytes[from + 1] !== HASH || bytes[from + 2] !== SPACE || open >= to || bytes[open] !== OPEN) {
      throw new LineProblem(`after a sample comes nothing, or an exemplar " # {…} …", not ${found(bytes, from, to)}`)
    }
    this.#exemplar.name = ''
    this.#exemplar.labels = []
    this.#exemplar.readLabels(bytes, open, to)
    if (this.#exemplar.name !== '') throw new LineProblem('an exemplar has no name')
    const [begin, end] = this.#word(bytes, this.#exemplar.end, to, 'the value of an exemplar')
    const { value, timestampMs } = this
    if (!this.#number.read(bytes, begin, end)) throw notANumber('the value of an exemplar', bytes, begin, end)
    if (end < to && !this.#readTime(bytes, end, to))
      throw notANumber('the timestamp of an exemplar', bytes, end + 1, to)
    this.value = value
    this.timestampMs = timestampMs
  }
}

function notANumber(what: string, bytes: Buffer, from: number, to: number): LineProblem {
  return new LineProblem(`${what} is no number: ${quote(bytes.toString('latin1', from, to))}`)
}

import { CLOSE, COMMA, EQUALS, OPEN, QUOTE, skipBlanks } from './bytes.ts'
import { LineProblem, quote } from './exposition-error.ts'
import type { ExpositionFormat } from './format.ts'
import type { ExpositionLimits } from './limits.ts'
import { endOfQuoted, readEscaped } from './text-reader.ts'

/**
 * Reads the name and the labels of a sample, `name{label="value",…}` or `{"name",label="value",…}`. Blanks between the
 * parts, and a comma behind the last, are for text 0.0.4 only.
 */
export class SeriesReader {
  readonly #limits: ExpositionLimits
  readonly #isStrict: boolean
  /** Of the series; empty if there is none, as in an exemplar. */
  name = ''
  labels: string[] = []
  /** Behind the series. */
  end = 0

  constructor(format: ExpositionFormat, limits: ExpositionLimits) {
    this.#limits = limits
    this.#isStrict = format === 'openmetrics'
  }

  read(bytes: Buffer, from: number, to: number): void {
    const nameEnd = endOfName(bytes, from, to, true)
    this.name = bytes.toString('latin1', from, nameEnd)
    this.labels = []
    this.end = nameEnd
    this.#checkName(nameEnd - from)
    const open = this.#skip(bytes, nameEnd, to)
    if (open < to && bytes[open] === OPEN) this.readLabels(bytes, open, to)
    if (this.name === '')
      throw new LineProblem(`a sample begins with the name of a metric, not with ${found(bytes, from, to)}`)
  }

  /** Reads what stands in braces, which begin at `from`. */
  readLabels(bytes: Buffer, from: number, to: number): void {
    let at = this.#skip(bytes, from + 1, to)
    while (bytes[at] !== CLOSE || at >= to) {
      at = this.#skip(bytes, this.#readLabel(bytes, at, to), to)
      if (at < to && bytes[at] === CLOSE) break
      if (at >= to || bytes[at] !== COMMA)
        throw new LineProblem(`after a label comes "," or "}", not ${found(bytes, at, to)}`)
      at = this.#skip(bytes, at + 1, to)
      if (this.#isStrict && bytes[at] === CLOSE) throw new LineProblem('no comma may stand before "}"')
    }
    this.end = at + 1
  }

  /** One label, or a quoted name of the metric; returns where it ends. */
  #readLabel(bytes: Buffer, from: number, to: number): number {
    const isQuoted = bytes[from] === QUOTE && from < to
    const nameEnd = isQuoted ? endOfQuoted(bytes, from + 1, to) : endOfName(bytes, from, to, false)
    const label = isQuoted ? readEscaped(bytes, from + 1, nameEnd, 'the name') : bytes.toString('latin1', from, nameEnd)
    if (label === '') throw new LineProblem(`a label begins with its name, not with ${found(bytes, from, to)}`)
    this.#checkName(nameEnd - from)
    const equals = this.#skip(bytes, isQuoted ? nameEnd + 1 : nameEnd, to)
    if (equals >= to || bytes[equals] !== EQUALS) {
      if (!isQuoted || this.name !== '' || this.labels.length > 0) {
        throw new LineProblem(`after the label ${quote(label)} comes "=", not ${found(bytes, equals, to)}`)
      }
      this.name = label
      return equals
    }
    const open = this.#skip(bytes, equals + 1, to)
    if (open >= to || bytes[open] !== QUOTE) {
      throw new LineProblem(`the value of the label ${quote(label)} must stand in quotes`)
    }
    const close = endOfQuoted(bytes, open + 1, to)
    this.#add(label, readEscaped(bytes, open + 1, close, `the value of the label ${quote(label)}`), close - open - 1)
    return close + 1
  }

  #add(label: string, value: string, valueBytes: number): void {
    const { maxLabels, maxValueBytes } = this.#limits
    const { labels } = this
    if (valueBytes > maxValueBytes) {
      throw new LineProblem(`the value of the label ${quote(label)} has more than ${maxValueBytes} bytes`, 'limit')
    }
    if (labels.length >= 2 * maxLabels) throw new LineProblem(`a series has more than ${maxLabels} labels`, 'limit')
    for (let at = 0; at < labels.length; at += 2) {
      if (labels[at] === label) throw new LineProblem(`the label ${quote(label)} stands twice`)
    }
    labels.push(label, value)
  }

  #checkName(bytes: number): void {
    const { maxNameBytes } = this.#limits
    if (bytes > maxNameBytes) throw new LineProblem(`a name has more than ${maxNameBytes} bytes`, 'limit')
  }

  #skip(bytes: Buffer, from: number, to: number): number {
    return this.#isStrict ? from : skipBlanks(bytes, from, to)
  }
}

/** Behind the last byte of a name that stands without quotes; a metric's may have colons. */
export function endOfName(bytes: Buffer, from: number, to: number, isMetric: boolean): number {
  let at = from
  for (; at < to; at++) {
    const byte = bytes[at]!
    const isLetter = (byte >= 0x61 && byte <= 0x7a) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f
    if (isLetter || (byte === 0x3a && isMetric) || (byte >= 0x30 && byte <= 0x39 && at > from)) continue
    break
  }
  return at
}

/** What stands at a place, for messages. */
export function found(bytes: Buffer, from: number, to: number): string {
  return from >= to ? 'the end of the line' : quote(bytes.toString('latin1', from, Math.min(to, from + 20)))
}

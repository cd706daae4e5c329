import { MAX_PIECE_BYTES } from './byte-arena.ts'

/** Longest text of the labels of a series, in bytes. */
export const MAX_LABEL_BYTES = MAX_PIECE_BYTES / 2
const MAX_LABELS = 128
const INSTANCE = 'instance'
const QUOTE = 0x22
const BACKSLASH = 0x5c
const LINE_FEED = 0x0a
const COMMA = 0x2c
const EQUALS = 0x3d

/**
 * Writes labels as they stand in the line of a series: `a="b",c="d"`. Labels without a value are left out, and so is the
 * one that is named; but an empty instance stays: without it Prometheus would put in that of whom it scrapes.
 *
 * @param labels names and values in turn, sorted by name
 * @returns the offset behind them, or -1 if they are not sorted, or too many or too long, or a name is none
 */
export function writeLabels(target: Buffer, labels: readonly string[], without = ''): number {
  if (labels.length > 2 * MAX_LABELS || labels.length % 2 !== 0) return -1
  let to = 0
  for (let index = 0; index < labels.length; index += 2) {
    const name = labels[index]!
    const value = labels[index + 1]!
    if (!isLabelName(name) || (index > 0 && labels[index - 2]! >= name)) return -1
    if ((value === '' && name !== INSTANCE) || name === without) continue
    // A character takes three bytes at the most, or two with its backslash.
    if (to + name.length + 3 * value.length + 4 > MAX_LABEL_BYTES) return -1
    if (to > 0) target[to++] = COMMA
    for (let at = 0; at < name.length; at++) target[to++] = name.charCodeAt(at)
    target[to++] = EQUALS
    target[to++] = QUOTE
    to = writeEscaped(target, to, value)
    target[to++] = QUOTE
  }
  return to
}

function writeEscaped(target: Buffer, start: number, value: string): number {
  let to = start
  for (let at = 0; at < value.length; at++) {
    const unit = value.charCodeAt(at)
    if (unit >= 0x80) return start + target.write(escapeValue(value), start, 'utf8')
    if (unit === QUOTE || unit === BACKSLASH || unit === LINE_FEED) {
      target[to++] = BACKSLASH
      target[to++] = unit === LINE_FEED ? 0x6e : unit
    } else target[to++] = unit
  }
  return to
}

function escapeValue(value: string): string {
  return value.replace(/[\\"]/g, '\\$&').replaceAll('\n', '\\n')
}

/** The labels of a text that {@link writeLabels} wrote, names and values in turn; what has no value is no label. */
export function parseLabels(text: string): string[] {
  const labels: string[] = []
  for (let at = 0; at < text.length; ) {
    const equals = text.indexOf('=', at)
    let end = equals + 2
    while (text.charCodeAt(end) !== QUOTE) end += text.charCodeAt(end) === BACKSLASH ? 2 : 1
    const value = text.slice(equals + 2, end)
    if (value !== '') labels.push(text.slice(at, equals), value.includes('\\') ? unescapeValue(value) : value)
    at = end + 2
  }
  return labels
}

function unescapeValue(value: string): string {
  return value.replace(/\\(.)/g, (_, unit: string) => (unit === 'n' ? '\n' : unit))
}

/** `[a-zA-Z_][a-zA-Z0-9_]*` */
function isLabelName(name: string): boolean {
  return name !== '' && isName(name, false)
}

/** `[a-zA-Z_:][a-zA-Z0-9_:]*` */
export function isMetricName(name: string): boolean {
  return name !== '' && isName(name, true)
}

function isName(name: string, hasColons: boolean): boolean {
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at)
    const lower = unit | 0x20
    const isLetter = (lower >= 0x61 && lower <= 0x7a) || unit === 0x5f || (hasColons && unit === 0x3a)
    if (!isLetter && !(at > 0 && unit >= 0x30 && unit <= 0x39)) return false
  }
  return true
}

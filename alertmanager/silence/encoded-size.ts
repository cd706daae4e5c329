import type { Silence } from './silence.ts'

/**
 * How many bytes upstream's protobuf encoding of a silence has: what `--silences.max-silence-size-bytes` is about. All
 * fields have numbers below 16, so each has a key of one byte.
 */
export function encodedSize(silence: Silence, expiresAtMs: number): number {
  const matchers = silence.matchers.map(({ name, operator, value }) => {
    const type = operator === '=' ? 0 : 2
    return type + textSize(name) + textSize(value)
  })
  const set = sum(matchers.map(fieldSize))
  const annotations = Array.from(silence.annotations, ([name, value]) => fieldSize(textSize(name) + textSize(value)))
  const body =
    textSize(silence.id) +
    fieldSize(set) +
    sum([silence.startsAtMs, silence.endsAtMs, silence.updatedAtMs].map((atMs) => fieldSize(timeSize(atMs)))) +
    textSize(silence.createdBy) +
    textSize(silence.comment) +
    sum(annotations)
  return fieldSize(body) + fieldSize(timeSize(expiresAtMs))
}

/** Key, length and content. */
function fieldSize(length: number): number {
  return 1 + varintSize(length) + length
}

function textSize(text: string): number {
  return text === '' ? 0 : fieldSize(Buffer.byteLength(text))
}

/** Seconds and nanoseconds; either is left out when it is zero. */
function timeSize(epochMs: number): number {
  const seconds = Math.floor(epochMs / 1_000)
  const nanoseconds = (epochMs - seconds * 1_000) * 1e6
  const part = (value: number) => (value === 0 ? 0 : 1 + varintSize(value))
  return (seconds < 0 ? 11 : part(seconds)) + part(nanoseconds)
}

function varintSize(value: number): number {
  let size = 1
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) size += 1
  return size
}

function sum(parts: readonly number[]): number {
  return parts.reduce((total, part) => total + part, 0)
}

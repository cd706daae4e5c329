import type { Subject } from './subject.ts'

const SPACE = 32
const QUOTE = 34
const COMMA = 44
const COLON = 58
const BACKSLASH = 92
const CLOSE_BRACKET = 93
const OPEN_BRACE = 123
const CLOSE_BRACE = 125

/** Most bytes that {@link rewrite} writes. */
export function rewrittenBytes({ start, end, spans }: Subject, replacements: readonly Buffer[]): number {
  let bytes = end - start
  for (let index = 0; index < spans.count; index++) bytes += replacements[spans.kind(index)]!.length + 2
  return bytes
}

/** Writes the body with a replacement in place of each span, which are in order; returns its end. */
export function rewrite(subject: Subject, replacements: readonly Buffer[], target: Buffer): number {
  const { bytes, start, end, spans } = subject
  const isJson = firstByte(bytes, start, end) === OPEN_BRACE
  let at = start
  let to = 0
  for (let index = 0; index < spans.count; index++) {
    const from = spans.start(index)
    const until = spans.end(index)
    to += bytes.copy(target, to, at, from)
    const isQuoted = isJson && isBareMember(bytes, start, from, until, end)
    if (isQuoted) target[to++] = QUOTE
    to += replacements[spans.kind(index)]!.copy(target, to)
    if (isQuoted) target[to++] = QUOTE
    at = until
  }
  return to + bytes.copy(target, to, at, end)
}

/** Whether a span is a whole value in JSON that has no quotes, a number: its replacement needs them, or it is JSON no more. */
function isBareMember(bytes: Buffer, start: number, from: number, to: number, end: number): boolean {
  const behind = firstByte(bytes, to, end)
  if (behind !== COMMA && behind !== CLOSE_BRACE && behind !== CLOSE_BRACKET) return false
  let colon = from - 1
  while (colon > start && bytes[colon]! <= SPACE) colon -= 1
  if (bytes[colon] !== COLON) return false
  let quote = colon - 1
  while (quote > start && bytes[quote]! <= SPACE) quote -= 1
  return quote > start && bytes[quote] === QUOTE && bytes[quote - 1] !== BACKSLASH
}

function firstByte(bytes: Buffer, start: number, end: number): number {
  let at = start
  while (at < end && bytes[at]! <= SPACE) at += 1
  return at < end ? bytes[at]! : -1
}

import { byteClass, runEnd, runStart } from './byte-class.ts'
import type { AnchoredDetector } from './detector.ts'
import { bareValueEnd, bracketedValueEnd, lastQuote, quotedValueEnd } from './secret-value.ts'
import type { Subject } from './subject.ts'

/** What the names of secret values have in them, and what may follow that and stand before it to make it such a name. */
const STEMS: readonly {
  readonly text: string
  readonly after?: readonly string[]
  readonly before?: readonly string[]
}[] = [
  { text: 'password' },
  { text: 'passwd' },
  { text: 'passphrase' },
  { text: '_pass' },
  { text: '-pass' },
  { text: 'pwd' },
  { text: 'secret' },
  { text: 'token' },
  { text: 'credential', after: ['s'] },
  { text: 'key', before: ['api', 'access', 'account', 'secret', 'private', 'auth', 'signing', 'encryption'] },
  { text: 'signature', before: ['amz', 'goog'] },
  { text: 'authorization' },
]
const LONGEST_STEM = Math.max(...STEMS.map(({ text }) => text.length))
const AUTHORIZATION = STEMS.findIndex(({ text }) => text === 'authorization')

const BLANK = byteClass(' \t')
const BACKSLASHES = byteClass('\\')
const NAME = byteClass('A-Za-z0-9_.-')
const QUALIFIED_NAME = byteClass('A-Za-z0-9_.:-')
const MARKUP = byteClass('\x01-;=-~', true)
const DOUBLE_QUOTE = 34
const SINGLE_QUOTE = 39
const CASE_BIT = 32
const DASH = 45
const SLASH = 47
const COLON = 58
const LESS = 60
const EQUALS = 61
const GREATER = 62
const OPEN_BRACKET = 91
const CLOSE_BRACKET = 93
const UNDERSCORE = 95
const OPEN_BRACE = 123
/** Most blanks around what stands between a name and its value. */
const MOST_BLANKS = 8
const LONGEST_NAME = 64
/** What values say that there is none. */
const NOTHING: ReadonlySet<string> = new Set(['null', 'nil', 'none', 'true', 'false', 'undefined'])
const LONGEST_NOTHING = 9
/** Somebody was here before. */
const REDACTED = 'redacted:'

/**
 * Values whose names say that they are secret: `password=…`, `"client_secret": "…"`, also within quoted JSON,
 * `--token …`, `<passwd>…</passwd>`, `Authorization: Scheme …`. The name stays, and so do the quotes.
 */
export class SecretDetector implements AnchoredDetector {
  readonly anchors = STEMS.map(({ text }) => ({ text, ignoresCase: true }))

  detect(subject: Subject, at: number, anchor: number, kind: number): number {
    const to = this.#detectValue(subject, at, anchor, kind)
    // What begins in the value ends with it, but a name that the value ends with may have one of its own.
    return to - LONGEST_STEM
  }

  /** Returns the end of the value, or 0. */
  #detectValue(subject: Subject, at: number, anchor: number, kind: number): number {
    const { bytes, end, spans } = subject
    const { text, before, after } = STEMS[anchor]!
    if (before !== undefined && (at === 0 || NAME[bytes[at - 1]!] === 0)) return 0
    if (before !== undefined && !before.some((word) => endsWith(subject, at, word))) return 0
    const stemEnd = at + text.length
    const nameEnd = stemEnd + (after?.find((word) => standsAt(subject, stemEnd, word))?.length ?? 0)
    const from = valueStart(subject, at, nameEnd)
    if (from < 0 || from >= end) return 0
    if (bytes[nameEnd] === GREATER) return isElement(subject, at) ? detectElement(subject, from, kind) : 0
    if (bytes[from] === OPEN_BRACKET) return detectList(subject, from + 1, kind)
    // What is in an object has names of its own.
    if (bytes[from] === OPEN_BRACE) return 0
    const quote = runEnd(bytes, from, end, BACKSLASHES)
    if (isQuote(bytes, quote, end)) {
      const to = quotedValueEnd(bytes, quote + 1, end, quote - from)
      if (to > quote + 1) spans.add(quote + 1, to, kind)
      return to
    }
    let to = bareValueEnd(bytes, from, end)
    if (to === from || isNothing(bytes, from, to)) return to
    if (anchor === AUTHORIZATION) to = credentialsEnd(bytes, to, end)
    spans.add(from, to, kind)
    return to
  }
}

/** Whether a word stands before `at`, perhaps with one more character between; in any case of letters. */
function endsWith(subject: Subject, at: number, word: string): boolean {
  const joint = subject.bytes[at - 1]
  const end = joint === UNDERSCORE || joint === DASH ? at - 1 : at
  return standsAt(subject, end - word.length, word)
}

function standsAt({ bytes, start, end }: Subject, at: number, word: string): boolean {
  if (at < start || at + word.length > end) return false
  for (let index = 0; index < word.length; index++) {
    if ((bytes[at + index]! | CASE_BIT) !== word.charCodeAt(index)) return false
  }
  return true
}

/** Where the value begins that belongs to the name in `[at, nameEnd)`, or -1. */
function valueStart({ bytes, start, end }: Subject, at: number, nameEnd: number): number {
  if (nameEnd >= end) return -1
  if (bytes[nameEnd] === GREATER) return nameEnd + 1
  const quote = runEnd(bytes, nameEnd, end, BACKSLASHES)
  let next = isQuote(bytes, quote, end) ? quote + 1 : nameEnd
  if (bytes[next] === CLOSE_BRACKET) next += 1
  const separator = skipBlanks(bytes, next, end)
  if (separator >= end) return -1
  const isColon = bytes[separator] === COLON
  if (!isColon && bytes[separator] !== EQUALS) {
    return separator > next && isFlag(bytes, start, at) ? separator : -1
  }
  // `:=`, `==` and `=>`
  const second = bytes[separator + 1]
  const isTwo = separator + 1 < end && (second === EQUALS || (!isColon && second === GREATER))
  return skipBlanks(bytes, separator + (isTwo ? 2 : 1), end)
}

/** The text of an XML element. */
function detectElement({ bytes, end, spans }: Subject, from: number, kind: number): number {
  const to = runEnd(bytes, from, end, MARKUP)
  if (to === from || to + 1 >= end || bytes[to] !== LESS || bytes[to + 1] !== SLASH) return 0
  spans.add(from, to, kind)
  return to
}

/** A list, as of JSON or of the headers that Go prints. */
function detectList(subject: Subject, start: number, kind: number): number {
  const { bytes, end, spans } = subject
  if (start >= end || bytes[start] === OPEN_BRACE) return 0
  if (standsAt(subject, bytes[start] === OPEN_BRACKET ? start + 1 : start, REDACTED)) return 0
  const to = bracketedValueEnd(bytes, start, end)
  const quote = runEnd(bytes, start, to, BACKSLASHES)
  if (isQuote(bytes, quote, to)) {
    const last = lastQuote(bytes, quote + 1, to)
    if (last > quote + 1) spans.add(quote + 1, last, kind)
    return last
  }
  if (to > start) spans.add(start, to, kind)
  return to
}

function isQuote(bytes: Buffer, at: number, end: number): boolean {
  return at < end && (bytes[at] === DOUBLE_QUOTE || bytes[at] === SINGLE_QUOTE)
}

function skipBlanks(bytes: Buffer, at: number, end: number): number {
  return runEnd(bytes, at, Math.min(end, at + MOST_BLANKS), BLANK)
}

/** Whether the name is that of an element. */
function isElement({ bytes, start }: Subject, at: number): boolean {
  const from = runStart(bytes, at, Math.max(start, at - LONGEST_NAME), QUALIFIED_NAME)
  return from > start && bytes[from - 1] === LESS
}

/** Whether the name is that of a flag: two dashes stand before it. */
function isFlag(bytes: Buffer, start: number, at: number): boolean {
  const from = runStart(bytes, at, Math.max(start, at - LONGEST_NAME), NAME)
  return from + 1 < at && bytes[from] === DASH && bytes[from + 1] === DASH
}

/** The credentials that follow a scheme. */
function credentialsEnd(bytes: Buffer, at: number, end: number): number {
  const from = skipBlanks(bytes, at, end)
  return from === at ? at : bareValueEnd(bytes, from, end)
}

function isNothing(bytes: Buffer, from: number, to: number): boolean {
  return to - from <= LONGEST_NOTHING && NOTHING.has(bytes.toString('latin1', from, to).toLowerCase())
}

import { quoteGo, unquoteGo } from './go-quote.ts'
import { Matcher, type MatchOperator } from './matchers.ts'

/**
 * How matchers are read. `fallback` takes either grammar, and the classic one where both read the text but differ.
 */
export const MATCHER_MODES = ['fallback', 'classic', 'utf8'] as const
export type MatcherMode = (typeof MATCHER_MODES)[number]

export type MatchersResult =
  | { readonly ok: true; readonly matchers: readonly Matcher[]; readonly warning?: string }
  | { readonly ok: false; readonly problem: string }

/** Reads a list of matchers such as `{foo="bar", baz=~"a|b"}`; braces may be left out. */
export function parseMatchers(text: string, mode: MatcherMode = 'fallback'): MatchersResult {
  return parseIn(mode, text, parseClassicList, parseUtf8List)
}

/** Reads exactly one matcher without braces, as filters of the API and of command lines are written. */
export function parseMatcher(text: string, mode: MatcherMode = 'fallback'): MatchersResult {
  if (mode !== 'classic' && (text.startsWith('{') || text.endsWith('}'))) {
    return failed(`unexpected open or close brace: ${text}`)
  }
  return parseIn(mode, text, parseClassicMatcher, (source) => {
    const result = parseUtf8List(source)
    if (!result.ok || result.matchers.length === 1) return result
    return failed(`expected 1 matcher, found ${result.matchers.length}`)
  })
}

type Parse = (text: string) => MatchersResult

function parseIn(mode: MatcherMode, text: string, parseClassic: Parse, parseUtf8: Parse): MatchersResult {
  if (mode === 'classic') return parseClassic(text)
  const utf8 = parseUtf8(text)
  if (mode === 'utf8') return utf8
  const classic = parseClassic(text)
  if (!classic.ok) return utf8.ok ? utf8 : classic
  if (!utf8.ok) return { ...classic, warning: `${text} is read by the classic grammar only: ${utf8.problem}` }
  if (printed(classic.matchers) === printed(utf8.matchers)) return classic
  return { ...classic, warning: `${text} means something else in the UTF-8 grammar; the classic meaning holds` }
}

function printed(matchers: readonly Matcher[]): string {
  return matchers.join(',')
}

function failed(problem: string): MatchersResult {
  return { ok: false, problem }
}

function collect(parts: Iterable<MatchersResult>): MatchersResult {
  const matchers: Matcher[] = []
  for (const part of parts) {
    if (!part.ok) return part
    matchers.push(...part.matchers)
  }
  return { ok: true, matchers }
}

function build(name: string, operator: MatchOperator, value: string): MatchersResult {
  const result = Matcher.create(name, operator, value)
  return result.ok ? { ok: true, matchers: [result.matcher] } : result
}

/** Go's `\s`. */
const CLASSIC_HEAD = /^[\t\n\f\r ]*([a-zA-Z_:][a-zA-Z0-9_:]*)[\t\n\f\r ]*(=~|=|!=|!~)[\t\n\f\r ]*/

function parseClassicList(text: string): MatchersResult {
  const inner = text.replace(/^\{/, '').replace(/\}$/, '')
  return collect(splitClassic(inner).map(parseClassicMatcher))
}

/** Splits at commas outside of quotes. Backslashes escape outside of quotes too. */
function splitClassic(text: string): string[] {
  const tokens: string[] = []
  let start = 0
  let quoted = false
  let escaped = false
  for (let index = 0; index < text.length; index++) {
    const unit = text[index]
    if (unit === ',' && !quoted) {
      tokens.push(text.slice(start, index))
      start = index + 1
    } else if (unit === '"') {
      if (!escaped) quoted = !quoted
      escaped = false
    } else if (unit === '\\') {
      escaped = !escaped
    } else if (unit !== ',') {
      escaped = false
    }
  }
  const rest = text.slice(start).trim()
  return rest === '' ? tokens : [...tokens, rest]
}

function parseClassicMatcher(text: string): MatchersResult {
  const head = CLASSIC_HEAD.exec(text)
  if (head === null) return failed(`bad matcher format: ${text}`)
  const written = trimClassic(text.slice(head[0].length))
  const value = unescapeClassic(written)
  if (value === undefined) return failed(`matcher value contains unescaped double quote: ${written}`)
  return build(head[1]!, head[2] as MatchOperator, value)
}

function trimClassic(text: string): string {
  let end = text.length
  while (end > 0 && '\t\n\f\r '.includes(text[end - 1]!)) end -= 1
  return text.slice(0, end)
}

/** Quotes are optional; `\"`, `\n` and `\\` are escapes, any other backslash stands for itself. */
function unescapeClassic(written: string): string | undefined {
  const quoted = written.startsWith('"')
  if (quoted && (written.length < 2 || !endsInQuote(written))) return undefined
  const inner = quoted ? written.slice(1, -1) : written
  let value = ''
  for (let index = 0; index < inner.length; index++) {
    const unit = inner[index]!
    const next = inner[index + 1]
    if (unit === '"') return undefined
    if (unit === '\\' && (next === '"' || next === '\\' || next === 'n')) {
      value += next === 'n' ? '\n' : next
      index += 1
    } else {
      value += unit
    }
  }
  return value
}

/** Whether the last character is a quote that no backslash escapes. */
function endsInQuote(written: string): boolean {
  let backslashes = 0
  while (written[written.length - 2 - backslashes] === '\\') backslashes += 1
  return written.endsWith('"') && backslashes % 2 === 0
}

type Token = { readonly kind: '{' | '}' | ',' | 'operator' | 'word'; readonly text: string; readonly column: number }

const TOKEN = /(\p{White_Space}+)|([{},])|(=~|!=|!~|=)|("(?:[^"\\]|\\.)*")|([^\p{White_Space}{}!=~,\\"'`]+)/suy

function tokenize(text: string): { readonly tokens: readonly Token[] } | { readonly problem: string } {
  const tokens: Token[] = []
  TOKEN.lastIndex = 0
  for (let index = 0; index < text.length; index = TOKEN.lastIndex) {
    TOKEN.lastIndex = index
    const column = index + 1
    const match = TOKEN.exec(text)
    if (match === null) return { problem: `unexpected ${quoteGo(text[index]!)} at column ${column}` }
    const [whole, space, mark, operator, quoted] = match
    if (space !== undefined) continue
    if (mark !== undefined) tokens.push({ kind: mark as '{' | '}' | ',', text: whole, column })
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: whole, column })
    else {
      const word = quoted === undefined ? whole : unquoteGo(quoted)
      if (word === undefined) return { problem: `malformed quoted text ${whole} at column ${column}` }
      tokens.push({ kind: 'word', text: word, column })
    }
  }
  return { tokens }
}

function parseUtf8List(text: string): MatchersResult {
  const read = tokenize(text)
  if ('problem' in read) return failed(read.problem)
  let { tokens } = read
  const opened = tokens[0]?.kind === '{'
  const closed = tokens.at(-1)?.kind === '}'
  if (opened !== closed || (opened && tokens.length === 1)) return failed('braces must be both there or both left out')
  if (opened) tokens = tokens.slice(1, -1)

  const matchers: Matcher[] = []
  for (let index = 0; index < tokens.length; index += 4) {
    const [name, operator, value, comma] = tokens.slice(index, index + 4)
    const wrong =
      expected('a label name', 'word', name) ??
      expected('one of = != =~ !~', 'operator', operator) ??
      expected('a value', 'word', value) ??
      (comma === undefined ? undefined : expected('a comma', ',', comma))
    if (wrong !== undefined) return failed(wrong)
    const built = build(name!.text, operator!.text as MatchOperator, value!.text)
    if (!built.ok) return built
    matchers.push(...built.matchers)
  }
  return { ok: true, matchers }
}

function expected(what: string, kind: Token['kind'], token: Token | undefined): string | undefined {
  if (token?.kind === kind) return undefined
  return token === undefined
    ? `expected ${what} at the end`
    : `expected ${what} at column ${token.column}, not ${quoteGo(token.text)}`
}

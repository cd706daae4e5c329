/** A token of Lucene's query syntax. */
export type Token =
  | { readonly kind: 'term'; readonly text: string; readonly wildcard: string | undefined; readonly isPlain: boolean }
  | { readonly kind: 'phrase'; readonly text: string }
  | { readonly kind: 'regexp'; readonly text: string }
  | {
      readonly kind: 'range'
      readonly from: string
      readonly to: string
      readonly fromInclusive: boolean
      readonly toInclusive: boolean
    }
  | { readonly kind: '(' | ')' | ':' | '+' | '-' | 'AND' | 'OR' | 'NOT' | 'boost' | 'end' }
  | { readonly kind: '~'; readonly amount: string }

/** The text is no query; `message` says why. */
export class QuerySyntaxError extends Error {
  override readonly name = 'QuerySyntaxError'
}

const SPACE = /[ \t\n\r\u3000]+/y
const OPERATOR =
  /AND(?![^ \t\n\r\u3000()"[{:])|OR(?![^ \t\n\r\u3000()"[{:])|NOT(?![^ \t\n\r\u3000()"[{:])|&&|\|\||[!+\-():]/y
const TERM = /(?:[^ \t\n\r\u3000+\-!():^[\]"{}~\\/]|\\[\s\S])(?:[^ \t\n\r\u3000!():^[\]"{}~\\/]|\\[\s\S])*/y
const PHRASE = /"((?:[^"\\]|\\[\s\S])*)"/y
const REGEXP = /\/((?:[^/\\]|\\[\s\S])*)\//y
const RANGE =
  /([[{])\s*(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s\]}]+))\s+TO\s+(?:"((?:[^"\\]|\\[\s\S])*)"|([^\s\]}]+))\s*([\]}])/y
const SUFFIX = /\^(\d+(?:\.\d+)?)|~(\d*(?:\.\d+)?)/y

const OPERATORS: Readonly<Record<string, 'AND' | 'OR' | 'NOT' | '+' | '-' | '(' | ')' | ':'>> = {
  AND: 'AND',
  '&&': 'AND',
  OR: 'OR',
  '||': 'OR',
  NOT: 'NOT',
  '!': 'NOT',
  '+': '+',
  '-': '-',
  '(': '(',
  ')': ')',
  ':': ':',
}

/** @throws QuerySyntaxError */
export function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  let at = 0
  const match = (pattern: RegExp) => {
    pattern.lastIndex = at
    const found = pattern.exec(text)
    if (found !== null) at = pattern.lastIndex
    return found
  }
  while (at < text.length) {
    if (match(SPACE) !== null) continue
    const token = operatorToken(match(OPERATOR)) ?? suffixToken(match(SUFFIX)) ?? valueToken(match)
    if (token === undefined) {
      throw new QuerySyntaxError(`Cannot parse '${text}': Encountered "${text[at]}" at column ${at}`)
    }
    tokens.push(token)
  }
  tokens.push({ kind: 'end' })
  return tokens
}

function operatorToken(found: RegExpExecArray | null): Token | undefined {
  return found === null ? undefined : { kind: OPERATORS[found[0]]! }
}

function suffixToken(found: RegExpExecArray | null): Token | undefined {
  if (found === null) return undefined
  return found[1] === undefined ? { kind: '~', amount: found[2] ?? '' } : { kind: 'boost' }
}

function valueToken(match: (pattern: RegExp) => RegExpExecArray | null): Token | undefined {
  const phrase = match(PHRASE)
  if (phrase !== null) return { kind: 'phrase', text: unescapeQuery(phrase[1]!) }
  const regexp = match(REGEXP)
  if (regexp !== null) return { kind: 'regexp', text: regexp[1]!.replaceAll('\\/', '/') }
  const range = match(RANGE)
  if (range !== null) {
    return {
      kind: 'range',
      from: unescapeQuery(range[2] ?? range[3]!),
      to: unescapeQuery(range[4] ?? range[5]!),
      fromInclusive: range[1] === '[',
      toInclusive: range[6] === ']',
    }
  }
  const term = match(TERM)
  if (term === null) return undefined
  const raw = term[0]
  const hasWildcard = /(?:^|[^\\])(?:\\\\)*[*?]/.test(raw)
  return {
    kind: 'term',
    text: unescapeQuery(raw),
    wildcard: hasWildcard ? raw : undefined,
    isPlain: !raw.startsWith('\\'),
  }
}

function unescapeQuery(text: string): string {
  return text.replaceAll(/\\(?:u([\dA-Fa-f]{4})|([\s\S]))/g, (_all, hex: string | undefined, character: string) =>
    hex === undefined ? character : String.fromCharCode(Number.parseInt(hex, 16)),
  )
}

import { quoteGo } from '#lib/go-quote.ts'

const KEYWORDS = [
  'block',
  'break',
  'continue',
  'define',
  'else',
  'end',
  'if',
  'nil',
  'range',
  'template',
  'with',
] as const
type Keyword = (typeof KEYWORDS)[number]

export type TokenKind =
  | Keyword
  | 'assign'
  | 'bool'
  | 'char'
  | 'character'
  | 'complex'
  | 'declare'
  | 'dot'
  | 'end of file'
  | 'error'
  | 'field'
  | 'identifier'
  | 'left delimiter'
  | 'left paren'
  | 'number'
  | 'pipe'
  | 'raw string'
  | 'right delimiter'
  | 'right paren'
  | 'space'
  | 'string'
  | 'text'
  | 'variable'

export interface Token {
  readonly kind: TokenKind
  /** As it stands in the source; of an error, its message. */
  readonly text: string
  /** Index in the source, in UTF-16 units. */
  readonly pos: number
  /** Counted from 1. */
  readonly line: number
}

const keywords: ReadonlySet<string> = new Set(KEYWORDS)

export function isKeyword(word: string): word is Keyword {
  return keywords.has(word)
}

/** A token as error messages name it. */
export function describeToken({ kind, text }: Token): string {
  if (kind === 'end of file') return 'EOF'
  if (kind === 'error') return text
  if (kind === 'dot' || isKeyword(kind)) return `<${text}>`
  if (Buffer.byteLength(text) > 10) return `${quoteGo([...text.slice(0, 20)].slice(0, 10).join(''))}...`
  return quoteGo(text)
}

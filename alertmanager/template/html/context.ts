/**
 * Where a point of an HTML template is, as far as it matters for what may be put there. The states and their names are
 * those of Go's html/template, since its errors show them.
 */
export interface Context {
  readonly state: State
  /** What ends the attribute value that the point is in. */
  readonly delim: Delim
  readonly urlPart: UrlPart
  /** What a slash would be in JavaScript. */
  readonly jsSlash: JsSlash
  /** For each `${` of a JavaScript template literal that the point is in, how many braces are open within it. */
  readonly jsBraces: readonly number[]
  /** What kind of attribute the point is in. */
  readonly attr: Attr
  /** The element that the point is in, if its content is special. */
  readonly element: Element
  /** What is wrong, in the state Error. */
  readonly problem?: Problem
}

interface Problem {
  readonly description: string
  /** `name:line:column` of the node at fault, if one is. */
  readonly place?: string
  /** The line in the template that is executed, where no node is at fault. */
  readonly line?: number
}

export type State =
  | 'Text'
  | 'Tag'
  | 'AttrName'
  | 'AfterName'
  | 'BeforeValue'
  | 'HTMLCmt'
  | 'RCDATA'
  | 'Attr'
  | 'URL'
  | 'Srcset'
  | 'MetaContent'
  | 'MetaContentURL'
  | 'JS'
  | 'JSDqStr'
  | 'JSSqStr'
  | 'JSTmplLit'
  | 'JSRegexp'
  | 'JSBlockCmt'
  | 'JSLineCmt'
  | 'JSHTMLOpenCmt'
  | 'JSHTMLCloseCmt'
  | 'CSS'
  | 'CSSDqStr'
  | 'CSSSqStr'
  | 'CSSDqURL'
  | 'CSSSqURL'
  | 'CSSURL'
  | 'CSSBlockCmt'
  | 'CSSLineCmt'
  | 'Error'
  /** Behind a break or continue: nothing follows. */
  | 'Dead'

export type Delim = 'None' | 'DoubleQuote' | 'SingleQuote' | 'SpaceOrTagEnd'
type UrlPart = 'None' | 'PreQuery' | 'QueryOrFrag' | 'Unknown'
export type JsSlash = 'Regexp' | 'DivOp' | 'Unknown'
export type Attr = 'None' | 'Script' | 'ScriptType' | 'Style' | 'URL' | 'Srcset' | 'MetaContent'
export type Element = 'None' | 'Script' | 'Style' | 'Textarea' | 'Title' | 'Meta'

/** What a stretch of text makes of a context, and how much of the text that takes. Always some, or the state changes. */
export type Step = (context: Context, text: string) => readonly [next: Context, read: number]

/** The start of every document. */
export const TEXT: Context = {
  state: 'Text',
  delim: 'None',
  urlPart: 'None',
  jsSlash: 'Regexp',
  jsBraces: [],
  attr: 'None',
  element: 'None',
}

const COMMENTS: ReadonlySet<State> = new Set<State>([
  ...(['HTMLCmt', 'JSBlockCmt', 'JSLineCmt', 'JSHTMLOpenCmt', 'JSHTMLCloseCmt', 'CSSBlockCmt', 'CSSLineCmt'] as const),
])
const IN_TAG: ReadonlySet<State> = new Set<State>(['Tag', 'AttrName', 'AfterName', 'BeforeValue', 'Attr'])
const SCRIPT_LITERALS: ReadonlySet<State> = new Set<State>(['JSDqStr', 'JSSqStr', 'JSTmplLit', 'JSRegexp'])

export function isComment(state: State): boolean {
  return COMMENTS.has(state)
}

export function isInTag(state: State): boolean {
  return IN_TAG.has(state)
}

export function isScriptLiteral(state: State): boolean {
  return SCRIPT_LITERALS.has(state)
}

export function failed(description: string, place?: string): Context {
  return { ...TEXT, state: 'Error', problem: place === undefined ? { description } : { description, place } }
}

/** As Go prints it in errors; also tells two contexts apart. */
export function printContext({ state, delim, urlPart, jsSlash, jsBraces, attr, element }: Context): string {
  const parts = [`state${state}`, `delim${delim}`, `urlPart${urlPart}`, `jsCtx${jsSlash}`]
  return `{${parts.join(' ')} [${jsBraces.join(' ')}] attr${attr} element${element} <nil>}`
}

export function isSame(a: Context, b: Context): boolean {
  return printContext(a) === printContext(b)
}

/** The name of a template as it is when called in a context; templates called in plain text keep theirs. */
export function nameIn({ state, delim, urlPart, jsSlash, jsBraces, attr, element }: Context, name: string): string {
  if (state === 'Text') return name
  return [
    `${name}$htmltemplate_state${state}`,
    ...(delim === 'None' ? [] : [`delim${delim}`]),
    ...(urlPart === 'None' ? [] : [`urlPart${urlPart}`]),
    ...(jsSlash === 'Regexp' ? [] : [`jsCtx${jsSlash}`]),
    ...(jsBraces.length === 0 ? [] : [`jsBraceDepth([${jsBraces.join(' ')}])`]),
    ...(attr === 'None' ? [] : [`attr${attr}`]),
    ...(element === 'None' ? [] : [`element${element}`]),
  ].join('_')
}

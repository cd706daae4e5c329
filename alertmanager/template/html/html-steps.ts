import { quoteGo } from '#lib/go-quote.ts'
import { type AttributeKind, attributeKind } from './attribute-kind.ts'
import { type Attr, type Context, type Element, failed, type State, type Step, TEXT } from './context.ts'
import { findEndTag, indexOfAny, readAttributeName, readTagName, skipSpace } from './scan.ts'

const COMMENT_START = '<!--'
const COMMENT_END = '-->'

/** Text between tags: up to the next tag or comment. */
export const stepText: Step = (context, text) => {
  let from = 0
  for (;;) {
    const open = text.indexOf('<', from)
    if (open === -1 || open + 1 === text.length) return [context, text.length]
    if (text.startsWith(COMMENT_START, open)) return [{ ...TEXT, state: 'HTMLCmt' }, open + COMMENT_START.length]
    const isEnd = text[open + 1] === '/'
    const start = open + (isEnd ? 2 : 1)
    if (isEnd && start === text.length) return [context, text.length]
    const [end, element] = readTagName(text, start)
    if (end > start) return [{ ...TEXT, state: 'Tag', element: isEnd ? 'None' : element }, end]
    from = end
  }
}

const CONTENT: Readonly<Record<Element, State>> = {
  None: 'Text',
  Script: 'JS',
  Style: 'CSS',
  Textarea: 'RCDATA',
  Title: 'RCDATA',
  Meta: 'Text',
}

/** Within a tag, between attributes. */
export const stepTag: Step = (context, text) => {
  const { element } = context
  const start = skipSpace(text, 0)
  if (start === text.length) return [context, text.length]
  if (text[start] === '>') {
    return [{ ...TEXT, state: CONTENT[element], element: element === 'Meta' ? 'None' : element }, start + 1]
  }
  const end = readAttributeName(text, start)
  if (typeof end === 'object') return [badName(end.unexpected, text), text.length]
  if (end === start) {
    const found = quoteGo(text.slice(start))
    return [failed(`expected space, attr name, or end of tag, but got ${found}`), text.length]
  }
  const state = end === text.length ? 'AttrName' : 'AfterName'
  return [{ ...TEXT, state, element, attr: attrOf(element, text.slice(start, end).toLowerCase()) }, end]
}

const ATTRS: Readonly<Record<AttributeKind, Attr>> = {
  plain: 'None',
  html: 'None',
  unsafe: 'None',
  url: 'URL',
  css: 'Style',
  js: 'Script',
  srcset: 'Srcset',
}

function attrOf(element: Element, name: string): Attr {
  if (element === 'Script' && name === 'type') return 'ScriptType'
  if (element === 'Meta' && name === 'content') return 'MetaContent'
  return ATTRS[attributeKind(name)]
}

function badName(unexpected: string, text: string): Context {
  return failed(`${quoteGo(unexpected)} in attribute name: ${quoteGo([...text].slice(0, 32).join(''))}`)
}

/** Within the name of an attribute, which an action may have begun. */
export const stepAttrName: Step = (context, text) => {
  const end = readAttributeName(text, 0)
  if (typeof end === 'object') return [badName(end.unexpected, text), text.length]
  return [end === text.length ? context : { ...context, state: 'AfterName' }, end]
}

/** Behind the name of an attribute: an equals sign, or the next one. */
export const stepAfterName: Step = (context, text) => {
  const start = skipSpace(text, 0)
  if (start === text.length) return [context, text.length]
  if (text[start] !== '=') return [{ ...context, state: 'Tag' }, start]
  return [{ ...context, state: 'BeforeValue' }, start + 1]
}

/** How the value of an attribute starts. */
export const VALUE_STATES: Readonly<Record<Attr, State>> = {
  None: 'Attr',
  Script: 'JS',
  ScriptType: 'Attr',
  Style: 'CSS',
  URL: 'URL',
  Srcset: 'Srcset',
  MetaContent: 'MetaContent',
}

/** Behind the equals sign of an attribute. */
export const stepBeforeValue: Step = (context, text) => {
  const start = skipSpace(text, 0)
  if (start === text.length) return [context, text.length]
  const state = VALUE_STATES[context.attr]
  if (text[start] === "'") return [{ ...context, state, delim: 'SingleQuote' }, start + 1]
  if (text[start] === '"') return [{ ...context, state, delim: 'DoubleQuote' }, start + 1]
  return [{ ...context, state, delim: 'SpaceOrTagEnd' }, start]
}

export const stepHtmlComment: Step = (context, text) => {
  const end = text.indexOf(COMMENT_END)
  return end === -1 ? [context, text.length] : [TEXT, end + COMMENT_END.length]
}

/** Texts in which only the end tag of the element counts. */
export const stepToEndTag: Step = (context, text) => {
  const end = findEndTag(text, context.element)
  return end === -1 ? [context, text.length] : [TEXT, end]
}

/** Where nothing of the text counts. */
export const stepOver: Step = (context, text) => [context, text.length]

/** Parts of a URL: what follows a question mark or a hash is a query. */
export const stepUrl: Step = (context, text) => {
  if (/[#?]/.test(text)) return [{ ...context, urlPart: 'QueryOrFrag' }, text.length]
  const isStart = context.urlPart === 'None' && skipSpace(text, 0) !== text.length
  return [isStart ? { ...context, urlPart: 'PreQuery' } : context, text.length]
}

/** The `content` of a `meta`, which may hold `url=`. */
export const stepMetaContent: Step = (context, text) => {
  // The name of a URL that nothing follows is not seen.
  const found = /url[ \t\n\f\r]*=/i.exec(text)
  if (found === null) return [context, text.length]
  return [{ ...context, state: 'MetaContentURL' }, found.index + found[0].length]
}

export const stepMetaContentUrl: Step = (context, text) => {
  const end = indexOfAny(text, /;/g)
  return end === text.length ? [context, end] : [{ ...context, state: 'MetaContent' }, end + 1]
}

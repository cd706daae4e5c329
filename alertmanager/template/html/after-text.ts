import { quoteGo } from '#lib/go-quote.ts'
import {
  type Context,
  type Delim,
  type Element,
  failed,
  isComment,
  isScriptLiteral,
  type State,
  type Step,
  TEXT,
} from './context.ts'
import { stepCss, stepCssString } from './css-steps.ts'
import { decodeEntities } from './entities.ts'
import {
  stepAfterName,
  stepAttrName,
  stepBeforeValue,
  stepHtmlComment,
  stepMetaContent,
  stepMetaContentUrl,
  stepOver,
  stepTag,
  stepText,
  stepToEndTag,
  stepUrl,
} from './html-steps.ts'
import { isScriptType } from './js-mime.ts'
import { stepBlockComment, stepJs, stepJsRegexp, stepJsString, stepJsTemplate, stepLineComment } from './js-steps.ts'
import { findEndTag, indexOfAny } from './scan.ts'

export const STEPS: Readonly<Record<State, Step>> = {
  Text: stepText,
  Tag: stepTag,
  AttrName: stepAttrName,
  AfterName: stepAfterName,
  BeforeValue: stepBeforeValue,
  HTMLCmt: stepHtmlComment,
  RCDATA: stepToEndTag,
  Attr: stepOver,
  URL: stepUrl,
  Srcset: stepUrl,
  MetaContent: stepMetaContent,
  MetaContentURL: stepMetaContentUrl,
  JS: stepJs,
  JSDqStr: stepJsString,
  JSSqStr: stepJsString,
  JSTmplLit: stepJsTemplate,
  JSRegexp: stepJsRegexp,
  JSBlockCmt: stepBlockComment,
  JSLineCmt: stepLineComment,
  JSHTMLOpenCmt: stepLineComment,
  JSHTMLCloseCmt: stepLineComment,
  CSS: stepCss,
  CSSDqStr: stepCssString,
  CSSSqStr: stepCssString,
  CSSDqURL: stepCssString,
  CSSSqURL: stepCssString,
  CSSURL: stepCssString,
  CSSBlockCmt: stepBlockComment,
  CSSLineCmt: stepLineComment,
  Error: stepOver,
  Dead: stepOver,
}

/** What ends the value of an attribute. */
export const VALUE_ENDS: Readonly<Record<Exclude<Delim, 'None'>, RegExp>> = {
  DoubleQuote: /"/g,
  SingleQuote: /'/g,
  SpaceOrTagEnd: /[ \t\n\f\r>]/g,
}

/** The context behind the next piece of a text, from the index on, and where that ends. */
export function stepAny(context: Context, text: string, at: number, endTags: EndTags): readonly [Context, number] {
  if (context.delim !== 'None') {
    const [next, read] = stepValue(context, context.delim, text.slice(at))
    return [next, at + read]
  }
  const end = endOfElement(context, text, at, endTags)
  // Nothing but the end tag of the element is left.
  if (end === at) return [TEXT, at]
  const [next, read] = STEPS[context.state](context, text.slice(at, end))
  return [next, at + read]
}

/** Where the next end tag of each element is in a text. Kept, so that each is looked for once. */
export type EndTags = Map<Element, number>

/** Where the special element ends that the context is in. Script literals and comments hide an end tag. */
function endOfElement({ element, state }: Context, text: string, at: number, endTags: EndTags): number {
  if (element === 'Script' && (isScriptLiteral(state) || isComment(state))) return text.length
  const known = endTags.get(element)
  if (known !== undefined && known >= at) return known
  const found = findEndTag(text.slice(at), element)
  const end = found === -1 ? text.length : at + found
  endTags.set(element, end)
  return end
}

function stepValue(context: Context, delim: Exclude<Delim, 'None'>, text: string): readonly [Context, number] {
  const end = indexOfAny(text, VALUE_ENDS[delim])
  const value = text.slice(0, end)
  if (delim === 'SpaceOrTagEnd') {
    // Browsers do not agree on what these mean in a value without quotes.
    const [unexpected] = /["'<=`]/.exec(value) ?? []
    if (unexpected !== undefined) {
      return [failed(`${quoteGo(unexpected)} in unquoted attr: ${quoteGo(value)}`), text.length]
    }
  }
  if (end === text.length) return [stepWhole(context, decodeEntities(text)), text.length]
  // A script of another type than JavaScript is not read as such.
  const isOther = context.state === 'Attr' && context.attr === 'ScriptType' && !isScriptType(value)
  const element = context.element === 'Script' && isOther ? 'None' : context.element
  return [{ ...TEXT, state: 'Tag', element }, delim === 'SpaceOrTagEnd' ? end : end + 1]
}

function stepWhole(before: Context, text: string): Context {
  let context = before
  for (let rest = text; rest !== ''; ) {
    const [next, read] = STEPS[context.state](context, rest)
    context = next
    rest = rest.slice(read)
  }
  return context
}

import { quoteGo } from '#lib/go-quote.ts'
import { type Context, failed, type JsSlash, type State, type Step } from './context.ts'
import { indexOfAny, startOfTail } from './scan.ts'

const SPACE = /[\f\n\r\t\v \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff]/
const WORD = /[$\w]/

/** Words behind which an expression starts. */
const WORDS_BEFORE_EXPRESSION: ReadonlySet<string> = new Set(
  'break case continue delete do else finally in instanceof return throw try typeof void'.split(' '),
)

/** What a slash behind this piece of JavaScript is. */
function slashAfter(text: string, before: JsSlash): JsSlash {
  const code = text.slice(0, startOfTail(text, SPACE))
  const last = code.at(-1)
  if (last === undefined) return before
  if (last === '+' || last === '-') {
    const run = code.length - startOfTail(code, last === '+' ? /\+/ : /-/)
    // `x++ / 2` divides, `x + /re/` does not.
    return run % 2 === 1 ? 'Regexp' : 'DivOp'
  }
  if (last === '.') return /\d\.$/.test(code.slice(-2)) ? 'DivOp' : 'Regexp'
  if (',<>=*%&|^?!~([:;{}'.includes(last)) return 'Regexp'
  return WORDS_BEFORE_EXPRESSION.has(code.slice(startOfTail(code, WORD))) ? 'Regexp' : 'DivOp'
}

const NOTABLE = /["'`/{}<#-]/g

const LITERALS: Readonly<Record<string, State>> = { '"': 'JSDqStr', "'": 'JSSqStr', '`': 'JSTmplLit' }

/** JavaScript outside of literals and comments. */
export const stepJs: Step = (before, text) => {
  const at = indexOfAny(text, NOTABLE)
  const context: Context = { ...before, jsSlash: slashAfter(text.slice(0, at), before.jsSlash) }
  if (at === text.length) return [context, at]
  const mark = text[at]!
  const literal = LITERALS[mark]
  if (literal !== undefined) return [{ ...context, state: literal, jsSlash: 'Regexp' }, at + 1]
  if (mark === '/') return stepSlash(context, text, at)
  if (mark === '{' || mark === '}') return [stepBrace(context, mark), at + 1]
  // A `<`, `-` or `#` that starts no comment leaves open what a slash is; so does the engine that this one follows.
  if (text.startsWith('<!--', at)) return [{ ...context, state: 'JSHTMLOpenCmt' }, at + 4]
  if (text.startsWith('-->', at)) return [{ ...context, state: 'JSHTMLCloseCmt' }, at + 3]
  if (text.startsWith('#!', at)) return [{ ...context, state: 'JSLineCmt' }, at + 2]
  return [context, at + 1]
}

function stepSlash(context: Context, text: string, at: number): readonly [Context, number] {
  if (text[at + 1] === '/') return [{ ...context, state: 'JSLineCmt' }, at + 2]
  if (text[at + 1] === '*') return [{ ...context, state: 'JSBlockCmt' }, at + 2]
  if (context.jsSlash === 'Regexp') return [{ ...context, state: 'JSRegexp' }, at + 1]
  if (context.jsSlash === 'DivOp') return [{ ...context, jsSlash: 'Regexp' }, at + 1]
  const rest = [...text.slice(at)].slice(0, 32).join('')
  return [failed(`'/' could start a division or regexp: ${quoteGo(rest)}`), text.length]
}

/** Braces count within the `${` of a template literal, whose last one leads back into it. */
function stepBrace(context: Context, brace: '{' | '}'): Context {
  const open = context.jsBraces.at(-1)
  if (open === undefined) return { ...context, jsSlash: 'Regexp' }
  const outer = context.jsBraces.slice(0, -1)
  if (brace === '{') return { ...context, jsSlash: 'Regexp', jsBraces: [...outer, open + 1] }
  if (open > 0) return { ...context, jsSlash: 'Regexp', jsBraces: [...outer, open - 1] }
  return { ...context, state: 'JSTmplLit', jsBraces: outer }
}

/** A template literal. */
export const stepJsTemplate: Step = (context, text) => {
  for (let at = indexOfAny(text, /[`\\$]/g); at < text.length; at = indexOfAny(text, /[`\\$]/g, at + 1)) {
    if (text[at] === '`') return [{ ...context, state: 'JS' }, at + 1]
    if (text.startsWith('${', at)) return [{ ...context, state: 'JS', jsBraces: [...context.jsBraces, 0] }, at + 2]
    if (text[at] === '\\' && ++at === text.length) return unfinishedEscape(text)
  }
  return [context, text.length]
}

/** A string in quotes. */
export const stepJsString: Step = (context, text) => {
  const notable = context.state === 'JSDqStr' ? /["\\]/g : /['\\]/g
  for (let at = indexOfAny(text, notable); at < text.length; at = indexOfAny(text, notable, at + 1)) {
    if (text[at] !== '\\') return [{ ...context, state: 'JS', jsSlash: 'DivOp' }, at + 1]
    if (++at === text.length) return unfinishedEscape(text)
  }
  return [context, text.length]
}

/** A regular expression. In a character class a slash is a slash; the class must end in this text. */
export const stepJsRegexp: Step = (context, text) => {
  let inClass = false
  for (let at = indexOfAny(text, /[\\/[\]]/g); at < text.length; at = indexOfAny(text, /[\\/[\]]/g, at + 1)) {
    const mark = text[at]
    if (mark === '\\') {
      if (++at === text.length) return unfinishedEscape(text)
    } else if (mark === '/') {
      // `</script` does not end it: it is escaped later.
      if (at > 0 && text.slice(at - 1, at + 7).toLowerCase() === '</script') at++
      else if (!inClass) return [{ ...context, state: 'JS', jsSlash: 'DivOp' }, at + 1]
    } else inClass = mark === '['
  }
  if (inClass) return [failed(`unfinished JS regexp charset: ${quoteGo(text)}`), text.length]
  return [context, text.length]
}

function unfinishedEscape(text: string): readonly [Context, number] {
  return [failed(`unfinished escape sequence in JS string: ${quoteGo(text)}`), text.length]
}

const JS_LINE_END = /[\n\r\u2028\u2029]/g
const CSS_LINE_END = /[\n\f\r]/g

/** A comment that the end of the line ends. */
export const stepLineComment: Step = (context, text) => {
  const isCss = context.state === 'CSSLineCmt'
  const end = indexOfAny(text, isCss ? CSS_LINE_END : JS_LINE_END)
  return [end === text.length ? context : { ...context, state: isCss ? 'CSS' : 'JS' }, end]
}

export const stepBlockComment: Step = (context, text) => {
  const end = text.indexOf('*/')
  if (end === -1) return [context, text.length]
  return [{ ...context, state: context.state === 'CSSBlockCmt' ? 'CSS' : 'JS' }, end + 2]
}

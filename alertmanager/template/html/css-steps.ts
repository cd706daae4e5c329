import { quoteGo } from '#lib/go-quote.ts'
import { failed, type Step } from './context.ts'
import { decodeCss } from './css-text.ts'
import { stepUrl } from './html-steps.ts'
import { indexOfAny, startOfTail } from './scan.ts'

const NOTABLE = /[("'/]/g
const SPACE = /[\t\n\f\r ]/
const NAME_CHARACTER = /[a-z0-9_\u0080-\ufffd-]/i

/** Whether the text ends with `url` as a word of its own, and white space. */
function endsWithUrl(text: string): boolean {
  const end = startOfTail(text, SPACE)
  const [before = ''] = text.slice(end - 4, end - 3)
  return text.slice(Math.max(0, end - 3), end).toLowerCase() === 'url' && !(end > 3 && NAME_CHARACTER.test(before))
}

/** Style sheets outside of strings, URLs and comments. */
export const stepCss: Step = (context, text) => {
  for (let at = indexOfAny(text, NOTABLE); at < text.length; at = indexOfAny(text, NOTABLE, at + 1)) {
    if (text[at] === '"') return [{ ...context, state: 'CSSDqStr' }, at + 1]
    if (text[at] === "'") return [{ ...context, state: 'CSSSqStr' }, at + 1]
    if (text.startsWith('//', at)) return [{ ...context, state: 'CSSLineCmt' }, at + 2]
    if (text.startsWith('/*', at)) return [{ ...context, state: 'CSSBlockCmt' }, at + 2]
    if (text[at] === '(' && endsWithUrl(text.slice(0, at))) {
      const start = indexOfAny(text, /[^\t\n\f\r ]/g, at + 1)
      if (text[start] === '"') return [{ ...context, state: 'CSSDqURL' }, start + 1]
      if (text[start] === "'") return [{ ...context, state: 'CSSSqURL' }, start + 1]
      return [{ ...context, state: 'CSSURL' }, start]
    }
  }
  return [context, text.length]
}

/** Strings, which may be URLs, and URLs without quotes. */
export const stepCssString: Step = (before, text) => {
  let context = before
  const { state } = context
  const notable = state === 'CSSURL' ? /[\\\t\n\f\r )]/g : /DqStr|DqURL/.test(state) ? /[\\"]/g : /[\\']/g
  let seen = 0
  let rest = 0
  for (let at = indexOfAny(text, notable); at < text.length; at = indexOfAny(text, notable, rest)) {
    if (text[at] !== '\\') return [{ ...context, state: 'CSS' }, at + 1]
    rest = at + 2
    if (rest > text.length) {
      return [failed(`unfinished escape sequence in CSS string: ${quoteGo(text)}`), text.length]
    }
    // The sequence before is read again, since it may go on behind its first digit.
    context = stepUrl(context, decodeCss(text.slice(seen, rest)))[0]
    seen = at
  }
  return [stepUrl(context, text.slice(rest))[0], text.length]
}

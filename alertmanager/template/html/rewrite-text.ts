import { type EndTags, stepAny } from './after-text.ts'
import { type Context, isComment, isScriptLiteral, type State } from './context.ts'

/** The text of a template as it is written, without its comments, and the context behind it. */
export function rewriteText(before: Context, text: string): readonly [after: Context, rewritten: string] {
  let context = before
  let rewritten = ''
  const endTags: EndTags = new Map()
  for (let at = 0; at < text.length; ) {
    const [next, end] = stepAny(context, text, at, endTags)
    rewritten += rewritePiece(context, next, text.slice(at), end - at)
    context = next
    at = end
  }
  return [context, context.state === 'Error' ? text : rewritten]
}

/** Lengths of what starts a comment. */
const OPENERS: Partial<Readonly<Record<State, number>>> = { HTMLCmt: 4, JSHTMLOpenCmt: 4, JSHTMLCloseCmt: 3 }

/** The piece of so many characters at the start of the text, between two contexts. */
function rewritePiece(before: Context, after: Context, text: string, read: number): string {
  if (isComment(before.state) && before.delim === 'None') return traceOf(before.state, text.slice(0, read))
  const startsComment = before.state !== after.state && isComment(after.state) && after.delim === 'None'
  const kept = startsComment ? read - (OPENERS[after.state] ?? 2) : read
  if (before.state === 'Text' || before.state === 'RCDATA') {
    const tag = before.state === after.state ? -1 : text.lastIndexOf('<', read - 1)
    return escapeLoose(text, tag === -1 ? read : tag) + text.slice(tag === -1 ? read : tag, kept)
  }
  const piece = text.slice(0, kept)
  // HTML looks for these even in literals; what they mean there stays the same.
  return isScriptLiteral(before.state) ? piece.replace(/<(script|\/script|!--)/gi, '\\x3C$1') : piece
}

/** What is left of a comment: a comment of several lines ends a line of JavaScript, and parts words. */
function traceOf(state: State, comment: string): string {
  if (state === 'CSSBlockCmt') return ' '
  if (state !== 'JSBlockCmt') return ''
  return /[\n\r\u2028\u2029]/.test(comment) ? '\n' : ' '
}

/** The text up to the index, in which a `<` that starts no tag is a text. */
function escapeLoose(text: string, end: number): string {
  let escaped = ''
  let from = 0
  for (let open = text.indexOf('<'); open !== -1 && open < end; open = text.indexOf('<', open + 1)) {
    if (/^<!doctype/i.test(text.slice(open, open + 9))) continue
    escaped += `${text.slice(from, open)}&lt;`
    from = open + 1
  }
  return escaped + text.slice(from, end)
}

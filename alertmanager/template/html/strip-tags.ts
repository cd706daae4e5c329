import { STEPS, VALUE_ENDS } from './after-text.ts'
import { type Context, isInTag, TEXT } from './context.ts'
import { indexOfAny } from './scan.ts'

/** The text of a piece of HTML, without its tags and comments. */
export function stripTags(html: string): string {
  let context: Context = TEXT
  let stripped = ''
  let at = 0
  while (at < html.length) {
    const rest = html.slice(at)
    if (context.delim !== 'None') {
      const end = indexOfAny(rest, VALUE_ENDS[context.delim])
      if (end === rest.length) break
      at += context.delim === 'SpaceOrTagEnd' ? end : end + 1
      context = { ...TEXT, state: 'Tag', element: context.element }
      continue
    }
    const isContent = context.element !== 'None' && !isInTag(context.state)
    const [next, read] = STEPS[isContent ? 'RCDATA' : context.state](context, rest)
    if (context.state === 'Text' || context.state === 'RCDATA') stripped += keptOf(context, next, rest.slice(0, read))
    context = next
    at += read
  }
  return stripped
}

/** Where the context changes, the tag that changes it stands at the end of the text. */
function keptOf(before: Context, after: Context, text: string): string {
  const open = before.state === after.state ? -1 : text.lastIndexOf('<')
  return open === -1 ? text : text.slice(0, open)
}

import { type Context, failed, isSame, printContext } from './context.ts'
import { VALUE_STATES } from './html-steps.ts'

/**
 * The context of an action: the one behind what takes no character. `<a href=` ends before a value, and an action there
 * is in one.
 */
export function enter(context: Context): Context {
  switch (context.state) {
    case 'Tag':
      return { ...context, state: 'AttrName' }
    case 'BeforeValue':
      return { ...context, state: VALUE_STATES[context.attr], delim: 'SpaceOrTagEnd', attr: 'None' }
    case 'AfterName':
      return { ...context, state: 'AttrName', attr: 'None' }
    default:
      return context
  }
}

/** The context behind branches that end in these two; an error if what follows would mean different things. */
export function join(a: Context, b: Context, keyword: string, place: string): Context {
  if (a.state === 'Error' || b.state === 'Dead') return a
  if (b.state === 'Error' || a.state === 'Dead') return b
  if (isSame(a, b)) return a
  if (isSame({ ...a, urlPart: b.urlPart }, b)) return { ...a, urlPart: 'Unknown' }
  if (isSame({ ...a, jsSlash: b.jsSlash }, b)) return { ...a, jsSlash: 'Unknown' }
  const [entered, other] = [enter(a), enter(b)]
  if (!isSame(entered, a) || !isSame(other, b)) {
    const joined = join(entered, other, keyword, place)
    if (joined.state !== 'Error') return joined
  }
  return failed(`{{${keyword}}} branches end in different contexts: ${printContext(a)}, ${printContext(b)}`, place)
}

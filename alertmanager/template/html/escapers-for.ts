import { type Context, isComment, type State } from './context.ts'

/** The functions that the pass adds to pipelines, by names that no template can call. Go's, since errors show them. */
export const ESCAPER_NAMES = {
  attribute: '_html_template_attrescaper',
  comment: '_html_template_commentescaper',
  css: '_html_template_cssescaper',
  cssValue: '_html_template_cssvaluefilter',
  attributeName: '_html_template_htmlnamefilter',
  html: '_html_template_htmlescaper',
  jsRegexp: '_html_template_jsregexpescaper',
  jsString: '_html_template_jsstrescaper',
  jsTemplate: '_html_template_jstmpllitescaper',
  jsValue: '_html_template_jsvalescaper',
  unquoted: '_html_template_nospaceescaper',
  rcdata: '_html_template_rcdataescaper',
  srcset: '_html_template_srcsetescaper',
  url: '_html_template_urlescaper',
  urlFilter: '_html_template_urlfilter',
  urlNormalizer: '_html_template_urlnormalizer',
} as const

export type EscaperName = (typeof ESCAPER_NAMES)[keyof typeof ESCAPER_NAMES]

const N = ESCAPER_NAMES

/** What keeps a value in its place, by state; URLs and comments are apart. */
const BY_STATE: Partial<Readonly<Record<State, EscaperName>>> = {
  Text: N.html,
  RCDATA: N.rcdata,
  AttrName: N.attributeName,
  Srcset: N.srcset,
  MetaContentURL: N.urlFilter,
  JS: N.jsValue,
  JSDqStr: N.jsString,
  JSSqStr: N.jsString,
  JSTmplLit: N.jsTemplate,
  JSRegexp: N.jsRegexp,
  CSS: N.cssValue,
}

const URL_STATES: ReadonlySet<State> = new Set<State>([
  ...(['URL', 'CSSDqStr', 'CSSSqStr', 'CSSDqURL', 'CSSSqURL', 'CSSURL'] as const),
])

/** The escapers of an action in this context, innermost first; undefined where no escaper is known to be right. */
export function escapersFor({ state, delim, urlPart }: Context): readonly EscaperName[] | undefined {
  if (URL_STATES.has(state) && urlPart === 'Unknown') return undefined
  const inner = URL_STATES.has(state) ? urlEscapers(state, urlPart) : isComment(state) ? [N.comment] : [BY_STATE[state]]
  const outer = delim === 'None' ? undefined : delim === 'SpaceOrTagEnd' ? N.unquoted : N.attribute
  return [...inner, outer].filter((name) => name !== undefined)
}

function urlEscapers(state: State, urlPart: Context['urlPart']): readonly EscaperName[] {
  if (urlPart === 'QueryOrFrag') return [N.url]
  const path = state === 'CSSDqStr' || state === 'CSSSqStr' ? N.css : N.urlNormalizer
  return urlPart === 'None' ? [N.urlFilter, path] : [path]
}

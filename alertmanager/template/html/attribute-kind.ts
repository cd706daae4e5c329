/** What the value of an attribute is to a browser. The value of an unsafe one decides how others are taken. */
export type AttributeKind = 'plain' | 'url' | 'css' | 'js' | 'html' | 'srcset' | 'unsafe'

const NAMES: Readonly<Record<Exclude<AttributeKind, 'js' | 'plain'>, string>> = {
  url: 'action archive background cite classid codebase data formaction href icon longdesc manifest poster profile src usemap xmlns',
  css: 'style',
  html: 'srcdoc',
  srcset: 'srcset',
  unsafe:
    'accept-charset async challenge charset content crossorigin defer enctype form formenctype formmethod ' +
    'formnovalidate http-equiv keytype language method novalidate pattern rel sandbox type value',
}

const KINDS: ReadonlyMap<string, AttributeKind> = new Map(
  Object.entries(NAMES).flatMap(([kind, names]) => names.split(' ').map((name) => [name, kind as AttributeKind])),
)

/** The kind of an attribute by its name in small letters: that of the standard, or what the name suggests. */
export function attributeKind(name: string): AttributeKind {
  const colon = name.indexOf(':')
  if (!name.startsWith('data-') && colon !== -1 && name.slice(0, colon) === 'xmlns') return 'url'
  const plain = name.startsWith('data-') ? name.slice('data-'.length) : name.slice(colon + 1)
  const known = KINDS.get(plain)
  if (known !== undefined) return known
  if (plain.startsWith('on')) return 'js'
  // Names that people make up for what a script of theirs takes as a URL.
  return !STANDARD_TEXT.test(plain) && /src|uri|url/.test(plain) ? 'url' : 'plain'
}

/** A standard attribute that is a text, although its name looks like that of a URL. */
const STANDARD_TEXT = /^srclang$/

/**
 * Character references that a template may use for what means something in a URL, a script or a style sheet. The other
 * names of the standard stand for letters and signs that mean nothing there.
 */
const NAMED: ReadonlyMap<string, string> = new Map(
  Object.entries({
    ...{ Tab: '\t', NewLine: '\n', excl: '!', quot: '"', QUOT: '"', num: '#', dollar: '$', percnt: '%', amp: '&' },
    ...{ AMP: '&', apos: "'", lpar: '(', rpar: ')', ast: '*', midast: '*', plus: '+', comma: ',', period: '.' },
    ...{ sol: '/', colon: ':', semi: ';', lt: '<', LT: '<', equals: '=', gt: '>', GT: '>', quest: '?', commat: '@' },
    ...{ lsqb: '[', lbrack: '[', bsol: '\\', rsqb: ']', rbrack: ']', Hat: '^', lowbar: '_', UnderBar: '_' },
    ...{ grave: '`', DiacriticalGrave: '`', lcub: '{', lbrace: '{', verbar: '|', vert: '|', VerticalLine: '|' },
    ...{ rcub: '}', rbrace: '}', nbsp: '\u00a0', NonBreakingSpace: '\u00a0', fjlig: 'fj' },
    ...{ ensp: '\u2002', emsp: '\u2003', emsp13: '\u2004', emsp14: '\u2005', numsp: '\u2007', puncsp: '\u2008' },
    ...{ thinsp: '\u2009', ThinSpace: '\u2009', hairsp: '\u200a', VeryThinSpace: '\u200a', MediumSpace: '\u205f' },
  }),
)

/** Those that need no semicolon, longest first. */
const OLD = ['quot', 'QUOT', 'nbsp', 'amp', 'AMP', 'lt', 'LT', 'gt', 'GT']

const REFERENCE = /&(?:#x([0-9a-f]+);?|#([0-9]+);?|([0-9a-z]+)(;?))/gi

/** Resolves character references, as a browser does before it looks at the value of an attribute. */
export function decodeEntities(text: string): string {
  return text.replace(REFERENCE, (reference, hex?: string, decimal?: string, name?: string, end?: string) => {
    if (hex !== undefined) return numbered(Number.parseInt(hex, 16))
    if (decimal !== undefined) return numbered(Number.parseInt(decimal, 10))
    const known = end === ';' ? NAMED.get(name!) : undefined
    if (known !== undefined) return known
    const old = OLD.find((prefix) => name!.startsWith(prefix))
    return old === undefined ? reference : NAMED.get(old)! + reference.slice(old.length + 1)
  })
}

/** The code points that stand for what Windows' code page has there. */
const WINDOWS = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ'

function numbered(code: number): string {
  if (code >= 0x80 && code <= 0x9f) return WINDOWS[code - 0x80]!
  const isCharacter = code !== 0 && code <= 0x10_ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? String.fromCodePoint(code) : '\ufffd'
}

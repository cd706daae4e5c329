import { attributeKind } from './attribute-kind.ts'
import { type SafeKind, UNSAFE } from './safe-text.ts'
import { stripTags } from './strip-tags.ts'

/** What is written for a text in one context. The kind says in which context its author vouches for it. */
export type Escaper = (text: string, kind: SafeKind) => string

const ENTITIES: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  '&': '&amp;',
  "'": '&#39;',
  '+': '&#43;',
  '<': '&lt;',
  '>': '&gt;',
}

const SPECIAL = /[\0"&'+<>]/g
/** The same but the ampersand, which may start a character reference that is meant. */
const SPECIAL_IN_HTML = /[\0"'+<>]/g

/** Text between tags. */
export const escapeHtml: Escaper = (text, kind) => (kind === 'html' ? text : escapeBy(SPECIAL, text))

/** Text in elements in which there are no tags. */
export const escapeRcdata: Escaper = (text, kind) => escapeBy(kind === 'html' ? SPECIAL_IN_HTML : SPECIAL, text)

/** Values of attributes in quotes. */
export const escapeAttribute: Escaper = (text, kind) => {
  return kind === 'html' ? escapeBy(SPECIAL_IN_HTML, stripTags(text)) : escapeBy(SPECIAL, text)
}

function escapeBy(special: RegExp, text: string): string {
  return text.replace(special, (unit) => ENTITIES[unit]!)
}

const UNQUOTED = /[\0\t\n\v\f\r "&'+<=>`\ufdd0-\ufdef\ufff0-\uffff]/g
const UNQUOTED_IN_HTML = /[\0\t\n\v\f\r "'+<=>`\ufdd0-\ufdef\ufff0-\uffff]/g

/** Values of attributes without quotes. An empty one would swallow what follows. */
export const escapeUnquoted: Escaper = (text, kind) => {
  if (text === '') return UNSAFE
  const isHtml = kind === 'html'
  return (isHtml ? stripTags(text) : text).replace(isHtml ? UNQUOTED_IN_HTML : UNQUOTED, (unit) => {
    if (unit === '\0') return '&#xfffd;'
    const code = unit.charCodeAt(0)
    return ENTITIES[unit] ?? (code < 0x80 ? `&#${code};` : `&#x${code.toString(16)};`)
  })
}

/** Names of attributes: harmless ones pass. */
export const filterAttributeName: Escaper = (text) => {
  const name = text.toLowerCase()
  return /^[0-9a-z]+$/.test(name) && attributeKind(name) === 'plain' ? name : UNSAFE
}

/** Comments are not written, so neither is what stands in them. */
export const dropInComment: Escaper = () => ''

import type { Escaper } from './html-text.ts'
import { UNSAFE } from './safe-text.ts'

const SAFE_SCHEMES = /^(?:https?|mailto)$/i

/** Whether a URL is relative or of a scheme that cannot run anything. */
function isSafeUrl(url: string): boolean {
  const colon = url.indexOf(':')
  if (colon === -1) return true
  const scheme = url.slice(0, colon)
  return scheme.includes('/') || SAFE_SCHEMES.test(scheme)
}

/** The start of a URL: one that could run something is kept out. */
export const filterUrl: Escaper = (text, kind) => (kind === 'url' || isSafeUrl(text) ? text : `#${UNSAFE}`)

/** A part of a URL's query: what means something in a URL is encoded. */
export const escapeUrl: Escaper = (text, kind) => (kind === 'url' ? normalizeUrl(text) : encode(text, /[^\w.~-]/gu))

/** The path of a URL or a whole one: only what may not stand in a URL is encoded. */
export const normalizeUrlText: Escaper = (text) => normalizeUrl(text)

function normalizeUrl(url: string): string {
  return encode(url, /%(?![0-9a-fA-F]{2})|[^\w.~%!#$&*+,/:;=?@[\]-]/gu)
}

/** Percent encoding of UTF-8 bytes, in small letters. */
function encode(text: string, pattern: RegExp): string {
  return text.replace(pattern, (character) => Buffer.from(character).toString('hex').replace(/../g, '%$&'))
}

/** The value of `srcset`: URLs, each with a width or density. */
export const filterSrcset: Escaper = (text, kind) => {
  if (kind === 'url') return normalizeUrl(text).replaceAll(',', '%2c')
  return text.split(',').map(filterSource).join(',')
}

function filterSource(source: string): string {
  const [, space = '', url = '', condition = ''] = /^([\t\n\f\r ]*)([^\t\n\f\r ]*)(.*)$/s.exec(source)!
  const isSafe = isSafeUrl(url) && /^[\t\n\f\r 0-9a-z]*$/i.test(condition)
  return isSafe ? space + normalizeUrl(url) + condition : `#${UNSAFE}`
}

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\ufffd',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

/** Go's `html`: for HTML's text and quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (unit) => HTML_ESCAPES[unit]!)
}

const SHORT_JS_ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '"': '\\"' }
const SPECIAL_IN_JS = /[\\'"<>&=]|[^\p{L}\p{M}\p{N}\p{P}\p{S} \x7f]/gu

/** Go's `js`: for JavaScript's string literals. */
export function escapeJs(text: string): string {
  return text.replace(SPECIAL_IN_JS, (rune) => {
    const hex = rune.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')
    return SHORT_JS_ESCAPES[rune] ?? `\\u${hex}`
  })
}

/** Go's `urlquery`: for values within a query. */
export function escapeQuery(text: string): string {
  return encodeURIComponent(text.toWellFormed())
    .replace(/[!'()*]/g, (unit) => `%${unit.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}

/** The opposite of `escapeQuery`; undefined where the escapes are no UTF-8, the piece at fault where there is a wrong one. */
export function unescapeQuery(text: string): { readonly text: string } | { readonly wrong: string } {
  const wrong = /%(?![\da-fA-F]{2}).{0,2}/s.exec(text)
  if (wrong !== null) return { wrong: wrong[0] }
  const bytes: Buffer[] = []
  for (const [part] of text.replaceAll('+', ' ').matchAll(/(?:%[\da-fA-F]{2})+|[^%]+/g)) {
    bytes.push(part.startsWith('%') ? Buffer.from(part.replaceAll('%', ''), 'hex') : Buffer.from(part))
  }
  return { text: Buffer.concat(bytes).toString('utf8') }
}

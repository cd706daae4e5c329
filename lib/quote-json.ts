/** What must not stand in a JSON text as it is; line separators are legal there, but Go escapes them. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must be escaped
const SPECIAL = /["\\\x00-\x1f\u2028\u2029\ud800-\udfff]/
const LINE_SEPARATORS = /[\u2028\u2029]/g

/** Writes a JSON text as Go's encoder does without escapes for HTML. */
export function quoteJson(text: string): string {
  if (!SPECIAL.test(text)) return `"${text}"`
  return JSON.stringify(text).replace(LINE_SEPARATORS, (unit) => (unit === '\u2028' ? '\\u2028' : '\\u2029'))
}

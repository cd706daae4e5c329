import type { Escaper } from './html-text.ts'

const SHORT: Readonly<Record<string, string>> = {
  '\t': '\\t',
  '\n': '\\n',
  '\f': '\\f',
  '\r': '\\r',
  '/': '\\/',
  '\\': '\\\\',
}

function unicodeEscape(unit: string): string {
  return SHORT[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`
}

/** Control characters, and what means something in a string or to HTML. */
const IN_STRING = /[^ -\uffff]|["`&'+/<>\\\u2028\u2029]/g
const IN_TEMPLATE = /[^ -\uffff]|["`&'+/<>\\${}\u2028\u2029]/g

/** Text in a JavaScript string in quotes. */
export const escapeJsString: Escaper = (text) => text.replace(IN_STRING, unicodeEscape)

/** Text in a JavaScript template literal. */
export const escapeJsTemplate: Escaper = (text) => text.replace(IN_TEMPLATE, unicodeEscape)

const IN_REGEXP = /[^ -\uffff]|["&'+/<>\\\u2028\u2029$()*.?[\]^{|}-]/g

/** Text in a JavaScript regular expression: matches itself. An empty one would start a comment. */
export const escapeJsRegexp: Escaper = (text) => {
  if (text === '') return '(?:)'
  return text.replace(IN_REGEXP, (unit) => ('$()*-.?[]^{|}'.includes(unit) ? `\\${unit}` : unicodeEscape(unit)))
}

/** A JSON text as a JavaScript expression that runs into no word beside it. */
export function padJson(json: string): string {
  const safe = json.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  const isWord = /[$\w]/.test(json.at(0) ?? '') || /[$\w]/.test(json.at(-1) ?? '')
  return isWord ? ` ${safe} ` : safe
}

/** What stands for a value that has no JSON: null, and why. */
export function describeJsFailure(message: string): string {
  const harmless = message
    .replace(/<(\/?)script/gi, '\\x3C$1script')
    .replaceAll('*/', '* /')
    .replaceAll('<!--', '\\x3C!--')
  return ` /* ${harmless} */null `
}

import type { Element } from './context.ts'

const SPACE = /[ \t\n\f\r]*/y
const TAG_NAME = /[a-z](?:[a-z0-9]|[:-][a-z0-9])*/iy
const ATTRIBUTE_NAME_END = /[ \t\n\f\r=>'"<]/g

/** Where the white space that starts at the index ends. */
export function skipSpace(text: string, index: number): number {
  SPACE.lastIndex = index
  SPACE.test(text)
  return SPACE.lastIndex
}

const ELEMENTS: ReadonlyMap<string, Element> = new Map([
  ['script', 'Script'],
  ['style', 'Style'],
  ['textarea', 'Textarea'],
  ['title', 'Title'],
  ['meta', 'Meta'],
] as const)

/** Where the tag name that starts at the index ends, and which special element it names. The end is the start if none does. */
export function readTagName(text: string, index: number): readonly [end: number, element: Element] {
  TAG_NAME.lastIndex = index
  const name = TAG_NAME.exec(text)?.[0] ?? ''
  return [index + name.length, ELEMENTS.get(name.toLowerCase()) ?? 'None']
}

/** Where the attribute name that starts at the index ends; a text where a character is not allowed in one. */
export function readAttributeName(text: string, index: number): number | { readonly unexpected: string } {
  ATTRIBUTE_NAME_END.lastIndex = index
  const found = ATTRIBUTE_NAME_END.exec(text)
  if (found === null) return text.length
  return /['"<]/.test(found[0]) ? { unexpected: found[0] } : found.index
}

const END_TAGS: Readonly<Record<Element, RegExp | undefined>> = {
  None: undefined,
  Script: /<\/script[> \t\n\f/]/i,
  Style: /<\/style[> \t\n\f/]/i,
  Textarea: /<\/textarea[> \t\n\f/]/i,
  Title: /<\/title[> \t\n\f/]/i,
  Meta: undefined,
}

/** Where the end tag of the element starts, or -1. */
export function findEndTag(text: string, element: Element): number {
  const tag = END_TAGS[element]
  return tag === undefined ? -1 : text.search(tag)
}

/** The index of the first character that the pattern names, from an index on; the length of the text without one. */
export function indexOfAny(text: string, characters: RegExp, from = 0): number {
  characters.lastIndex = from
  return characters.exec(text)?.index ?? text.length
}

/** Where the characters at the end of the text start that all match the pattern. */
export function startOfTail(text: string, character: RegExp): number {
  let start = text.length
  while (start > 0 && character.test(text[start - 1]!)) start--
  return start
}

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const ITEMS = Buffer.from('"items"')
const METADATA = Buffer.from('"metadata"')

/** Where the parts of a list are in its text. */
export interface ListParts {
  /** Starts and ends of its elements in turn. */
  readonly items: readonly number[]
  readonly metadata: readonly [start: number, end: number] | undefined
}

/**
 * Where the elements of `items` begin and end in the JSON of a Kubernetes list. They can then be parsed one after the
 * other: the whole list as objects takes many times the memory of its text, and holds the event loop as long. What
 * stands in the elements is not looked at.
 *
 * @param maxItems elements beyond these are left out
 * @returns undefined if the text is no object with such a list or ends too early; the list may well be `null`
 */
export function findList(text: Buffer, maxItems: number): ListParts | undefined {
  let at = skipBlanks(text, 0)
  if (text[at] !== OPEN_BRACE) return undefined
  let items: number[] | undefined
  let metadata: ListParts['metadata']
  at = skipBlanks(text, at + 1)
  while (text[at] === QUOTE) {
    const keyEnd = skipText(text, at)
    const isItems = isText(text, at, keyEnd, ITEMS)
    const isMetadata = isText(text, at, keyEnd, METADATA)
    at = skipBlanks(text, keyEnd)
    if (keyEnd < 0 || text[at] !== COLON) return undefined
    at = skipBlanks(text, at + 1)
    if (isItems) items = []
    const isList = isItems && text[at] === OPEN_BRACKET
    const end = isList ? skipList(text, at, items!, 2 * maxItems) : skipValue(text, at)
    if (end < 0) return undefined
    if (isMetadata) metadata = [at, end]
    at = skipBlanks(text, end)
    if (text[at] === COMMA) at = skipBlanks(text, at + 1)
    else if (text[at] !== CLOSE_BRACE) return undefined
  }
  return text[at] === CLOSE_BRACE && items !== undefined ? { items, metadata } : undefined
}

function isText(text: Buffer, start: number, end: number, wanted: Buffer): boolean {
  return end - start === wanted.length && text.compare(wanted, 0, wanted.length, start, end) === 0
}

/** Behind the list that begins here, or -1 if it does not end; where its elements are goes to `elements`. */
function skipList(text: Buffer, start: number, elements: number[], maxLength: number): number {
  let at = skipBlanks(text, start + 1)
  while (text[at] !== CLOSE_BRACKET) {
    const end = skipValue(text, at)
    if (end < 0) return -1
    if (elements.length < maxLength) elements.push(at, end)
    at = skipBlanks(text, end)
    if (text[at] === COMMA) at = skipBlanks(text, at + 1)
    else if (text[at] !== CLOSE_BRACKET) return -1
  }
  return at + 1
}

/** Behind the value that begins here, or -1 if it does not end. */
function skipValue(text: Buffer, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const byte = text[at]!
    if (byte === QUOTE) {
      at = skipText(text, at) - 1
      if (depth === 0) return at < 0 ? -1 : at + 1
      if (at < 0) return -1
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      depth += 1
    } else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      if (depth === 0) return at > start ? at : -1
      depth -= 1
      if (depth === 0) return at + 1
    } else if (byte === COMMA && depth === 0) {
      return at > start ? at : -1
    }
  }
  return -1
}

/** Behind the text whose opening quote stands here, or -1 if it does not end. */
function skipText(text: Buffer, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const byte = text[at]
    if (byte === QUOTE) return at + 1
    if (byte === BACKSLASH) at += 1
  }
  return -1
}

function skipBlanks(text: Buffer, start: number): number {
  let at = start
  while (text[at] === 0x20 || text[at] === 0x0a || text[at] === 0x0d || text[at] === 0x09) at += 1
  return at
}

import { isUtf8 } from 'node:buffer'

/** A power of two. */
const SLOTS = 16_384
/** Longer texts are read anew each time. */
const MAX_BYTES = 64
const PLACES = 128
const FNV_PRIME = 0x0100_0193
const FNV_OFFSET = 0x811c_9dc5
const REPLACEMENT = '\ufffd'

/** Reads texts in UTF-8; those that come again and again, names of labels and most values, are not made anew. */
export class TextCache {
  readonly #texts = new Array<string>(SLOTS).fill('')
  /** What stood last at each place of a series: mostly it stands there again. */
  readonly #recent = new Array<string>(PLACES).fill('')

  /** The same for the text at a place of a series. */
  readAt(place: number, bytes: Buffer, start: number, end: number): string | undefined {
    if (place >= PLACES) return this.read(bytes, start, end)
    const recent = this.#recent[place]!
    if (isSame(recent, bytes, start, end)) return recent
    const text = this.read(bytes, start, end)
    if (text !== undefined) this.#recent[place] = text
    return text
  }

  /** The text, or undefined if it is not UTF-8. */
  read(bytes: Buffer, start: number, end: number): string | undefined {
    if (end - start > MAX_BYTES) return decode(bytes, start, end)
    let hash = FNV_OFFSET
    for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME)
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1)
    const known = this.#texts[slot]!
    if (isSame(known, bytes, start, end)) return known
    const text = decode(bytes, start, end)
    if (text !== undefined) this.#texts[slot] = text
    return text
  }
}

/** Whether a text is these bytes; never if it is not ASCII. */
function isSame(text: string, bytes: Buffer, start: number, end: number): boolean {
  const { length } = text
  if (length !== end - start) return false
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index)
    if (unit !== bytes[(start + index) | 0] || unit >= 0x80) return false
  }
  return true
}

function decode(bytes: Buffer, start: number, end: number): string | undefined {
  const text = bytes.toString('utf8', start, end)
  return text.includes(REPLACEMENT) && !isUtf8(bytes.subarray(start, end)) ? undefined : text
}

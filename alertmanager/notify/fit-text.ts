import { cutToBytes } from './cut-text.ts'

/**
 * The longest beginning of a text with which a message is within the limit of a service. How many bytes the message takes
 * with it, `sizeOf` says: in JSON a character may take six of them.
 */
export function fitText(text: string, limitBytes: number, sizeOf: (text: string) => number): string {
  if (sizeOf(text) <= limitBytes) return text
  let [fits, tooMany] = [0, Math.min(Buffer.byteLength(text), limitBytes)]
  while (tooMany - fits > 1) {
    const middle = (fits + tooMany) >> 1
    if (sizeOf(cutToBytes(text, middle)) <= limitBytes) fits = middle
    else tooMany = middle
  }
  return cutToBytes(text, fits)
}

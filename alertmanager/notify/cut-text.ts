const MARK = '…'
const MARK_BYTES = 3

/** Cuts a text to so many code points, the last of them a `…`; three and less leave no room for one. As upstream cuts. */
export function cutToRunes(text: string, limit: number): string {
  // A code point is at most two units long, so this many units are never too many.
  if (text.length <= limit) return text
  const runes = Array.from(text.slice(0, 2 * (limit + 1)))
  if (runes.length <= limit) return text
  return limit <= 3 ? runes.slice(0, limit).join('') : runes.slice(0, limit - 1).join('') + MARK
}

/** Cuts a text to so many bytes of UTF-8, a `…` of three at the end included, between two code points. */
export function cutToBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  if (limit < MARK_BYTES) return '.'.repeat(limit)
  let end = limit - MARK_BYTES
  while (isContinuation(bytes[end]!)) end--
  return bytes.toString('utf8', 0, end) + MARK
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80
}

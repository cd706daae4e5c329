/** Whether JSON nests deeper than so many levels, found out before anything is made of it. */
export function isDeeper(body: Buffer, levels: number): boolean {
  let depth = 0
  let inString = false
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]
    if (inString) {
      if (byte === 0x5c) at += 1
      else if (byte === 0x22) inString = false
    } else if (byte === 0x22) inString = true
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1
      if (depth > levels) return true
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1
  }
  return false
}

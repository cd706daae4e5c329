/**
 * A test for texts that a pattern stands for; `*` in it stands for any characters. There is no other syntax, and texts
 * are compared piece by piece: no pattern makes that slow.
 */
export function compileWildcard(pattern: string): (text: string) => boolean {
  const pieces = pattern.split('*')
  const first = pieces[0]!
  if (pieces.length === 1) return (text) => text === first
  const last = pieces.at(-1)!
  const middle = pieces.slice(1, -1)
  return (text) => {
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
    let at = first.length
    for (const piece of middle) {
      const found = text.indexOf(piece, at)
      if (found < 0) return false
      at = found + piece.length
    }
    return at <= text.length - last.length
  }
}

/** Whether some name matches both patterns; `*` stands for any characters. */
export function patternsOverlap(a: string, b: string): boolean {
  // reachable[j]: the first i characters of a and the first j of b can stand for the same text.
  let reachable = new Array<boolean>(b.length + 1).fill(false)
  reachable[0] = true
  for (let i = 0; i <= a.length; i++) {
    const next = new Array<boolean>(b.length + 1).fill(false)
    for (let j = 0; j <= b.length; j++) {
      if (!reachable[j]) continue
      if (i === a.length && j === b.length) return true
      if (a[i] === '*') {
        next[j] = true
        if (j < b.length) reachable[j + 1] = true
      }
      if (b[j] === '*') {
        reachable[j + 1] = true
        if (i < a.length) next[j] = true
      }
      if (i < a.length && j < b.length && a[i] === b[j]) next[j + 1] = true
    }
    reachable = next
  }
  return false
}

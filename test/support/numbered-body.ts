/** Text of a line whose container, number and length can be read back, so that one cut short or mixed up is found out. */
export function numberedBody(container: number, number: number, bytes: number): string {
  const head = `c${container} line ${number} of ${bytes} `
  return `${head}${'x'.repeat(Math.max(0, bytes - head.length - TAIL.length))}${TAIL}`
}

const TAIL = ' end'
const HEAD = /^c(\d+) line (\d+) of (\d+) /
const LONGEST_HEAD_BYTES = 64

/** Who wrote `bytes[start, end)` and as which of its lines; undefined if that is no whole line of anybody. */
export function parseNumberedBody(
  bytes: Buffer,
  start: number,
  end: number,
): { readonly container: number; readonly number: number } | undefined {
  const match = HEAD.exec(bytes.toString('latin1', start, Math.min(end, start + LONGEST_HEAD_BYTES)))
  if (match === null || Number(match[3]) !== end - start) return undefined
  if (bytes.toString('latin1', end - TAIL.length, end) !== TAIL) return undefined
  return { container: Number(match[1]), number: Number(match[2]) }
}

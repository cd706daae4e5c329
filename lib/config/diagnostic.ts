/** One thing that is wrong in a configuration, and where. Lines and columns count from one, in characters. */
export interface Diagnostic {
  /** A file's path, or the flag that carried the value. */
  readonly origin: string
  readonly line: number
  readonly column: number
  /** Length of the offending text on its line, for the caret. */
  readonly length: number
  readonly sourceLine: string
  readonly message: string
}

/** Of a source line longer than twice this, the part around the place is shown. */
const CONTEXT_CHARACTERS = 160

const MOST_SHOWN = 100

export type Path = readonly (string | number)[]

/** `ship.endpoints[0]`, as a person would write it. */
export function printPath(path: Path): string {
  let text = ''
  for (const key of path) text += typeof key === 'number' ? `[${key}]` : text === '' ? key : `.${key}`
  return text
}

/**
 * Prints diagnostics as
 * ```
 * agent.yaml:3:3  error  ship has no option "endpoint"; did you mean "endpoints"?
 *    3 |   endpoint: http://127.0.0.1:4318
 *      |   ^^^^^^^^
 * ```
 */
export function printDiagnostics(diagnostics: readonly Diagnostic[]): string {
  const shown = diagnostics.slice(0, MOST_SHOWN).map(printDiagnostic)
  const left = diagnostics.length - shown.length
  return [...shown, ...(left > 0 ? [`… and ${left} more`] : [])].join('\n')
}

function printDiagnostic({ origin, line, column, length, sourceLine, message }: Diagnostic): string {
  const gutter = String(line).padStart(4)
  // What stands before the place matters more than what follows, but neither may fill the screen.
  const from = Math.max(0, column - 1 - CONTEXT_CHARACTERS)
  const upTo = from + 2 * CONTEXT_CHARACTERS
  const before = from > 0 ? '…' : ''
  const after = sourceLine.length > upTo ? '…' : ''
  const shown = before + sourceLine.slice(from, upTo).replaceAll('\t', ' ') + after
  const indent = column - 1 - from
  const width = Math.max(1, Math.min(length, 2 * CONTEXT_CHARACTERS - indent))
  const caret = ' '.repeat(before.length + indent) + '^'.repeat(width)
  return `${origin}:${line}:${column}  error  ${message}\n${gutter} | ${shown}\n${' '.repeat(4)} | ${caret}`
}

/** The candidate that is most likely meant by a mistyped word, if one is near enough. */
export function suggest(word: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined
  let bestDistance = Math.max(1, Math.floor(word.length / 3)) + 1
  for (const candidate of candidates) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best ?? candidates.find((candidate) => word.length >= 3 && candidate.startsWith(word))
}

/** Edits that turn a into b; a swap of neighbours counts as one (Damerau, restricted). */
function editDistance(a: string, b: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const current = [i]
    for (let j = 1; j <= b.length; j++) {
      const substitution = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      let cost = Math.min(previous[j]! + 1, current[j - 1]! + 1, substitution)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        cost = Math.min(cost, beforePrevious[j - 2]! + 1)
      current.push(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[b.length]!
}

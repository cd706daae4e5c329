const MAX_ALTERNATIVES = 1_000

/**
 * Writes out the alternatives of a pattern: `/a/{b,c{d,e}}` is `/a/b`, `/a/cd` and `/a/ce`. Braces without a comma stand
 * for themselves.
 *
 * @returns the patterns, or what is wrong
 */
export function expandBraces(pattern: string): readonly string[] | string {
  const done: string[] = []
  let open = [pattern]
  while (open.length > 0) {
    const next: string[] = []
    for (const text of open) {
      const group = innermost(text)
      if (group === undefined) done.push(text)
      else for (const choice of group.choices) next.push(text.slice(0, group.start) + choice + text.slice(group.end))
    }
    if (done.length + next.length > MAX_ALTERNATIVES) return `stands for more than ${MAX_ALTERNATIVES} patterns`
    open = next
  }
  return [...new Set(done)]
}

interface Group {
  readonly start: number
  /** Behind the brace that closes it. */
  readonly end: number
  readonly choices: readonly string[]
}

/** The first group of choices that has no other in it. */
function innermost(text: string): Group | undefined {
  let start = -1
  let commas: number[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '\\') at += 1
    else if (character === '{') {
      start = at
      commas = []
    } else if (character === ',' && start >= 0) commas.push(at)
    else if (character === '}' && start >= 0) {
      if (commas.length > 0) {
        const bounds = [start, ...commas, at]
        const choices = bounds.slice(1).map((bound, index) => text.slice(bounds[index]! + 1, bound))
        return { start, end: at + 1, choices }
      }
      start = -1
    }
  }
  return undefined
}

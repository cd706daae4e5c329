/** Behind a backslash these stand for themselves. */
const PUNCTUATION = /[!-/:-@[-`{-~]/
/** Shorter ones stand in too many texts to be worth a search. */
const SHORTEST = 2

/**
 * A text that stands in whatever an RE2 pattern matches, as long a one as is easily found: undefined for patterns that
 * ignore case, have alternatives, or anything else that is not plain.
 */
export function requiredLiteral(pattern: string): string | undefined {
  const characters = [...pattern]
  let longest = ''
  let run: string[] = []
  const endRun = () => {
    if (run.length > longest.length) longest = run.join('')
    run = []
  }
  for (let at = 0; at < characters.length; at++) {
    const character = characters[at]!
    switch (character) {
      case '|':
        return undefined
      case '(': {
        // Flags may change what everything behind them means.
        if (characters[at + 1] === '?' && !/[:P<]/.test(characters[at + 2] ?? '')) return undefined
        const close = endOfGroup(characters, at)
        if (close < 0) return undefined
        endRun()
        at = close
        break
      }
      case '[': {
        const close = endOfClass(characters, at)
        if (close < 0) return undefined
        endRun()
        at = close
        break
      }
      case '*':
      case '?':
      case '{':
        run.pop()
        endRun()
        if (character === '{') at = Math.max(at, characters.indexOf('}', at))
        break
      case '+':
      case '.':
      case '^':
      case '$':
        endRun()
        break
      case '\\': {
        const next = characters[++at] ?? ''
        if (PUNCTUATION.test(next)) run.push(next)
        else if (/[dwsDWSbBAz]/.test(next)) endRun()
        else return undefined
        break
      }
      default:
        run.push(character)
    }
  }
  endRun()
  return longest.length >= SHORTEST ? longest : undefined
}

function endOfGroup(characters: readonly string[], open: number): number {
  let depth = 0
  for (let at = open; at < characters.length; at++) {
    const character = characters[at]
    if (character === '\\') {
      // In \Q…\E nothing means what it means elsewhere.
      if (characters[at + 1] === 'Q') return -1
      at += 1
    } else if (character === '[') {
      at = endOfClass(characters, at)
      if (at < 0) return -1
    } else if (character === '(') depth += 1
    else if (character === ')' && --depth === 0) return at
  }
  return -1
}

function endOfClass(characters: readonly string[], open: number): number {
  let at = open + 1
  if (characters[at] === '^') at += 1
  // A bracket that comes first is one of the class.
  if (characters[at] === ']') at += 1
  for (; at < characters.length; at++) {
    const character = characters[at]
    if (character === '\\') at += 1
    else if (character === '[' && characters[at + 1] === ':') at = endOfClassName(characters, at)
    else if (character === ']') return at
  }
  return -1
}

/** Of `[:alpha:]` within a class; without an end it is a bracket as any other. */
function endOfClassName(characters: readonly string[], open: number): number {
  for (let at = open + 2; at + 1 < characters.length; at++) {
    if (characters[at] === ':' && characters[at + 1] === ']') return at + 1
  }
  return open
}

/** Longer ones are left to the real parser: the patterns below take stack for each character. */
const MAX_LENGTH = 1_048_576

const SPACE = '[ \\t\\n\\r]*'
const TEXT = '"(?:[^"\\\\\\x00-\\x1f]|\\\\.)*"'
const BEGIN = new RegExp(`${SPACE}\\{${SPACE}`, 'y')
const END = new RegExp(`${SPACE}\\}${SPACE}$`, 'y')
const COMMA = new RegExp(`${SPACE},${SPACE}`, 'y')
const MEMBER = new RegExp(`(${TEXT})${SPACE}:${SPACE}(${TEXT})`, 'y')

/**
 * Reads a JSON object whose values are all texts; undefined if it is anything else. Member by member, because V8's own
 * parser mistakes some names with escapes for others of the same object (measured with V8 14: `"\""` beside `"\\\""`
 * was read as a backslash).
 */
export function readFlatMapping(json: string): readonly (readonly [name: string, value: string])[] | undefined {
  if (json.length > MAX_LENGTH) return undefined
  const members: (readonly [string, string])[] = []
  let at = 0
  const pass = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at
    const match = pattern.exec(json)
    if (match !== null) at = pattern.lastIndex
    return match
  }
  if (pass(BEGIN) === null) return undefined
  if (pass(END) !== null) return members
  do {
    const match = pass(MEMBER)
    const name = readLiteral(match?.[1])
    const value = readLiteral(match?.[2])
    if (name === undefined || value === undefined) return undefined
    members.push([name, value])
  } while (pass(COMMA) !== null)
  return pass(END) === null ? undefined : members
}

/** The text that a JSON literal stands for; undefined if it is none that is well-formed. */
function readLiteral(literal: string | undefined): string | undefined {
  if (literal === undefined) return undefined
  if (!literal.includes('\\')) return literal.slice(1, -1)
  try {
    const text: unknown = JSON.parse(literal)
    return typeof text === 'string' && text.isWellFormed() ? text : undefined
  } catch {
    return undefined
  }
}

import { existsSync, readdirSync } from 'node:fs'
import { isAbsolute, join, parse, sep } from 'node:path'
import { CodedError } from '#lib/errors.ts'

const SPECIAL = /[*?[\\]/

/**
 * The files that a pattern matches, in the order of their names, as Go's filepath.Glob finds them: `*` and `?` match
 * anything but a slash, `[a-z]` and `[^a-z]` one character, a backslash takes the meaning from the next one. Directories
 * that cannot be read match nothing.
 *
 * @throws CodedError CONFIG_INVALID where the pattern is malformed
 */
export function findFiles(directory: string, pattern: string): string[] {
  const whole = isAbsolute(pattern) ? pattern : join(literally(directory), pattern)
  const { root } = parse(whole)
  const segments = whole.slice(root.length).split(sep).filter(Boolean)
  const matchers = segments.map((segment) => (SPECIAL.test(segment) ? compile(segment, pattern) : segment))
  return matchers.reduce<string[]>(
    (found, matcher) => found.flatMap((parent) => entriesOf(parent, matcher)),
    [root === '' ? '.' : root],
  )
}

function entriesOf(parent: string, matcher: string | RegExp): string[] {
  if (typeof matcher === 'string') {
    const path = join(parent, matcher)
    return existsSync(path) ? [path] : []
  }
  try {
    const names = readdirSync(parent).filter((name) => matcher.test(name))
    return names.sort().map((name) => join(parent, name))
  } catch {
    return []
  }
}

function literally(directory: string): string {
  return directory.replace(/[*?[\\]/g, '\\$&')
}

const TOKEN = /\\(.)|(\*)|(\?)|\[(\^?)((?:\\.|[^\\\]])+)\]|([^\\*?[])/suy

/** One name of a path. */
function compile(segment: string, pattern: string): RegExp {
  let source = ''
  for (TOKEN.lastIndex = 0; TOKEN.lastIndex < segment.length; ) {
    const match = TOKEN.exec(segment)
    if (match === null) throw malformed(pattern)
    const [, escaped, star, mark, negation = '', ranges, plain] = match
    if (star !== undefined) source += '[^/]*'
    else if (mark !== undefined) source += '[^/]'
    else if (ranges !== undefined) source += classOf(negation, ranges, pattern)
    else source += RegExp.escape(escaped ?? plain!)
  }
  return new RegExp(`^${source}$`, 'su')
}

const RANGE = /\\?(.)(?:-\\?(.))?/gsu

function classOf(negation: string, ranges: string, pattern: string): string {
  const parts = Array.from(ranges.matchAll(RANGE), ([, from = '', to = from]) => {
    if (from > to) throw malformed(pattern)
    return `${RegExp.escape(from)}-${RegExp.escape(to)}`
  })
  return `[${negation}${parts.join('')}]`
}

function malformed(pattern: string): CodedError {
  return new CodedError('CONFIG_INVALID', [`templates: ${pattern}: syntax error in pattern`])
}

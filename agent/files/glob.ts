import { isAbsolute, resolve } from 'node:path'
import { RE2JS } from 're2js'
import { messageOf } from '#lib/errors.ts'
import { expandBraces } from './braces.ts'

/** Any number of directories, none included. */
export const ANY_DEPTH = '**'

/** What one name of a path has to be. */
type Segment = typeof ANY_DEPTH | NamePattern

interface NamePattern {
  matches(name: string): boolean
}

/** A pattern of paths, without alternatives in braces. */
export interface Glob {
  /** The directory below which everything is that it matches: as far as there is no pattern in it. */
  readonly root: string
  /** Of the path below the root, at least one; the last one is never {@link ANY_DEPTH}. */
  readonly segments: readonly Segment[]
}

export type GlobResult =
  | { readonly ok: true; readonly globs: readonly Glob[] }
  | { readonly ok: false; readonly problem: string }

const MAX_PATTERN_CHARS = 4096
/** Braces are written out before. */
const MAGIC = /[*?[\\]/

/**
 * Reads a pattern as a shell does: `*` is any text and `?` any character of a name, `[a-z]` one of these, `[!a-z]` none
 * of these, `**` any number of directories, `{a,b}` one or the other, `\` takes the next character as it is. A name that
 * begins with a dot is matched only by a pattern that does. A relative path is one below `workingDirectory`.
 */
export function parseGlob(pattern: string, workingDirectory: string): GlobResult {
  if (pattern.length > MAX_PATTERN_CHARS) return { ok: false, problem: `has more than ${MAX_PATTERN_CHARS} characters` }
  if (pattern.endsWith('/'))
    return { ok: false, problem: 'names a directory; files are meant, for instance with /* behind' }
  const alternatives = expandBraces(pattern)
  if (typeof alternatives === 'string') return { ok: false, problem: alternatives }
  const globs: Glob[] = []
  for (const alternative of alternatives) {
    const glob = parsePlainGlob(alternative, workingDirectory)
    if (typeof glob === 'string') return { ok: false, problem: glob }
    globs.push(glob)
  }
  return { ok: true, globs }
}

/** Whether a path is one that a glob matches. */
export function matchesGlob(path: string, { root, segments }: Glob): boolean {
  const below = root === '/' ? path : path.startsWith(`${root}/`) ? path.slice(root.length) : ''
  if (below === '') return false
  return matchSegments(below.slice(1).split('/'), 0, segments, 0)
}

/** A pattern of one name. Throws the error of RE2 for one that cannot be. */
function createNamePattern(pattern: string): NamePattern {
  if (!MAGIC.test(pattern)) return { matches: (name) => name === pattern }
  const compiled = RE2JS.compile(`^${translate(pattern)}$`, RE2JS.DOTALL)
  const takesHidden = pattern.startsWith('.') || pattern.startsWith('\\.')
  return { matches: (name) => (takesHidden || !name.startsWith('.')) && compiled.test(name) }
}

function parsePlainGlob(pattern: string, workingDirectory: string): Glob | string {
  if (pattern === '' || pattern.includes('\0')) return 'is no path'
  const names = pattern.split('/').filter((name) => name !== '' && name !== '.')
  const magic = names.findIndex((name) => MAGIC.test(name.replaceAll(/\\./g, '')))
  // The last name is a pattern, if only of one name.
  const rootNames = names.slice(0, Math.min(magic < 0 ? names.length : magic, names.length - 1))
  const rest = names.slice(rootNames.length)
  if (rest.includes('..')) return 'must not have .. behind or among what is a pattern'
  if (rest.at(-1) === ANY_DEPTH) rest.push('*')
  if (rest.length === 0) return 'names no file'
  try {
    const segments = rest.map((name): Segment => (name === ANY_DEPTH ? ANY_DEPTH : createNamePattern(name)))
    const literal = rootNames.map((name) => name.replaceAll(/\\(.)/g, '$1')).join('/')
    return { root: resolve(isAbsolute(pattern) ? '/' : workingDirectory, literal), segments }
  } catch (error) {
    return `is no pattern: ${messageOf(error)}`
  }
}

/** Globs are short and paths a few names deep, so going back where `**` took too few does not cost much. */
function matchSegments(names: readonly string[], at: number, segments: readonly Segment[], want: number): boolean {
  if (want === segments.length) return at === names.length
  const segment = segments[want]!
  if (segment !== ANY_DEPTH) {
    return at < names.length && segment.matches(names[at]!) && matchSegments(names, at + 1, segments, want + 1)
  }
  for (let next = at; next < names.length; next++) {
    if (matchSegments(names, next, segments, want + 1)) return true
    if (names[next]!.startsWith('.')) return false
  }
  return false
}

/** A name's pattern as a regular expression. A bracket that is not closed, or a backslash at the end, stands for itself. */
function translate(pattern: string): string {
  let result = ''
  for (let at = 0; at < pattern.length; at++) {
    const character = pattern[at]!
    const close = character === '[' ? closingBracket(pattern, at) : -1
    if (close > 0) {
      result += characterClass(pattern.slice(at + 1, close))
      at = close
    } else if (character === '\\' && at + 1 < pattern.length) {
      at += 1
      result += RE2JS.quote(pattern[at]!)
    } else {
      result += character === '*' ? '.*' : character === '?' ? '.' : RE2JS.quote(character)
    }
  }
  return result
}

/** A bracket that stands first is one of the characters. */
function closingBracket(pattern: string, open: number): number {
  const first = open + (/[!^]/.test(pattern[open + 1] ?? '') ? 2 : 1)
  return pattern.indexOf(']', first + 1)
}

function characterClass(content: string): string {
  const isNegated = content.startsWith('!') || content.startsWith('^')
  const members = content.slice(isNegated ? 1 : 0).replaceAll(/[\\[\]^&~]/g, '\\$&')
  return `[${isNegated ? '^' : ''}${members}]`
}

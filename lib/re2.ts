import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'
import { patternSize } from './pattern-size.ts'
import { boundPatternCaches } from './re2-caches.ts'

/** Largest program, in about instructions; one of that size takes some seconds to compile, and 400 MiB. */
const MAX_SIZE = 1_000_000

/**
 * Compiles a user's pattern, in RE2's syntax: matching takes time in proportion to the text, whatever the pattern. The
 * library is loaded with the first pattern, because it keeps 3 MiB resident and most configurations have none.
 *
 * @throws the library's error, whose message says what is wrong with the pattern; or one of the same kind for a pattern
 * that is too large, by {@link patternSize}
 */
export function compileRe2(pattern: string, maxSize: number = MAX_SIZE): RE2JS {
  if (pattern.length > maxSize || patternSize(pattern) > maxSize) throw new Error(TOO_LARGE)
  library ??= load()
  return library.compile(pattern)
}

let library: typeof RE2JS | undefined

function load(): typeof RE2JS {
  const { RE2JS: loaded } = createRequire(import.meta.url)('re2js') as typeof import('re2js')
  boundPatternCaches(loaded.compile(''))
  return loaded
}

/** As Go says it. */
export const TOO_LARGE = 'error parsing regexp: expression too large'

import { createRequire } from 'node:module'
import type { RE2JS } from 're2js'

/**
 * Compiles a user's pattern, in RE2's syntax: matching takes time in proportion to the text, whatever the pattern. The
 * library is loaded with the first pattern, because it keeps 3 MiB resident and most configurations have none.
 *
 * @throws the library's error, whose message says what is wrong with the pattern
 */
export function compileRe2(pattern: string): RE2JS {
  const { RE2JS } = createRequire(import.meta.url)('re2js') as typeof import('re2js')
  return RE2JS.compile(pattern)
}

import type { FilesConfig } from './config.ts'
import { type Glob, parseGlob } from './glob.ts'

/** Which files an entry of `files`, which was checked, is about. */
export function sourceGlobs(
  { paths, exclude }: Pick<FilesConfig[number], 'paths' | 'exclude'>,
  workingDirectory: string,
): { readonly globs: readonly Glob[]; readonly exclude: readonly Glob[] } {
  return { globs: globsOf(paths, workingDirectory), exclude: globsOf(exclude.map(anywhere), workingDirectory) }
}

/** A pattern without a directory is one of names, wherever they are; one that begins with `**` of any path. */
function anywhere(pattern: string): string {
  if (!pattern.includes('/')) return `/**/${pattern}`
  return pattern.startsWith('**/') ? `/${pattern}` : pattern
}

function globsOf(patterns: readonly string[], workingDirectory: string): readonly Glob[] {
  return patterns.flatMap((pattern) => {
    const result = parseGlob(pattern, workingDirectory)
    return result.ok ? result.globs : []
  })
}

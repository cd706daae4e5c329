import type { LogTraits } from '../tail/container-log.ts'
import { type Glob, matchesGlob } from './glob.ts'

/** One entry of `files`: which files are read, and how. */
export interface FileSource {
  readonly globs: readonly Glob[]
  readonly exclude: readonly Glob[]
  /** Whether lines state no time: then files are told apart by more than their first record. */
  readonly isUndated: boolean
  /** Whether what is in a file at the very first start is left out. */
  readonly startsAtEnd: boolean
  /** Files that were not changed for so long when they are seen first are left out; undefined for none. */
  readonly ignoreOlderMs: number | undefined
  /** What the log of a file of this path has. */
  traitsOf(path: string): LogTraits
}

const COMPRESSED = /\.(?:gz|bz2|xz|zst|lz4|zip|Z|tmp)$/

/** Whether a source that wants a path by one of its globs reads it. Compressed files hold what plain ones held before. */
export function takesPath({ exclude }: Pick<FileSource, 'exclude'>, path: string): boolean {
  return !COMPRESSED.test(path) && !exclude.some((glob) => matchesGlob(path, glob))
}

/** Whether a path is one that the source is about, whether there is such a file or not. */
export function isAboutPath(source: FileSource, path: string): boolean {
  return source.globs.some((glob) => matchesGlob(path, glob)) && takesPath(source, path)
}

import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '#lib/errors.ts'
import { parseLogFile } from './paths.ts'

/** A log file as a listing saw it. */
export interface LogFileEntry {
  readonly name: string
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly sizeBytes: number
  readonly modifiedAtMs: number
  readonly compressed: boolean
}

/** The names of the directories in a directory; none if it does not exist. */
export function listDirectories(directory: string): readonly string[] {
  return readDirectory(directory)
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => name)
}

/** A directory in which more than this goes on is taken as it was seen last. */
const MAX_LOOKS = 4

/**
 * The log files of a container's directory, by the restart count of the run that wrote them. One that cannot be
 * looked at, such as a link to itself, is passed to `onUnreadable` and does not hide the others.
 *
 * A rotation in the midst of it would leave the file out that was just renamed, and its successor would be read in its
 * place. So it is repeated until no name has come or gone meanwhile.
 */
export function listLogFiles(
  directory: string,
  onUnreadable: (path: string, error: unknown) => void,
): ReadonlyMap<number, readonly LogFileEntry[]> {
  let names = logFileNames(directory)
  for (let look = 1; ; look++) {
    const unreadable = new Map<string, unknown>()
    const runs = statLogFiles(directory, names, (path, error) => unreadable.set(path, error))
    const now = logFileNames(directory)
    if (look === MAX_LOOKS || isSame(names, now)) {
      for (const [path, error] of unreadable) onUnreadable(path, error)
      return runs
    }
    names = now
  }
}

function logFileNames(directory: string): ReadonlySet<string> {
  const names = readDirectory(directory).map(({ name }) => name)
  return new Set(names.filter((name) => parseLogFile(name) !== undefined))
}

function isSame(before: ReadonlySet<string>, after: ReadonlySet<string>): boolean {
  return before.size === after.size && before.isSubsetOf(after)
}

function statLogFiles(
  directory: string,
  names: Iterable<string>,
  onUnreadable: (path: string, error: unknown) => void,
): ReadonlyMap<number, readonly LogFileEntry[]> {
  const runs = new Map<number, LogFileEntry[]>()
  for (const name of names) {
    const { restartCount, compressed } = parseLogFile(name)!
    const path = join(directory, name)
    // A link whose target (Docker's own file) is gone is normal.
    const stats = tryStat(path, onUnreadable)
    if (stats === undefined || !stats.isFile()) continue
    const entry = {
      name,
      path,
      device: stats.dev,
      inode: stats.ino,
      sizeBytes: stats.size,
      modifiedAtMs: stats.mtimeMs,
      compressed,
    }
    const run = runs.get(restartCount)
    if (run === undefined) runs.set(restartCount, [entry])
    else run.push(entry)
  }
  return runs
}

function tryStat(path: string, onUnreadable: (path: string, error: unknown) => void): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    onUnreadable(path, error)
    return undefined
  }
}

function readDirectory(directory: string): Dirent[] {
  try {
    return readdirSync(directory, { withFileTypes: true })
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return []
    throw error
  }
}

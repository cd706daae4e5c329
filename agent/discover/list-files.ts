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

/**
 * The log files of a container's directory, by the restart count of the run that wrote them. One that cannot be
 * looked at, such as a link to itself, is passed to `onUnreadable` and does not hide the others.
 */
export function listLogFiles(
  directory: string,
  onUnreadable: (path: string, error: unknown) => void,
): ReadonlyMap<number, readonly LogFileEntry[]> {
  const runs = new Map<number, LogFileEntry[]>()
  for (const { name } of readDirectory(directory)) {
    const file = parseLogFile(name)
    if (file === undefined) continue
    const path = join(directory, name)
    // A rotation between the listing and here is normal. So is a link whose target (Docker's own file) is gone.
    const stats = tryStat(path, onUnreadable)
    if (stats === undefined || !stats.isFile()) continue
    const entry = {
      name,
      path,
      device: stats.dev,
      inode: stats.ino,
      sizeBytes: stats.size,
      modifiedAtMs: stats.mtimeMs,
      compressed: file.compressed,
    }
    const run = runs.get(file.restartCount)
    if (run === undefined) runs.set(file.restartCount, [entry])
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

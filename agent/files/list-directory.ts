import { type Dirent, readdirSync, type Stats, statSync } from 'node:fs'
import { join } from 'node:path'
import { systemErrorCode } from '#lib/errors.ts'
import type { LogFileEntry } from '../discover/list-files.ts'
import { sourcesOf, type Wanted, wantedBelow } from './glob-walk.ts'
import { type FileSource, takesPath } from './source.ts'

/** A file that a glob matches. */
export interface FoundFile extends LogFileEntry {
  readonly source: FileSource
}

export interface FoundDirectory {
  readonly path: string
  /** Device and inode, by which a link that leads back is known. */
  readonly identity: string
  readonly wanted: readonly Wanted<FileSource>[]
}

export interface Listing {
  readonly files: readonly FoundFile[]
  readonly directories: readonly FoundDirectory[]
}

/**
 * What of a directory is wanted.
 *
 * @param onUnreadable called for an entry that cannot be looked at; the others are found all the same
 * @returns undefined if there is no such directory. Throws the system's error if it can't be listed
 */
export function listWanted(
  directory: string,
  wanted: readonly Wanted<FileSource>[],
  onUnreadable: (path: string, error: unknown) => void,
): Listing | undefined {
  const entries = readEntries(directory)
  if (entries === undefined) return undefined
  const files: FoundFile[] = []
  const directories: FoundDirectory[] = []
  for (const entry of entries) {
    const path = join(directory, entry.name)
    const source = entry.isDirectory() ? undefined : sourcesOf(wanted, entry.name).find((one) => takesPath(one, path))
    const below = entry.isFile() ? [] : wantedBelow(wanted, entry.name)
    if (source === undefined && below.length === 0) continue
    const stats = tryStat(path, onUnreadable)
    if (stats?.isFile() && source !== undefined) files.push({ ...entryOf(entry.name, path, stats), source })
    if (stats?.isDirectory() && below.length > 0)
      directories.push({ path, identity: `${stats.dev}:${stats.ino}`, wanted: below })
  }
  return { files, directories }
}

/** All plain files of a directory, whatever their names. */
export function listSiblings(directory: string): readonly LogFileEntry[] {
  return (readEntries(directory) ?? []).flatMap((entry) => {
    if (entry.isDirectory()) return []
    const path = join(directory, entry.name)
    const stats = tryStat(path, () => {})
    return stats?.isFile() ? [entryOf(entry.name, path, stats)] : []
  })
}

/** Device and inode of a directory; undefined if there is none. */
export function directoryIdentity(path: string): string | undefined {
  const stats = tryStat(path, () => {})
  return stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : undefined
}

function entryOf(name: string, path: string, stats: Stats): LogFileEntry {
  const { dev: device, ino: inode, size: sizeBytes, mtimeMs: modifiedAtMs } = stats
  return { name, path, device, inode, sizeBytes, modifiedAtMs, compressed: false }
}

function tryStat(path: string, onUnreadable: (path: string, error: unknown) => void): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    // A directory on the way that was removed, or is none any more.
    if (systemErrorCode(error) !== 'ENOTDIR') onUnreadable(path, error)
    return undefined
  }
}

function readEntries(directory: string): Dirent[] | undefined {
  try {
    return readdirSync(directory, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))
  } catch (error) {
    const code = systemErrorCode(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

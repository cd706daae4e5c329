import { lstatSync, readdirSync, readlinkSync, realpathSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { systemErrorCode } from '#lib/errors.ts'
import type { LogFileEntry } from './list-files.ts'
import type { Runs } from './listener.ts'
import { parseLogFile } from './paths.ts'

/** A link to a file that does not exist. */
export interface BrokenLink {
  readonly path: string
  readonly target: string
  /** Whether nothing of the place can be seen from here, as against a file that is not there (any more). */
  readonly isElsewhere: boolean
}

/**
 * Follows links to log files. Docker writes to `/var/lib/docker/containers/<id>/<id>-json.log`, of which the kubelet's
 * directory has nothing but a link, and renames it to `-json.log.1` in its own: that file, too, is one of the run.
 *
 * @returns the runs with the files that stand beside those that are linked, and the directories where these are
 */
export function followLinks(runs: Runs): { readonly runs: Runs; readonly directories: ReadonlySet<string> } {
  const directories = new Set<string>()
  const followed = new Map(runs)
  for (const [restartCount, entries] of runs) {
    for (const entry of entries) {
      const target = tryFind(() => (lstatSync(entry.path).isSymbolicLink() ? realpathSync(entry.path) : undefined))
      if (target === undefined) continue
      directories.add(dirname(target))
      followed.set(restartCount, [...followed.get(restartCount)!, ...rotatedBeside(target, entry)])
    }
  }
  return { runs: followed, directories }
}

/** Where a link to a log file leads nowhere, the one of the latest run. */
export function findBrokenLink(directory: string): BrokenLink | undefined {
  const links = (tryFind(() => readdirSync(directory, { withFileTypes: true })) ?? [])
    .filter((entry) => entry.isSymbolicLink() && parseLogFile(entry.name) !== undefined)
    .map(({ name }) => join(directory, name))
    .sort()
  for (const path of links.toReversed()) {
    const target = tryFind(() => resolve(directory, readlinkSync(path)))
    // Docker deletes a container's directory before the kubelet deletes the link; the one above stays.
    if (target !== undefined && isMissing(path))
      return { path, target, isElsewhere: isMissing(dirname(dirname(target))) }
  }
  return undefined
}

/** What was rotated of the file that a link leads to, as if it stood beside the link. */
function rotatedBeside(target: string, { name }: LogFileEntry): readonly LogFileEntry[] {
  const directory = dirname(target)
  const start = `${basename(target)}.`
  const entries: LogFileEntry[] = []
  for (const sibling of tryFind(() => readdirSync(directory)) ?? []) {
    if (!sibling.startsWith(start) || !/^\d{1,9}(?:\.gz)?$/.test(sibling.slice(start.length))) continue
    const path = join(directory, sibling)
    const stats = tryFind(() => statSync(path))
    if (stats === undefined || !stats.isFile()) continue
    entries.push({
      ...{ name: `${name}.${sibling.slice(start.length)}`, path },
      ...{ device: stats.dev, inode: stats.ino, sizeBytes: stats.size, modifiedAtMs: stats.mtimeMs },
      compressed: sibling.endsWith('.gz'),
    })
  }
  return entries
}

function isMissing(path: string): boolean {
  try {
    statSync(path)
    return false
  } catch (error) {
    return systemErrorCode(error) === 'ENOENT'
  }
}

/** What comes and goes between two calls is normal. */
function tryFind<T>(find: () => T): T | undefined {
  try {
    return find()
  } catch {
    return undefined
  }
}

import type { LogFileEntry } from '../discover/list-files.ts'
import type { Checkpoints } from '../tail/checkpoints.ts'
import type { ContainerLog } from '../tail/container-log.ts'
import { isSameFile } from '../tail/undated.ts'
import { lookAt } from './candidate.ts'
import type { DirectoryView } from './directory-view.ts'
import { placeOf } from './keys.ts'
import type { FoundFile } from './list-directory.ts'
import { isCopy, isUndated, type UndatedFileCheckpoint } from './recognizer.ts'

export interface LostFilesOptions {
  readonly checkpoints: Pick<Checkpoints, 'of'>
  readonly logs: ReadonlyMap<string, ContainerLog>
}

/**
 * Finds the files again of which there is a checkpoint and that are not open: under another name, because they were
 * rotated while nobody looked, or as a copy, because they were truncated.
 */
export class LostFiles {
  readonly #options: LostFilesOptions
  /** Of the checkpoints that there were at the start. */
  readonly #byInode = new Map<number, UndatedFileCheckpoint[]>()

  constructor(options: LostFilesOptions) {
    this.#options = options
  }

  restore(keys: readonly string[]): void {
    for (const checkpoint of keys.flatMap((key) => this.#options.checkpoints.of(key)).filter(isUndated)) {
      const { inode } = checkpoint.undated
      this.#byInode.set(inode, [...(this.#byInode.get(inode) ?? []), checkpoint])
    }
  }

  hasSome(key: string): boolean {
    return this.#lostOf(key).length > 0
  }

  /** The key of the log that a file belonged to in an earlier run. */
  ownerOf(file: FoundFile): string | undefined {
    const known = this.#byInode.get(file.inode)
    if (known === undefined) return undefined
    const found = lookAt(file.path, (candidate) => known.find(({ undated }) => isSameFile(candidate, undated)))
    return found?.instance
  }

  /** Whether a file that a log is done with is what it was, or that with more at its end. */
  isStill(log: ContainerLog, file: LogFileEntry): boolean {
    const finished = log.finished.get(file.inode)
    if (finished === undefined) return false
    if (finished.sizeBytes === file.sizeBytes && finished.modifiedAtMs === file.modifiedAtMs) return true
    const checkpoint = this.#options.checkpoints.of(log.key).find(({ key }) => key === finished.key)
    if (checkpoint === undefined) return false
    // Where the first record tells a file, the opener knows it by that.
    return (
      !isUndated(checkpoint) || lookAt(file.path, (candidate) => isSameFile(candidate, checkpoint.undated)) === true
    )
  }

  /**
   * Finds out what the open files of a log are called now that are not among those that globs match.
   *
   * @returns whether there are any
   */
  rename(log: ContainerLog, view: DirectoryView): boolean {
    const renamed = log.files.filter((file) => !view.matches(file))
    for (const file of renamed) {
      const entry = view.others.find((other) => placeOf(other) === placeOf(file))
      // Deleted, or moved elsewhere: another file may have its name at any time.
      if (entry !== undefined) file.name = entry.name
      else if (file.name === log.liveName && file.stat().linked) file.name = `${file.name} (moved)`
    }
    return renamed.length > 0
  }

  /**
   * What of a log's directory belongs to the log and is not open.
   *
   * @param unclaimed files that globs match and that belong to no log
   */
  find(log: ContainerLog, unclaimed: readonly FoundFile[], view: DirectoryView): readonly LogFileEntry[] {
    const found = this.#closed(log, view)
    const lost = this.#lostOf(log.key)
    if (lost.length === 0) return found
    const others = [...unclaimed, ...view.others]
    for (const { undated } of lost) {
      const isIt = ({ inode, path }: LogFileEntry) =>
        inode === undated.inode && lookAt(path, (file) => isSameFile(file, undated)) === true
      const isCopied = ({ name, path }: LogFileEntry) =>
        lookAt(path, (file) => isCopy(name, file, undated, log.liveName)) === true
      const entry = others.find(isIt) ?? others.find(isCopied)
      if (entry !== undefined) found.push(entry)
    }
    return found
  }

  /** Files that a log was done with, that were renamed, and that somebody wrote to since. */
  #closed(log: ContainerLog, view: DirectoryView): LogFileEntry[] {
    const renamed = [...log.finished.keys()].filter((inode) => !view.matchesInode(inode))
    if (renamed.length === 0) return []
    return view.others.filter((entry) => {
      const finished = log.finished.get(entry.inode)
      if (finished === undefined || !renamed.includes(entry.inode)) return false
      const isChanged = finished.sizeBytes !== entry.sizeBytes || finished.modifiedAtMs !== entry.modifiedAtMs
      return isChanged && this.isStill(log, entry)
    })
  }

  /** Checkpoints of a log for which no file is open or done with. */
  #lostOf(key: string): readonly UndatedFileCheckpoint[] {
    const log = this.#options.logs.get(key)
    const known = new Set(log?.files.map(({ identity }) => identity?.key.toString('latin1')))
    for (const finished of log?.finished.values() ?? []) known.add(finished.key)
    return this.#options.checkpoints
      .of(key)
      .filter(isUndated)
      .filter((checkpoint) => !known.has(checkpoint.key))
  }
}

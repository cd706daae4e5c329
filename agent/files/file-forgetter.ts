import { dirname } from 'node:path'
import type { LogFileEntry } from '../discover/list-files.ts'
import type { Checkpoints } from '../tail/checkpoints.ts'
import type { ContainerLog } from '../tail/container-log.ts'
import type { Ledger } from '../tail/ledger.ts'
import { pathOf } from './keys.ts'
import { listSiblings } from './list-directory.ts'

export interface FileForgetterOptions {
  readonly checkpoints: Pick<Checkpoints, 'of' | 'instances'>
  readonly ledger: Pick<Ledger, 'finished'>
  readonly logs: ReadonlyMap<string, ContainerLog>
  /** Called with a log of which something was forgotten. */
  readonly look: (log: ContainerLog) => void
}

/**
 * Forgets files that do not exist any more. A rename may come between the listing of one directory and of another, so a
 * file is only gone if it was missing twice.
 */
export class FileForgetter {
  readonly #options: FileForgetterOptions
  #seen = new Set<number>()
  #missing: ReadonlySet<string> = new Set()

  constructor(options: FileForgetterOptions) {
    this.#options = options
  }

  /** Files exist. */
  noteSeen(files: readonly LogFileEntry[]): void {
    for (const { inode } of files) this.#seen.add(inode)
  }

  /** Forgets what was not seen in these directories, now and the last time. */
  forget(directories: ReadonlySet<string>): void {
    const { checkpoints, ledger, logs, look } = this.#options
    const missing = new Set<string>()
    const siblings = new Map<string, ReadonlySet<number>>()
    const exists = (directory: string, inode: number) => {
      if (this.#seen.has(inode)) return true
      if (!siblings.has(directory))
        siblings.set(directory, new Set(listSiblings(directory).map((entry) => entry.inode)))
      return siblings.get(directory)!.has(inode)
    }
    for (const instance of checkpoints.instances()) {
      const directory = dirname(pathOf(instance) ?? '')
      if (!directories.has(directory)) continue
      const log = logs.get(instance)
      const open = new Set(log?.files.map(({ identity }) => identity?.key.toString('latin1')))
      const done = new Map([...(log?.finished ?? [])].map(([inode, { key }]) => [key, inode]))
      for (const { key, undated } of checkpoints.of(instance)) {
        const inode = undated?.inode ?? done.get(key)
        if (open.has(key) || (inode !== undefined && exists(directory, inode))) continue
        const id = `${instance}\0${key}`
        missing.add(id)
        if (!this.#missing.has(id)) continue
        ledger.finished(instance, key)
        log?.finished.delete(inode ?? 0)
        log?.vanished.delete(key)
      }
    }
    for (const log of logs.values()) {
      if (!directories.has(log.directory) || pathOf(log.key) === undefined) continue
      for (const [inode, { key }] of log.finished) {
        if (key === '' && !exists(log.directory, inode)) log.finished.delete(inode)
      }
      const remembered = new Set(checkpoints.of(log.key).map(({ key }) => key))
      for (const key of log.vanished) if (log.hasKey(key) || !remembered.has(key)) log.vanished.delete(key)
      if (log.files.length === 0) look(log)
    }
    this.#missing = missing
    this.#seen = new Set()
  }
}

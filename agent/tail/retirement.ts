import type { AgentEvents } from '../events.ts'
import type { ContainerLog } from './container-log.ts'
import type { Ledger } from './ledger.ts'
import type { SourceFile } from './source-file.ts'
import type { Spool } from './spool.ts'

/** How long a file is held after it was read and acknowledged: with a name it can be opened again, without one not. */
const HOLD_LINKED_MS = 5_000
const HOLD_UNLINKED_MS = 20_000
const NONE: ReadonlySet<number> = new Set()

export interface RetirementOptions {
  readonly ledger: Ledger
  readonly spool: Spool
  readonly events: AgentEvents
}

/** Closes the files that are done with. */
export class Retirement {
  readonly #options: RetirementOptions

  constructor(options: RetirementOptions) {
    this.#options = options
  }

  /**
   * Closes what was read, acknowledged and quiet for long enough. The runtime goes on writing to a file after its
   * rename, for milliseconds as a rule, but for as long as the kubelet takes to have it reopened.
   */
  retire(log: ContainerLog, nowMs: number): void {
    log.copies.release(log.files)
    for (const file of [...log.files]) {
      if (!isDone(log, file) || nowMs - file.idleSinceMs! < HOLD_LINKED_MS) continue
      const { linked, sizeBytes, diskBytes, modifiedAtMs } = file.stat()
      // Between a rename and the reopening there is no live name, and the runtime writes to the newest file there is.
      const isNewest = file.name === log.liveName || file === log.files.at(-1) || file.identity === undefined
      const isCurrent = isNewest && !file.isCompressed
      if (sizeBytes !== file.seenOffset) continue
      const holdMs = log.source.closeAfterMs ?? Number.POSITIVE_INFINITY
      if (isCurrent && linked && !log.gone && nowMs - file.idleSinceMs! < holdMs) {
        this.#options.spool.release(file)
        continue
      }
      if (!linked && nowMs - file.idleSinceMs! < HOLD_UNLINKED_MS) continue
      this.remove(log, file)
      const key = file.identity?.key.toString('latin1') ?? ''
      if (linked) log.finished.set(file.inode, { key, sizeBytes: diskBytes, modifiedAtMs })
      else log.vanish(file.inode, key)
      // There will be no listing to tell what is left.
      if (log.gone) this.forgetVanished(log, NONE)
    }
  }

  /**
   * Drops the checkpoints of finished files that have lost their names and are not there compressed.
   *
   * @param present the inodes of a listing, which was given to the opener before
   */
  forgetVanished(log: ContainerLog, present: ReadonlySet<number>): void {
    for (const inode of log.finished.keys()) if (!present.has(inode)) log.vanish(inode)
    for (const key of log.vanished) if (!log.hasKey(key)) this.#options.ledger.finished(log.key, key)
    log.vanished.clear()
  }

  /** Removes the links to what needs none, before the agent stops. */
  releaseDelivered(log: ContainerLog): void {
    for (const file of log.files) if (isDone(log, file)) this.#options.spool.release(file)
  }

  remove(log: ContainerLog, file: SourceFile): void {
    this.#options.spool.release(file)
    log.files = log.files.filter((other) => other !== file)
    file.close()
    this.#options.events.fileClosed({}, { path: `${log.directory}/${file.name}` })
  }
}

function isDone(log: ContainerLog, file: SourceFile): boolean {
  return file.isDelivered && log.joins.every((join) => join.startIn(file) === undefined)
}

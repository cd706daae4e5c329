import type { AgentEvents } from '../events.ts'
import type { ContainerLog } from './container-log.ts'
import type { Ledger } from './ledger.ts'
import type { SourceFile } from './source-file.ts'

/** How long a file is held after it was read and acknowledged: with a name it can be opened again, without one not. */
const HOLD_LINKED_MS = 5_000
const HOLD_UNLINKED_MS = 20_000

/** Closes the files that are done with. */
export class Retirement {
  readonly #ledger: Ledger
  readonly #events: AgentEvents

  constructor(ledger: Ledger, events: AgentEvents) {
    this.#ledger = ledger
    this.#events = events
  }

  /**
   * Closes what was read, acknowledged and quiet for long enough. The runtime goes on writing to a file after its
   * rename, for milliseconds as a rule, but for as long as the kubelet takes to have it reopened.
   */
  retire(log: ContainerLog, nowMs: number): void {
    for (const file of [...log.files]) {
      if (!isDone(log, file) || nowMs - file.idleSinceMs! < HOLD_LINKED_MS) continue
      const { linked, sizeBytes, modifiedAtMs } = file.stat()
      // Between a rename and the reopening there is no live name, and the runtime writes to the newest file there is.
      const isCurrent = file.name === log.liveName || file === log.files.at(-1) || file.identity === undefined
      if ((isCurrent && linked && !log.gone) || sizeBytes !== file.seenOffset) continue
      if (!linked && nowMs - file.idleSinceMs! < HOLD_UNLINKED_MS) continue
      this.remove(log, file)
      const key = file.identity?.key.toString('latin1') ?? ''
      if (linked) log.finished.set(file.inode, { key, sizeBytes, modifiedAtMs })
      else if (key !== '') this.#ledger.finished(log.key, key)
    }
  }

  /** Finished files that have lost their names, to a compression or a deletion, need no checkpoints any more. */
  forgetVanished(log: ContainerLog, present: ReadonlySet<number>): void {
    for (const [inode, { key }] of log.finished) {
      if (present.has(inode)) continue
      log.finished.delete(inode)
      if (key !== '') this.#ledger.finished(log.key, key)
    }
  }

  remove(log: ContainerLog, file: SourceFile): void {
    log.files = log.files.filter((other) => other !== file)
    file.close()
    this.#events.fileClosed({}, { path: `${log.directory}/${file.name}` })
  }
}

function isDone(log: ContainerLog, file: SourceFile): boolean {
  if (file.idleSinceMs === undefined || !file.isSettled || file.seenOffset !== file.offset) return false
  return log.joins.every((join) => join.startIn(file) === undefined)
}

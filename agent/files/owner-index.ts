import type { ContainerLog } from '../tail/container-log.ts'
import { isFileLog, placeOf } from './keys.ts'
import type { FoundFile } from './list-directory.ts'

/** Which log has a file open, or was done with it. Made when it is asked first, for as long as nothing changes. */
export class OwnerIndex {
  readonly #logs: ReadonlyMap<string, ContainerLog>
  readonly #open = new Map<string, ContainerLog>()
  /** An inode may have been another file's since. */
  readonly #finished = new Map<number, ContainerLog[]>()
  #isMade = false

  constructor(logs: ReadonlyMap<string, ContainerLog>) {
    this.#logs = logs
  }

  openIn(file: FoundFile): ContainerLog | undefined {
    this.#make()
    return this.#open.get(placeOf(file))
  }

  finishedIn(file: FoundFile): readonly ContainerLog[] {
    this.#make()
    return this.#finished.get(file.inode) ?? []
  }

  #make(): void {
    if (this.#isMade) return
    this.#isMade = true
    for (const log of this.#logs.values()) {
      if (!isFileLog(log)) continue
      for (const file of log.files) this.#open.set(placeOf(file), log)
      for (const inode of log.finished.keys()) this.#finished.set(inode, [...(this.#finished.get(inode) ?? []), log])
    }
  }
}

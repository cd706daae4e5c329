import type { Clock } from '#lib/clock.ts'
import type { ContainerLog } from './container-log.ts'
import type { Ledger } from './ledger.ts'
import type { SourceFile } from './source-file.ts'
import { readableOffset } from './undated.ts'

export interface TimekeeperOptions {
  readonly ledger: Pick<Ledger, 'mark'>
  readonly clock: Clock
  /** Called with a log of which more may be read now. */
  readonly onReadable: (log: ContainerLog) => void
}

/**
 * Gives lines that state no time the one at which they are read. Many files may want one at the same time, and each
 * write is synced, so they are gathered.
 */
export class Timekeeper {
  readonly #options: TimekeeperOptions
  readonly #waiting = new Map<SourceFile, ContainerLog>()

  constructor(options: TimekeeperOptions) {
    this.#options = options
  }

  /** Whether the next lines of a file must wait for {@link write}. */
  mustWait(log: ContainerLog, file: SourceFile): boolean {
    const { undated, offset } = file
    if (undated === undefined || !undated.marker.isDue(undated.marks, offset, this.#options.clock.monotonicMs()))
      return false
    if (file.stat().sizeBytes <= offset) return false
    this.#waiting.set(file, log)
    return true
  }

  /** Writes down the times of what is waiting. If that fails, what has a time already can be read. */
  write(): void {
    if (this.#waiting.size === 0) return
    const { ledger, clock, onReadable } = this.#options
    const nowMs = clock.monotonicMs()
    const wallMs = clock.nowMs()
    const waiting = [...this.#waiting].flatMap(([file, log]) => {
      const { undated } = file
      if (undated === undefined || !log.files.includes(file)) return []
      const stat = file.stat()
      const { offset, time } = file
      const marks = undated.marker.renew(undated.marks, { offset, time, stat, wallMs, nowMs })
      return [{ log, file, marks, stat, undated }]
    })
    this.#waiting.clear()
    if (waiting.length === 0) return
    const isWritten = ledger.mark(waiting)
    for (const { log, file, marks, stat, undated } of waiting) {
      if (isWritten) {
        undated.marks = marks
        undated.marker.renewed(stat, nowMs)
      }
      if (readableOffset(file) > file.offset) onReadable(log)
    }
  }
}

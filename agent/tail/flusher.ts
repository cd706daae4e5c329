import type { ContainerLog } from './container-log.ts'
import type { Intake } from './intake.ts'
import type { Ledger } from './ledger.ts'
import type { Opener } from './opener.ts'
import type { SourceFile } from './source-file.ts'

export interface FlusherOptions {
  readonly intake: Intake
  readonly ledger: Ledger
  readonly opener: Opener
  /** How long the rest of a record or line is waited for once there is nothing to read. */
  readonly flushAfterMs: number
}

const BOTH_STREAMS = 3

/**
 * Ends what nothing else will end: a record whose last part never came (a container that dies without a newline leaves
 * one), a last line without a newline. That is a decision of the clock, so it is written down before the record is
 * made: after a crash the same bytes must give the same record.
 */
export class Flusher {
  readonly #options: FlusherOptions

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  /** Ends what of a log has waited long enough. */
  flushIdle(log: ContainerLog, nowMs: number): void {
    const { flushAfterMs } = this.#options
    for (const file of log.files) {
      if (file.idleSinceMs !== undefined && nowMs - file.idleSinceMs >= flushAfterMs) this.#endTornLine(log, file)
    }
    if (!log.isIdle()) return
    for (const [index, partial] of log.partials.entries()) {
      if (partial.isOpen && nowMs - partial.addedAtMs >= flushAfterMs) this.#endPartial(log, index)
    }
  }

  /** Ends the records that have a part in a file which is gone: no cut, because it can't be read again. */
  abandon(log: ContainerLog, file: SourceFile): void {
    for (const [index, partial] of log.partials.entries()) {
      if (partial.startIn(file) !== undefined) this.#options.intake.flushPartials(log, 1 << index)
    }
  }

  /** Before the end: what only the open descriptor still holds can't be read again by the next run. */
  abandonUnlinked(log: ContainerLog): void {
    for (const file of log.files) if (!file.stat().linked) this.abandon(log, file)
  }

  #endPartial(log: ContainerLog, index: number): void {
    const { file, endOffset } = log.partials[index]!.extents.at(-1)!
    const streams = 1 << index
    if (this.#options.ledger.cut(log, file, { offset: endOffset + 1, streams })) {
      this.#options.intake.flushPartials(log, streams & BOTH_STREAMS)
    }
  }

  #endTornLine(log: ContainerLog, file: SourceFile): void {
    const { intake, ledger, opener } = this.#options
    if (file.identity === undefined) {
      if (file.stat().sizeBytes === 0) return
      opener.identifyTorn(log, file)
    }
    const line = file.longLine
    const torn = line === undefined ? file.readTail() : line.kept
    if (torn.length === 0) return
    const endOffset = file.offset + (line?.totalBytes ?? torn.length)
    if (!ledger.cut(log, file, { offset: endOffset, streams: 0 })) return
    if (line === undefined) intake.takeTornLine(log, file, torn)
    else intake.takeLongLine(log, file, line, endOffset, false)
    file.longLine = undefined
  }
}

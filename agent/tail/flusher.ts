import type { ContainerLog } from './container-log.ts'
import type { Intake } from './intake.ts'
import type { Ledger } from './ledger.ts'
import type { Opener } from './opener.ts'
import type { SourceFile } from './source-file.ts'

export interface FlusherOptions {
  readonly intake: Intake
  readonly ledger: Ledger
  readonly opener: Opener
  /** How long the rest of a record or line is waited for once there is nothing to read; more lines have their rule's time. */
  readonly flushAfterMs: number
}

const BOTH_STREAMS = 3

interface TornLine {
  readonly bytes: Buffer
  readonly endOffset: number
}

/**
 * Ends what nothing else will end: a record whose last part never came (a container that dies without a newline leaves
 * one), a stack trace that may not be over, a last line without a newline. That is a decision of the clock, so it is
 * written down before the record is made: after a crash the same bytes must give the same record.
 */
export class Flusher {
  readonly #options: FlusherOptions

  constructor(options: FlusherOptions) {
    this.#options = options
  }

  /** Ends what of a log has waited long enough. */
  flushIdle(log: ContainerLog, nowMs: number): void {
    const { flushAfterMs, intake } = this.#options
    for (const file of log.files) {
      // The rest has its turn once the batch was closed: many containers may have something to end at the same time.
      if (intake.isFull) return
      if (file.idleSinceMs !== undefined && nowMs - file.idleSinceMs >= flushAfterMs) this.#endTornLine(log, file)
    }
    if (!log.isIdle()) return
    for (const [index, join] of log.joins.entries()) {
      if (intake.isFull) return
      const waitMs = join.partial.isOpen ? flushAfterMs : join.rule.flushAfterMs
      if (join.isOpen && nowMs - join.addedAtMs >= waitMs) this.#endJoin(log, index)
    }
  }

  /** Ends, before a file is read, what another container left open: the first line of this one does not go on with it. */
  endReplaced(log: ContainerLog, file: SourceFile): void {
    for (const [index, join] of log.joins.entries()) {
      // No cut: the files of the other one are gone and can't be read again.
      if (join.isOpen && join.end!.file.incarnation < file.incarnation) this.#options.intake.flushJoins(log, 1 << index)
    }
  }

  /** Ends the records that are open, however short they have been. */
  endJoins(log: ContainerLog): void {
    for (const [index, join] of log.joins.entries()) if (join.isOpen) this.#endJoin(log, index)
  }

  /** Ends the records that have a part in a file which is gone: no cut, because it can't be read again. */
  abandon(log: ContainerLog, file: SourceFile): void {
    for (const [index, join] of log.joins.entries()) {
      if (join.startIn(file) !== undefined) this.#options.intake.flushJoins(log, 1 << index)
    }
  }

  /** Ends the records that have a part in a file that is closed now and read again later. */
  endIn(log: ContainerLog, file: SourceFile): void {
    for (const [index, join] of log.joins.entries()) if (join.startIn(file) !== undefined) this.#endJoin(log, index)
    // If that could not be written down, some lines arrive twice.
    this.abandon(log, file)
  }

  /** Before the end: what only the open descriptor still holds can't be read again by the next run, so it needs no cut. */
  endUnlinked(log: ContainerLog, file: SourceFile): void {
    const torn = this.#tornLine(log, file)
    if (torn !== undefined) this.#take(log, file, torn)
    this.abandon(log, file)
  }

  #endJoin(log: ContainerLog, index: number): void {
    const { file, endOffset } = log.joins[index]!.end!
    const streams = 1 << index
    if (this.#options.ledger.cut(log, file, { offset: endOffset + 1, streams })) {
      this.#options.intake.flushJoins(log, streams & BOTH_STREAMS)
    }
  }

  #endTornLine(log: ContainerLog, file: SourceFile): void {
    const torn = this.#tornLine(log, file)
    if (torn === undefined) return
    if (this.#options.ledger.cut(log, file, { offset: torn.endOffset, streams: 0 })) this.#take(log, file, torn)
  }

  /** What stands at the end of a file without a newline. */
  #tornLine(log: ContainerLog, file: SourceFile): TornLine | undefined {
    if (file.identity === undefined) {
      if (file.stat().sizeBytes === 0 || !this.#options.opener.identifyTorn(log, file)) return undefined
    }
    const line = file.longLine
    const bytes = line === undefined ? file.readTail() : line.kept
    const totalBytes = line?.totalBytes ?? bytes.length
    return totalBytes === 0 ? undefined : { bytes, endOffset: file.offset + totalBytes }
  }

  #take(log: ContainerLog, file: SourceFile, { bytes, endOffset }: TornLine): void {
    const { intake } = this.#options
    if (file.longLine === undefined) intake.takeTornLine(log, file, bytes)
    else intake.takeLongLine(log, file, file.longLine, endOffset, false)
    file.longLine = undefined
  }
}

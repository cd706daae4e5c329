import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { AgentEvents } from '../events.ts'
import type { Checkpoints, FileCheckpoint } from './checkpoints.ts'
import type { ContainerLog } from './container-log.ts'
import type { Cut, SourceFile } from './source-file.ts'
import type { TimeMarks } from './time-marks.ts'
import type { Undated } from './undated.ts'

const BOTH_STREAMS = 3

/** A file and the marks that it is to have. */
export interface MarkedFile {
  readonly log: ContainerLog
  readonly file: SourceFile
  readonly marks: TimeMarks
}

/**
 * What is to be written to the checkpoints: acknowledgements are gathered and written together once in a while, cuts
 * at once. If the disk is full everything stays noted for the next time.
 */
export class Ledger {
  readonly #checkpoints: Pick<Checkpoints, 'write'>
  readonly #events: Pick<AgentEvents, 'checkpointFailed'>
  readonly #acknowledged = new Map<SourceFile, ContainerLog>()
  readonly #finished = new Map<string, { readonly instance: string; readonly key: string }>()
  /** Files that were begun and of which nothing is written down. */
  readonly #begun = new Map<SourceFile, ContainerLog>()
  /** Checkpoints of what is no file, by instance. */
  readonly #others = new Map<string, FileCheckpoint>()
  readonly #clock: Clock
  /** When the oldest acknowledgement that is not written came, monotonic milliseconds. */
  #unwrittenSinceMs: number | undefined

  constructor(checkpoints: Pick<Checkpoints, 'write'>, events: Pick<AgentEvents, 'checkpointFailed'>, clock: Clock) {
    this.#checkpoints = checkpoints
    this.#events = events
    this.#clock = clock
  }

  /** How long ago the oldest acknowledgement came that is not on disk; 0 if all are. */
  get unwrittenMs(): number {
    return this.#unwrittenSinceMs === undefined ? 0 : this.#clock.monotonicMs() - this.#unwrittenSinceMs
  }

  /** More of a file was acknowledged. */
  acknowledged(log: ContainerLog, file: SourceFile): void {
    this.#acknowledged.set(file, log)
    this.#unwrittenSinceMs ??= this.#clock.monotonicMs()
    this.#finished.delete(`${log.key}\0${file.identity!.key.toString('latin1')}`)
  }

  /** More of something was acknowledged that is no file. */
  note(checkpoint: FileCheckpoint): void {
    this.#others.set(checkpoint.instance, checkpoint)
    this.#unwrittenSinceMs ??= this.#clock.monotonicMs()
  }

  /** A file does not exist any more and needs no checkpoint. */
  finished(instance: string, key: string): void {
    this.#finished.set(`${instance}\0${key}`, { instance, key })
  }

  /** Writes down what was noted. */
  write(): void {
    const current = [...this.#acknowledged].filter(([file, log]) => !isSuperseded(log, file))
    const puts = current.map(([file, log]) => checkpointOf(log, file))
    if (this.#try([...puts, ...this.#others.values()], [...this.#finished.values()])) {
      this.#others.clear()
      this.#acknowledged.clear()
      this.#finished.clear()
      this.#unwrittenSinceMs = undefined
    }
  }

  /**
   * Makes a cut durable.
   *
   * @returns false if it could not be written; then the cut must not be made
   */
  cut(log: ContainerLog, file: SourceFile, cut: Cut): boolean {
    const written = this.#writeCut(log, file, cut)
    if (written) file.addCut(cut)
    return written
  }

  /** Makes a cut durable that will be made at the end of a file; without, a crash would be put up with. */
  cutAtEnd(log: ContainerLog, file: SourceFile): void {
    const cut = { offset: file.stat().sizeBytes, streams: BOTH_STREAMS }
    if (!this.#writeCut(log, file, cut)) return
    if (file.offset < cut.offset) file.expectCut(cut)
    else file.addCut(cut)
  }

  /** By which rule the first lines of a file are joined must be on disk before they are shipped. */
  noteRule(log: ContainerLog, file: SourceFile): void {
    this.#begun.set(file, log)
  }

  /**
   * Makes durable what has to be before the open batch is shipped: once for all files that were begun with it. If it
   * cannot be, the batch is shipped all the same: on a full disk a crash is put up with, an agent that stops is not.
   */
  writeBegun(): void {
    if (this.#begun.size === 0) return
    const puts = [...this.#begun].map(([file, log]) => checkpointOf(log, file))
    if (this.#try(puts, [])) this.#begun.clear()
  }

  #writeCut(log: ContainerLog, file: SourceFile, cut: Cut): boolean {
    const { state, ...rest } = checkpointOf(log, file)
    return this.#try([{ ...rest, state: { ...state, cuts: [...state.cuts, cut] } }], [])
  }

  /**
   * Makes durable which times lines are given, in one write for all files.
   *
   * @returns false if it could not be written; then the lines must not be read
   */
  mark(files: readonly MarkedFile[]): boolean {
    return this.#try(
      files.map(({ log, file, marks }) => checkpointOf(log, file, marks)),
      [],
    )
  }

  /** Makes known that what a file held is elsewhere, if anywhere. */
  lose(log: ContainerLog, file: SourceFile, undated: Undated): void {
    undated.lose()
    this.#try([checkpointOf(log, file)], [])
  }

  #try(
    puts: readonly FileCheckpoint[],
    drops: readonly { readonly instance: string; readonly key: string }[],
  ): boolean {
    try {
      this.#checkpoints.write(puts, drops)
      return true
    } catch (error) {
      this.#events.checkpointFailed({}, { err: messageOf(error) })
      return false
    }
  }
}

/** Whether a file was truncated and what it held was taken up elsewhere, under the same key. */
function isSuperseded(log: ContainerLog, file: SourceFile): boolean {
  return file.undated?.isLost === true && log.hasKey(file.identity!.key.toString('latin1'))
}

function checkpointOf(log: ContainerLog, file: SourceFile, marks?: TimeMarks): FileCheckpoint {
  const { key, prefix } = file.identity!
  return {
    instance: log.key,
    key: key.toString('latin1'),
    prefixBytes: prefix.length,
    state: { resume: file.acked, time: file.ackedTime, cuts: file.cuts },
    ...(file.undated === undefined ? {} : { undated: file.undated.checkpoint(marks) }),
  }
}

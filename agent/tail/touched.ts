import type { Clock } from '#lib/clock.ts'
import type { Progress } from '../ship/batch.ts'
import type { ContainerLog } from './container-log.ts'
import type { SourceFile } from './source-file.ts'

/** A place in something that is no file of ours. */
export interface Position {
  /** Notes that a batch was closed; what is returned is called once that was acknowledged, in whatever order. */
  markProgress(): Progress
}

/** What moved since the open batch was begun. */
export class Touched {
  readonly #files = new Map<SourceFile, ContainerLog>()
  readonly #positions = new Set<Position>()
  readonly #clock: Clock
  /** When the batch was begun, monotonic milliseconds; has a meaning only if something moved. */
  openedAtMs = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get isEmpty(): boolean {
    return this.#files.size === 0 && this.#positions.size === 0
  }

  addFile(log: ContainerLog, file: SourceFile): void {
    this.#open()
    this.#files.set(file, log)
  }

  add(position: Position): void {
    this.#open()
    this.#positions.add(position)
  }

  /** What an acknowledgement of the batch means. Every file that moved counts up to where it could be resumed now. */
  close(): readonly Progress[] {
    const moves = new Map<ContainerLog, (() => void)[]>()
    for (const [file, log] of this.#files) {
      const move = file.markProgress(log.resumePoint(file))
      const others = moves.get(log)
      if (others === undefined) moves.set(log, [move])
      else others.push(move)
    }
    const progress = [...moves].map(([log, all]) => log.acks.add(all))
    for (const position of this.#positions) progress.push(position.markProgress())
    this.#files.clear()
    this.#positions.clear()
    return progress
  }

  #open(): void {
    if (this.isEmpty) this.openedAtMs = this.#clock.monotonicMs()
  }
}

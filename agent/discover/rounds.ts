import type { Clock } from '#lib/clock.ts'
import type { Directory } from './directory.ts'

export interface RoundsOptions<D extends Directory> {
  readonly clock: Clock
  /** Everything is visited once in this time, a few at a time. */
  readonly roundMs: number
  readonly all: ReadonlyMap<string, D>
  readonly visit: (directory: D) => void
  /** Called every second for each directory in which something happened lately. */
  readonly visitWarm: (directory: Directory) => void
  /** Whether a directory that nothing was heard of is busy all the same. */
  readonly isBusy: (directory: Directory) => boolean
  readonly everySecond: () => void
  readonly everyHalfMinute: () => void
}

const SLICE_MS = 250
const SLICES_A_SECOND = 4
const SLICES_IN_HALF_A_MINUTE = 120
/** How long a directory is visited every second after something happened in it. */
const WARM_MS = 30_000

/**
 * When which directory is looked at: each one in its turn, spread over the time of a round so that many of them are no
 * burst, and those where something happened lately every second.
 */
export class Rounds<D extends Directory> {
  readonly #options: RoundsOptions<D>
  readonly #warm = new Set<Directory>()
  #turn: Iterator<D> | undefined
  /** Directories that are due; a part of one is carried over. */
  #due = 0
  #slices = 0
  #cancel: () => void = () => {}

  constructor(options: RoundsOptions<D>) {
    this.#options = options
  }

  start(): void {
    this.#cancel = this.#options.clock.after(SLICE_MS, () => {
      this.#runSlice()
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }

  /** Something happened in a directory. */
  warm(directory: Directory): void {
    directory.warmUntilMs = this.#options.clock.monotonicMs() + WARM_MS
    this.#warm.add(directory)
  }

  /** A directory is gone. */
  forget(directory: Directory): void {
    this.#warm.delete(directory)
  }

  #runSlice(): void {
    const { all, roundMs, everySecond, everyHalfMinute } = this.#options
    this.#slices += 1
    if (this.#slices % SLICES_A_SECOND === 0) {
      everySecond()
      this.#visitWarm()
    }
    if (this.#slices % SLICES_IN_HALF_A_MINUTE === 0) everyHalfMinute()
    this.#due = Math.min(all.size, this.#due + (all.size * SLICE_MS) / roundMs)
    for (; this.#due >= 1; this.#due -= 1) {
      const directory = this.#next()
      if (directory === undefined) return
      this.#options.visit(directory)
    }
  }

  #visitWarm(): void {
    const { clock, isBusy, visitWarm } = this.#options
    const nowMs = clock.monotonicMs()
    // Visiting one may add others, and the same one again.
    for (const directory of [...this.#warm]) {
      if (nowMs < directory.warmUntilMs || isBusy(directory)) visitWarm(directory)
      else this.#warm.delete(directory)
    }
  }

  /** Directories that come while a round is under way are visited in it. */
  #next(): D | undefined {
    const found = this.#turn?.next()
    if (found !== undefined && found.done !== true) return found.value
    this.#turn = this.#options.all.values()
    return this.#turn.next().value
  }
}

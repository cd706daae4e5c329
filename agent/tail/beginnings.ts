import type { Clock } from '#lib/clock.ts'
import { Line, UNPARSED } from '../decode/line.ts'
import type { Checkpoints } from './checkpoints.ts'
import type { ContainerLog } from './container-log.ts'
import { type FileIdentity, identify, identityOf } from './identity.ts'
import type { FileState, SourceFile, Time64 } from './source-file.ts'
import { toTime64 } from './time-marks.ts'
import type { Undated } from './undated.ts'

/** Which file it is, and where reading it begins. */
export interface Beginning {
  readonly identity: FileIdentity
  readonly state: FileState
  /** Set if its lines state no time. */
  readonly undated?: Undated
}

/** Finds out which file one is, where its first record does not say it. */
export interface FileRecognizer {
  /** Undefined as long as there is nothing in the file. Throws the system's error if it can't be read. */
  recognize(log: ContainerLog, file: SourceFile): Beginning | undefined
}

export interface BeginningsOptions {
  readonly checkpoints: Checkpoints
  readonly clock: Clock
}

const NEWLINE = 10
/** Docker puts the time at the end of a line. */
const LONGEST_FIRST_LINE_BYTES = 64 * 1024

/** Tells from the first bytes of a file which one it is, and from the checkpoints how far it was read. */
export class Beginnings {
  readonly #options: BeginningsOptions
  readonly #line = new Line()

  constructor(options: BeginningsOptions) {
    this.#options = options
  }

  /**
   * Where a file that begins like this goes on; undefined while that can't be told, because the first line is not
   * complete. Throws the system's error if what has to be remembered of it can't be written down.
   */
  find(log: ContainerLog, head: Buffer): Beginning | undefined {
    const known = this.#recall(log, head)
    if (known !== undefined) return known
    const identity = identify(log.key, head)
    return identity === undefined ? undefined : this.#begin(log, identity)
  }

  /** The same for a file that has no more than this and will not. */
  findShort(log: ContainerLog, head: Buffer): Beginning {
    return this.#recall(log, head) ?? this.#begin(log, identityOf(log.key, head))
  }

  /** Takes up a file there. */
  take(log: ContainerLog, file: SourceFile, { identity, state, undated }: Beginning): void {
    if (undated !== undefined) {
      file.undated = undated
      file.resume(identity, toTime64(undated.foundAtMs), state)
      return
    }
    const firstTime = this.#timeOf(log, identity.prefix) ?? this.#timeOf(log, file.readHead(LONGEST_FIRST_LINE_BYTES))
    file.resume(identity, firstTime ?? state.time, state)
  }

  /** What is remembered of a file that begins like this. */
  #recall(log: ContainerLog, head: Buffer): Beginning | undefined {
    const checkpoints = this.#options.checkpoints.of(log.key).toSorted((a, b) => b.prefixBytes - a.prefixBytes)
    for (const { key, prefixBytes, state } of checkpoints) {
      if (prefixBytes > head.length) continue
      const identity = identityOf(log.key, head.subarray(0, prefixBytes))
      if (identity.key.toString('latin1') === key) return { identity, state }
    }
    return undefined
  }

  #begin(log: ContainerLog, identity: FileIdentity): Beginning {
    const known = this.#timeOf(log, identity.prefix)
    if (known !== undefined) return { identity, state: stateAtBegin(known) }
    // A line without a time is given that of the line before it. A first line has none before it, so it is given the
    // present, which must be the same after a restart because the ids of the records contain it.
    const time = toTime64(this.#options.clock.nowMs())
    const key = identity.key.toString('latin1')
    const prefixBytes = identity.prefix.length
    const state = stateAtBegin(time)
    this.#options.checkpoints.write([{ instance: log.key, key, prefixBytes, state }])
    return { identity, state }
  }

  /** The time of the first line of these bytes, if it has one that can be read. */
  #timeOf(log: ContainerLog, head: Buffer): Time64 | undefined {
    const newline = head.indexOf(NEWLINE)
    const line = this.#line
    log.handling.decoder.decode(line, head, 0, newline < 0 ? head.length : newline)
    return line.kind === UNPARSED ? undefined : { high: line.timeHigh, low: line.timeLow }
  }
}

function stateAtBegin(time: Time64): FileState {
  return { resume: { offset: 0, delivered: [0, 0] }, time, cuts: [] }
}

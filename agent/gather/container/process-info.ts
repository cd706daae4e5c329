import { type HeldFiles, NOTHING } from './held-files.ts'

/** The first process of a group. */
export interface ProcessInfo {
  /** The name of its program, 15 characters at the most. */
  readonly name: string
  /** Epoch milliseconds, to a hundredth of a second. */
  readonly startMs: number
}

/** The fields behind the name, which itself may have any character; the start is the 22nd of all. */
const START_FIELD = 22 - 3
const TICK_MS = 10
const BOOT_TIME = /^btime (\d+)$/m

/** Looks processes of the node up in /proc. */
export class Processes {
  readonly #held: HeldFiles
  readonly #root: string
  #bootMs: number | undefined

  constructor(held: HeldFiles, procRoot: string) {
    this.#held = held
    this.#root = procRoot
  }

  /** Undefined if the process is gone, or the node's /proc is not there. */
  lookUp(pid: number): ProcessInfo | undefined {
    const bootMs = this.#bootTime()
    const length = this.#held.readPath(`${this.#root}/${pid}/stat`)
    if (bootMs === undefined || length <= NOTHING) return undefined
    const text = this.#held.bytes.toString('latin1', 0, length)
    const nameEnd = text.lastIndexOf(')')
    const ticks = Number(text.slice(nameEnd + 2).split(' ')[START_FIELD])
    if (nameEnd < 0 || !(ticks >= 0)) return undefined
    return { name: text.slice(text.indexOf('(') + 1, nameEnd), startMs: bootMs + ticks * TICK_MS }
  }

  #bootTime(): number | undefined {
    if (this.#bootMs !== undefined) return this.#bootMs
    const length = this.#held.readPath(`${this.#root}/stat`)
    if (length <= NOTHING) return undefined
    const seconds = BOOT_TIME.exec(this.#held.bytes.toString('latin1', 0, length))?.[1]
    if (seconds !== undefined) this.#bootMs = Number(seconds) * 1000
    return this.#bootMs
  }
}

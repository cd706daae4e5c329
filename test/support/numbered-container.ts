import { setImmediate } from 'node:timers/promises'
import { formatNanoseconds } from '../../bench/corpus.ts'
import { numberedBody } from './numbered-body.ts'
import { RotationSimulator } from './rotation-simulator.ts'

export interface NumberedContainerOptions {
  readonly podsDir: string
  /** Number of the pod, of which this is the only container. */
  readonly number: number
  /** Bytes of each line's text; of different lengths if it is left out. */
  readonly bodyBytes?: number
}

/** As many as the kubelet keeps by default. */
const MAX_ROTATED = 4
/** Every so many lines one is so long that the runtime splits it. */
const SPLIT_EVERY = 16

/** A container that writes numbered lines, some of them in parts, each with a time of its own. */
export class NumberedContainer {
  readonly number: number
  readonly log: RotationSimulator
  /** Lines so far, over all runs. */
  written = 0
  /** Added to the time of its lines: what the node's clock was set by. */
  clockShiftNs = 0n
  readonly #bodyBytes: number | undefined
  #lastNs = 0n
  /** The rest of a line of which only a part was written. */
  #openRest: string | undefined

  constructor({ podsDir, number, bodyBytes }: NumberedContainerOptions) {
    this.number = number
    this.#bodyBytes = bodyBytes
    this.log = new RotationSimulator(podsDir, String(number), { maxRotated: MAX_ROTATED, compressionLevel: 0 })
  }

  /** Appends lines, after the rest of one that was begun. */
  write(lines: number): void {
    let text = this.#openRest === undefined ? '' : `${this.#nextTime()} stdout F ${this.#openRest}\n`
    this.#openRest = undefined
    for (let line = 0; line < lines; line++) text += this.#nextLine()
    this.log.append(text)
  }

  /** Appends the first part of a line; the next write ends it, wherever that goes. */
  begin(): void {
    const body = this.#nextBody()
    const middle = body.length >> 1
    this.log.append(`${this.#nextTime()} stdout P ${body.slice(0, middle)}\n`)
    this.#openRest = body.slice(middle)
  }

  /** Rotates its log in the kubelet's order, which takes its time. */
  async rotate(): Promise<void> {
    await this.log.rotate(() => setImmediate())
  }

  /** It ends, and its next run begins. */
  restart(): void {
    this.log.endRun()
    this.log.startRun()
  }

  /** The last words of a container that ends without a newline: a part of a record that gets no other. */
  writeUnended(): void {
    this.log.append(`${this.#nextTime()} stdout P ${this.#nextBody()}\n`)
  }

  #nextLine(): string {
    const isSplit = this.written % SPLIT_EVERY === SPLIT_EVERY - 1
    const body = this.#nextBody()
    if (!isSplit) return `${this.#nextTime()} stdout F ${body}\n`
    const middle = body.length >> 1
    return (
      `${this.#nextTime()} stdout P ${body.slice(0, middle)}\n` + `${this.#nextTime()} stdout F ${body.slice(middle)}\n`
    )
  }

  #nextBody(): string {
    const number = this.written++
    return numberedBody(this.number, number, this.#bodyBytes ?? 40 + ((number * 37) % 120))
  }

  /** Rising, and near the clock. */
  #nextTime(): string {
    const now = BigInt(Date.now()) * 1_000_000n
    this.#lastNs = now > this.#lastNs ? now : this.#lastNs + 1n
    return formatNanoseconds(this.#lastNs + this.clockShiftNs)
  }
}

import type { Clock } from '#lib/clock.ts'
import { type ContainerNames, isMeant, type TapQuery } from './query.ts'

/** Where a tap's lines go. */
export interface TapSink {
  /** Whether it takes more just now. It is asked before, and what it does not take is left out: nobody ever waits for it. */
  readonly isReady: boolean
  send(event: object): void
  end(reason: string): void
}

export interface TapListenerOptions {
  readonly query: TapQuery
  readonly sink: TapSink
  readonly clock: Clock
}

/** Texts beyond this are cut: a tap is for looking. */
const LONGEST_TEXT = 64 * 1024
/** Most bytes of lines in a second. */
const BYTES_A_SECOND = 2 * 1024 ** 2

/** One who looks. Takes what the query means, no more of it than the rate allows, and counts what it had to leave out. */
export class TapListener {
  readonly query: TapQuery
  readonly #sink: TapSink
  readonly #clock: Clock
  #seen = 0
  #sent = 0
  /** Bytes that were left out, because there were too many or the reader is slow. */
  skippedBytes = 0
  #allowedLines: number
  #allowedBytes = BYTES_A_SECOND
  #refilledAtMs: number
  #isOver = false

  constructor({ query, sink, clock }: TapListenerOptions) {
    this.query = query
    this.#sink = sink
    this.#clock = clock
    this.#allowedLines = query.rate
    this.#refilledAtMs = clock.monotonicMs()
  }

  isMeant(names: ContainerNames): boolean {
    return isMeant(this.query, names)
  }

  /** Whether there is any use in looking at `bytes` bytes now; if not they count as left out. */
  hasRoomFor(bytes: number): boolean {
    this.#refill()
    if (this.#isOver) return false
    if (this.#allowedLines >= 1 && this.#allowedBytes > 0 && this.#sink.isReady) return true
    this.skippedBytes += bytes
    return false
  }

  /** Takes one line of a size, made only if it is one that is shown. Returns false if no more are taken for now. */
  take(bytes: number, make: () => object): boolean {
    if (this.#isOver) return false
    if (this.#allowedLines < 1 || this.#allowedBytes <= 0) {
      this.skippedBytes += bytes
      return true
    }
    this.#seen += 1
    if (this.#seen % this.query.sample !== 0) return true
    this.#allowedLines -= 1
    this.#allowedBytes -= Math.min(bytes, LONGEST_TEXT)
    this.#sent += 1
    this.#sink.send(make())
    if (this.#sent === this.query.limit) this.#finish()
    return !this.#isOver
  }

  #finish(): void {
    this.#isOver = true
    this.#sink.end('limit')
  }

  #refill(): void {
    const nowMs = this.#clock.monotonicMs()
    const share = Math.min(1, (nowMs - this.#refilledAtMs) / 1000)
    this.#refilledAtMs = nowMs
    this.#allowedLines = Math.min(this.query.rate, this.#allowedLines + share * this.query.rate)
    this.#allowedBytes = Math.min(BYTES_A_SECOND, this.#allowedBytes + share * BYTES_A_SECOND)
  }
}

/** A text as it is shown, and `cut` if it was longer. */
export function shownText(text: string): { readonly text: string; readonly cut?: true } {
  return text.length <= LONGEST_TEXT ? { text } : { text: text.slice(0, LONGEST_TEXT), cut: true }
}

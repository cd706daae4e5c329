import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ApiResponse, JSON_TYPE, type PutPiece } from './response.ts'

/** What is written before others get a turn: about a millisecond. */
const PAGE_BYTES = 256 * 1024
/** Pages that are kept for the next answers: memory that the system takes and gives each time costs more than writing it. */
const KEPT_PAGES = 4
/** Most bytes that a unit of a text takes. */
const BYTES_PER_UNIT = 3
/** What is looked at before others get a turn, where little of it is written. */
const SLICE_ITEMS = 2_000
/** And where looking takes long, as with the patterns of some filters: milliseconds. */
const SLICE_MS = 10

const kept: Buffer[] = []

/**
 * A JSON list of what is written for each item; empty texts are left out. It is written while it is read, a page at a
 * time, between which the router goes on with its work.
 *
 * @param onWritten takes the milliseconds that the writing took, without those in which somebody else had the turn
 */
export function jsonList<T>(
  items: Iterable<T>,
  write: (item: T) => string,
  onWritten: (busyMs: number) => void = () => {},
): ApiResponse {
  const body = async (put: PutPiece) => {
    const pages = new Pages(put)
    let [begin, looked, busyMs, begunMs] = ['[', 0, 0, performance.now()]
    const pause = async (wait: Promise<void>) => {
      busyMs += performance.now() - begunMs
      await wait
      looked = 0
      begunMs = performance.now()
    }
    for (const item of items) {
      const written = write(item)
      if (written !== '') {
        if (!pages.hasRoom(written)) await pause(pages.turn(written))
        pages.add(begin + written)
        begin = ','
      }
      looked += 1
      const isLong = looked % 16 === 0 && performance.now() - begunMs > SLICE_MS
      if (isLong || looked >= SLICE_ITEMS) await pause(nextTurn())
    }
    pages.add(begin === '[' ? '[]\n' : ']\n')
    onWritten(busyMs + performance.now() - begunMs)
    await pages.end()
  }
  return { status: 200, contentType: JSON_TYPE, body }
}

/** Two pages of memory: one is written while the other is on its way. */
class Pages {
  readonly #put: PutPiece
  #page = takePage()
  #other = takePage()
  #usedBytes = 0
  /** When the other page has been taken. */
  #taken: Promise<void> = Promise.resolve()

  constructor(put: PutPiece) {
    this.#put = put
  }

  /** Whether a text fits with what stands before and after it. */
  hasRoom({ length }: string): boolean {
    return this.#usedBytes + (length + 4) * BYTES_PER_UNIT <= this.#page.length
  }

  /** Hands the page over and begins the other one, which is large enough for the text. */
  async turn(text: string): Promise<void> {
    if (this.#usedBytes > 0) {
      const taken = this.#handOver(false)
      await nextTurn()
      await this.#taken
      this.#taken = taken
      ;[this.#page, this.#other] = [this.#other, this.#page]
    }
    if (!this.hasRoom(text)) this.#page = Buffer.allocUnsafeSlow((text.length + 4) * BYTES_PER_UNIT)
  }

  add(text: string): void {
    this.#usedBytes += this.#page.write(text, this.#usedBytes)
  }

  /** Hands the last page over. When it is taken, both are kept for others; if anything fails one may be on its way. */
  async end(): Promise<void> {
    const taken = this.#handOver(true)
    await this.#taken
    await taken
    for (const page of [this.#page, this.#other]) {
      if (kept.length < KEPT_PAGES && page.length === PAGE_BYTES) kept.push(page)
    }
  }

  #handOver(isLast: boolean): Promise<void> {
    const taken = this.#put(this.#page.subarray(0, this.#usedBytes), isLast)
    // Who waits for it hears of it; until then somebody may have hung up.
    taken.catch(() => {})
    this.#usedBytes = 0
    return taken
  }
}

function takePage(): Buffer {
  return kept.pop() ?? Buffer.allocUnsafeSlow(PAGE_BYTES)
}

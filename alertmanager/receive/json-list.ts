import { setImmediate as nextTurn } from 'node:timers/promises'
import { type ApiResponse, JSON_TYPE } from './response.ts'

/** What is written before others get a turn: about two milliseconds. */
const SLICE_BYTES = 512 * 1024
/** Most bytes that a unit of a text takes. */
const BYTES_PER_UNIT = 3
/** What is looked at before others get a turn, where little of it is written. */
const SLICE_ITEMS = 2_000
/** And where looking takes long, as with the patterns of some filters: milliseconds. */
const SLICE_MS = 10

/**
 * A JSON list of what is written for each item; empty texts are left out. A long one is written in slices, between
 * which the router goes on with its work.
 */
export async function jsonList<T>(items: Iterable<T>, write: (item: T) => string): Promise<ApiResponse> {
  const body = new Body()
  body.add('[')
  let separator = ''
  let looked = 0
  let begunMs = performance.now()
  for (const item of items) {
    const written = write(item)
    if (written !== '') {
      body.add(separator)
      body.add(written)
      separator = ','
    }
    looked += 1
    const isLong = looked % 16 === 0 && performance.now() - begunMs > SLICE_MS
    if (!isLong && body.sliceBytes < SLICE_BYTES && looked < SLICE_ITEMS) continue
    body.cut()
    looked = 0
    await nextTurn()
    begunMs = performance.now()
  }
  body.add(']\n')
  body.cut()
  return { status: 200, contentType: JSON_TYPE, body: body.slices }
}

/** Bytes at once: a text that grows by thousands of pieces would be as many objects that live until it ends. */
class Body {
  readonly slices: Buffer[] = []
  #slice = Buffer.allocUnsafe(16 * 1024)
  sliceBytes = 0

  add(text: string): void {
    const needed = this.sliceBytes + text.length * BYTES_PER_UNIT
    if (needed > this.#slice.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, SLICE_BYTES + SLICE_BYTES / 8))
      this.#slice.copy(larger, 0, 0, this.sliceBytes)
      this.#slice = larger
    }
    this.sliceBytes += this.#slice.write(text, this.sliceBytes)
  }

  /** Ends the slice. What is left of its memory is for the next one. */
  cut(): void {
    if (this.sliceBytes === 0) return
    this.slices.push(this.#slice.subarray(0, this.sliceBytes))
    this.#slice = this.#slice.subarray(this.sliceBytes)
    this.sliceBytes = 0
  }
}

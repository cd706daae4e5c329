import type { Placed, Position } from '#lib/segment/position.ts'
import type { EntryHeader } from './entry.ts'

/** A request that was just queued, as reading and decompressing it again would give it. */
export interface FreshEntry {
  readonly placed: Placed
  readonly header: EntryHeader
  readonly payload: Buffer
  readonly records: number
  /** The uncompressed request. */
  readonly body: Buffer
}

/**
 * Requests that were just queued, in the order of their positions, up to a number of bytes. They are taken in that order,
 * so what does not fit is not kept: to make room by forgetting the oldest would be to forget those that are needed next,
 * and all of them while there is a backlog.
 */
export class FreshEntries {
  readonly #maxBytes: number
  readonly #entries: FreshEntry[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Returns whether it is kept. */
  put(entry: FreshEntry): boolean {
    if (this.#bytes + bytesOf(entry) > this.#maxBytes) return false
    this.#entries.push(entry)
    this.#bytes += bytesOf(entry)
    return true
  }

  /** Returns the entry at a position, if it was kept, and forgets it and those before it. */
  take(position: Position): FreshEntry | undefined {
    for (let first = this.#entries[0]; first !== undefined; first = this.#entries[0]) {
      const order = first.placed.sequence - position.sequence || first.placed.offset - position.offset
      if (order > 0) break
      this.#entries.shift()
      this.#bytes -= bytesOf(first)
      if (order === 0) return first
    }
    return undefined
  }
}

function bytesOf({ payload, body }: FreshEntry): number {
  return payload === body ? body.length : payload.length + body.length
}

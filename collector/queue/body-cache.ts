import type { Position } from '#lib/segment/log.ts'

/** Bodies of requests that were just queued, by position, up to a number of bytes; the oldest go first. */
export class BodyCache {
  readonly #maxBytes: number
  readonly #bodies = new Map<string, Buffer>()
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  put(position: Position, body: Buffer): void {
    if (body.length > this.#maxBytes) return
    this.#bodies.set(keyOf(position), body)
    this.#bytes += body.length
    for (const [key, oldest] of this.#bodies) {
      if (this.#bytes <= this.#maxBytes) break
      this.#bodies.delete(key)
      this.#bytes -= oldest.length
    }
  }

  /** Returns a body and forgets it. */
  take(position: Position): Buffer | undefined {
    const key = keyOf(position)
    const body = this.#bodies.get(key)
    if (body !== undefined) {
      this.#bodies.delete(key)
      this.#bytes -= body.length
    }
    return body
  }
}

function keyOf({ sequence, offset }: Position): string {
  return `${sequence}:${offset}`
}

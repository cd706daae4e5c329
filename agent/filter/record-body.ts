import { Chunk } from '#lib/match/chunk.ts'
import type { Line } from '../decode/line.ts'

/** What of a body patterns are shown: their time must be bounded. */
const HEAD_BYTES = 64 * 1024

/** The body that rules look at. There is one, filled again for each record. */
export class RecordBody {
  readonly chunk = new Chunk()
  bytes: Buffer = Buffer.alloc(0)
  start = 0
  end = 0
  #text: string | undefined

  set({ bytes, bodyStart, bodyEnd }: Line): void {
    this.bytes = bytes
    this.start = bodyStart
    this.end = bodyEnd
    this.#text = undefined
  }

  /** Its begin, as a string that is made once for all patterns. */
  get text(): string {
    this.#text ??= this.bytes.toString('utf8', this.start, Math.min(this.end, this.start + HEAD_BYTES))
    return this.#text
  }
}

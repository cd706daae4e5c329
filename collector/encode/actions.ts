/** Data streams whose action line is remembered; beyond, all are forgotten and soon made again. */
const MOST_KNOWN = 1_000

/** Action lines of a bulk request, up to the id, by data stream. */
export class Actions {
  /** Of records of which nobody said where they go. */
  readonly usual: Buffer
  readonly #known = new Map<string, Buffer>()

  constructor(dataStream: string) {
    this.usual = actionOf(dataStream)
  }

  /** @param start of the data stream's name in `bytes`; an empty one is the usual one */
  of(bytes: Buffer, start: number, end: number): Buffer {
    if (start === end) return this.usual
    const dataStream = bytes.toString('utf8', start, end)
    const known = this.#known.get(dataStream)
    if (known !== undefined) return known
    if (this.#known.size >= MOST_KNOWN) this.#known.clear()
    const made = actionOf(dataStream)
    this.#known.set(dataStream, made)
    return made
  }
}

function actionOf(dataStream: string): Buffer {
  return Buffer.from(`{"create":{"_index":${JSON.stringify(dataStream)},"_id":`)
}

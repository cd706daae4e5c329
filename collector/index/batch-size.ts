export interface BatchSizeOptions {
  /** A request is sent once it has this many bytes, as long as nothing speaks against it. */
  readonly maxBytes: number
}

/** Who refuses less than this does not mean the size. */
const SMALLEST_BYTES = 16 * 1024
/** A body may be this much larger than wanted before an entry is divided among two. */
const OVERSHOOT = 2
/** A size that was refused is kept away from by this part: documents do not end where one would like them to. */
const BELOW_REFUSED = 0.8
const STEPS = 16

/**
 * How large bulk requests are made. A server or a proxy that refuses one for its size (413) teaches a limit, which is
 * kept. One that did not answer in time gets smaller ones; with each that is answered they grow back.
 */
export class BatchSize {
  readonly #maxBytes: number
  readonly #minBytes: number
  #targetBytes: number
  /** The smallest size that was refused, above which nothing is sent again. */
  #refusedBytes = Number.POSITIVE_INFINITY

  constructor({ maxBytes }: BatchSizeOptions) {
    this.#maxBytes = maxBytes
    this.#minBytes = Math.min(maxBytes, SMALLEST_BYTES)
    this.#targetBytes = maxBytes
  }

  /** A request is sent once it has this many bytes. */
  get targetBytes(): number {
    return this.#targetBytes
  }

  /** Nothing is added to a request that has this many bytes. */
  get limitBytes(): number {
    return Math.min(OVERSHOOT * this.#targetBytes, Math.max(this.#minBytes, this.#ceilingBytes))
  }

  /** A request of several documents was refused as too large. */
  refused(bytes: number): void {
    this.#refusedBytes = Math.min(this.#refusedBytes, bytes)
    this.#set(Math.min(this.#targetBytes, bytes / 2))
  }

  /** There was no answer in time. */
  timedOut(bytes: number): void {
    if (bytes >= this.#minBytes) this.#set(Math.min(this.#targetBytes, bytes / 2))
  }

  /** A request was answered. */
  answered(bytes: number): void {
    if (bytes * 2 >= this.#targetBytes) this.#set(this.#targetBytes + this.#maxBytes / STEPS)
  }

  get #ceilingBytes(): number {
    return Math.floor(this.#refusedBytes * BELOW_REFUSED)
  }

  #set(bytes: number): void {
    this.#targetBytes = Math.max(this.#minBytes, Math.floor(Math.min(bytes, this.#maxBytes, this.#ceilingBytes)))
  }
}

/** What is known of whose records a log's are. */
export interface Enriched {
  /** The encoded Resource. */
  readonly resource: Buffer
  /** Whether the pod's metadata are in it; if not, they may come in a moment. */
  readonly isComplete: boolean
  /** Gives back what can be made again. */
  rest?(): void
}

/** One whose resource is encoded when it is asked for: of most logs it is not, for hours. */
export class LazilyEnriched implements Enriched {
  readonly isComplete: boolean
  readonly #encode: () => Buffer
  #resource: Buffer | undefined

  constructor(isComplete: boolean, encode: () => Buffer) {
    this.isComplete = isComplete
    this.#encode = encode
  }

  get resource(): Buffer {
    this.#resource ??= this.#encode()
    return this.#resource
  }

  rest(): void {
    this.#resource = undefined
  }
}

/** What is longer is not remembered: as many as fit would take gigabytes. */
const MAX_BYTES = 16_384
/** A generation is over then, too: a hundred thousand of the longest would take more than a gigabyte. */
const GENERATION_BYTES = 64 * 1_048_576

/**
 * Remembers what was made of which bytes. Senders send the same alerts in the same words again and again: what is
 * known is not parsed again. What is not asked for during a whole generation is forgotten.
 */
export class Interner<T extends NonNullable<unknown>> {
  readonly #make: (key: string, bytes: Buffer) => T
  readonly #keyIn: (value: T) => string | undefined
  readonly #generationSize: number
  readonly #generationBytes: number
  /** By the bytes, a character each: such texts are compact, and V8 compares and hashes them fast. */
  #young = new Map<string, T>()
  #old = new Map<string, T>()
  #youngBytes = 0

  /**
   * @param make takes the bytes, and a text with a character for each; may throw; nothing is remembered then
   * @param generationSize how many a generation has at most
   * @param keyIn the text that a value keeps of those that it was made of, so that there need not be two
   * @param generationBytes of how many bytes those of a generation were made at most
   */
  constructor(
    make: (key: string, bytes: Buffer) => T,
    generationSize: number,
    keyIn: (value: T) => string | undefined = () => undefined,
    generationBytes = GENERATION_BYTES,
  ) {
    this.#make = make
    this.#keyIn = keyIn
    this.#generationSize = generationSize
    this.#generationBytes = generationBytes
  }

  /** The value of a part of a body. */
  get(body: Buffer, from: number, to: number): T {
    const key = body.toString('latin1', from, to)
    if (key.length > MAX_BYTES) return this.#make(key, body.subarray(from, to))
    const young = this.#young.get(key)
    if (young !== undefined) return young
    const value = this.#old.get(key) ?? this.#make(key, body.subarray(from, to))
    const kept = this.#keyIn(value)
    if (this.#young.size >= this.#generationSize || this.#youngBytes + key.length > this.#generationBytes) {
      this.#old = this.#young
      this.#young = new Map()
      this.#youngBytes = 0
    }
    this.#youngBytes += key.length
    this.#young.set(kept === key ? kept : key, value)
    return value
  }
}

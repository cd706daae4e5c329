/** Bytes of keys and fragments together. */
const MAX_BYTES = 32 * 1024 ** 2

/** The JSON of resources and scopes by their protobuf bytes. Forgets everything once it is full: it is soon made again. */
export class FragmentCache {
  readonly #fragments = new Map<string, Buffer>()
  #bytes = 0

  keyOf(kind: 'resource' | 'scope', source: Buffer, start: number, end: number): string {
    return `${kind}\0${source.toString('latin1', start, end)}`
  }

  get(key: string): Buffer | undefined {
    return this.#fragments.get(key)
  }

  set(key: string, fragment: Buffer): void {
    const bytes = key.length + fragment.length
    if (this.#bytes + bytes > MAX_BYTES) {
      this.#fragments.clear()
      this.#bytes = 0
    }
    if (bytes > MAX_BYTES) return
    this.#fragments.set(key, fragment)
    this.#bytes += bytes
  }
}

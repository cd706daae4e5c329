import type { SampleColumns } from './sample-records.ts'

/** Samples of one chunk; 20 bytes each. */
export const CHUNK_SAMPLES = 65_536
/** Chunks that are kept to be filled again. */
const KEPT_CHUNKS = 2

export interface Chunk extends SampleColumns {
  length: number
}

/** Samples between the table and the disk, in chunks of typed arrays. */
export class SampleBuffer {
  readonly #maxChunks: number
  readonly #onFull: () => void
  readonly #free: Chunk[] = []
  #chunk = createChunk()
  #full: Chunk[] = []

  /**
   * @param maxChunks beyond them samples are not taken
   * @param onFull called when a chunk is
   */
  constructor(maxChunks: number, onFull: () => void) {
    this.#maxChunks = maxChunks
    this.#onFull = onFull
  }

  get samples(): number {
    return this.#full.length * CHUNK_SAMPLES + this.#chunk.length
  }

  get isEmpty(): boolean {
    return this.#chunk.length === 0 && this.#full.length === 0
  }

  /** @returns whether there was room for it */
  add(series: number, value: number, timeMs: number): boolean {
    let chunk = this.#chunk
    let at = chunk.length
    if (at === CHUNK_SAMPLES) {
      if (this.#full.length + 1 >= this.#maxChunks) return false
      this.#full.push(chunk)
      chunk = this.#free.pop() ?? createChunk()
      this.#chunk = chunk
      at = 0
      this.#onFull()
    }
    chunk.series[at] = series
    chunk.values[at] = value
    chunk.times[at] = timeMs
    chunk.length = (at + 1) | 0
    return true
  }

  /** All samples, in order; they are the caller's until it gives the chunks back. */
  take(): readonly Chunk[] {
    const taken = this.#chunk.length === 0 ? this.#full : [...this.#full, this.#chunk]
    if (this.#chunk.length > 0) this.#chunk = this.#free.pop() ?? createChunk()
    this.#full = []
    return taken
  }

  giveBack(chunks: readonly Chunk[]): void {
    for (const chunk of chunks) {
      if (this.#free.length >= KEPT_CHUNKS) return
      chunk.length = 0
      this.#free.push(chunk)
    }
  }
}

function createChunk(): Chunk {
  return {
    series: new Uint32Array(CHUNK_SAMPLES),
    values: new Float64Array(CHUNK_SAMPLES),
    times: new Float64Array(CHUNK_SAMPLES),
    length: 0,
  }
}

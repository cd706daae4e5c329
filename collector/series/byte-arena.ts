/** Addresses count units of eight bytes, so that 32 bits reach 32 GiB. */
const UNIT_BITS = 3
const CHUNK_BITS = 18
const CHUNK_BYTES = 1 << CHUNK_BITS
const CHUNK_MASK = (1 << (CHUNK_BITS - UNIT_BITS)) - 1
/** Before each piece: whose it is, and its length. */
const HEADER_BYTES = 8
const DEAD = 0xffff_ffff
/** A chunk of which less than this part is in use is moved together with others. */
const SPARSE = 0.5

/** The largest piece that an arena takes. */
export const MAX_PIECE_BYTES = CHUNK_BYTES / 4

/** Is told that a piece of its has another address now. */
export type Move = (owner: number, address: number) => void

/** Pieces of bytes in chunks, each with an owner. Memory of removed ones comes back when their chunk is compacted. */
export class ByteArena {
  /** By `address >>> 15`; the piece begins at `offsetOf(address)`. */
  readonly chunks: (Buffer | undefined)[] = []
  readonly #used: number[] = []
  readonly #live: number[] = []
  readonly #free: number[] = []
  #current = -1

  /** Memory that the chunks take. */
  get bytes(): number {
    return (this.chunks.length - this.#free.length) * CHUNK_BYTES
  }

  chunkOf(address: number): Buffer {
    return this.chunks[address >>> (CHUNK_BITS - UNIT_BITS)]!
  }

  offsetOf(address: number): number {
    return (address & CHUNK_MASK) << UNIT_BITS
  }

  /** Copies a piece, and returns its address. */
  add(owner: number, bytes: Uint8Array, start: number, end: number): number {
    const size = sizeOf(end - start)
    if (this.#current < 0 || this.#used[this.#current]! + size > CHUNK_BYTES) this.#open()
    const index = this.#current
    const chunk = this.chunks[index]!
    const at = this.#used[index]!
    chunk.writeUInt32LE(owner, at)
    chunk.writeUInt32LE(end - start, at + 4)
    chunk.set(bytes.subarray(start, end), at + HEADER_BYTES)
    this.#used[index] = at + size
    this.#live[index]! += size
    return ((index << (CHUNK_BITS - UNIT_BITS)) | ((at + HEADER_BYTES) >>> UNIT_BITS)) >>> 0
  }

  remove(address: number): void {
    const index = address >>> (CHUNK_BITS - UNIT_BITS)
    const chunk = this.chunks[index]!
    const at = this.offsetOf(address) - HEADER_BYTES
    this.#live[index]! -= sizeOf(chunk.readUInt32LE(at + 4))
    chunk.writeUInt32LE(DEAD, at)
    if (this.#live[index] === 0) this.#empty(index)
  }

  /** Moves what is left in a sparse chunk elsewhere; does one chunk at the most, and says whether it did. */
  compact(move: Move): boolean {
    const index = this.#live.findIndex(
      (live, at) => at !== this.#current && this.chunks[at] !== undefined && live < SPARSE * CHUNK_BYTES,
    )
    if (index < 0) return false
    const chunk = this.chunks[index]!
    const end = this.#used[index]!
    for (let at = 0; at < end; ) {
      const owner = chunk.readUInt32LE(at)
      const length = chunk.readUInt32LE(at + 4)
      const start = at + HEADER_BYTES
      if (owner !== DEAD) move(owner, this.add(owner, chunk, start, start + length))
      at += sizeOf(length)
    }
    this.#live[index] = 0
    this.#empty(index)
    return true
  }

  #empty(index: number): void {
    this.#used[index] = 0
    if (index === this.#current) return
    this.chunks[index] = undefined
    this.#free.push(index)
  }

  #open(): void {
    const before = this.#current
    const index = this.#free.pop() ?? this.chunks.length
    this.chunks[index] = Buffer.allocUnsafeSlow(CHUNK_BYTES)
    this.#used[index] = 0
    this.#live[index] = 0
    this.#current = index
    if (before >= 0 && this.#live[before] === 0) this.#empty(before)
  }
}

function sizeOf(length: number): number {
  return (HEADER_BYTES + length + 7) & ~7
}

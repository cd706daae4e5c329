import { ByteArena } from './byte-arena.ts'
import { hashBytes } from './byte-hash.ts'
import { HashIndex, NONE } from './hash-index.ts'

const MIN_CAPACITY = 1024
/** Below this, comparing in JavaScript is faster than a call. */
const SHORT_BYTES = 48
/** What an entry takes besides its bytes: five columns, slots of the index, header and padding of its piece. */
const ENTRY_BYTES = 20 + 8 + 12

/**
 * Strings of bytes, each kept once under a number while somebody holds it. The same bytes in different contexts are
 * different strings. No object per string: columns, an arena and an index.
 */
export class ByteTable {
  readonly #arena = new ByteArena()
  readonly #index = new HashIndex(this)
  #address = new Uint32Array(MIN_CAPACITY)
  #length = new Uint32Array(MIN_CAPACITY)
  #hash = new Uint32Array(MIN_CAPACITY)
  #context = new Uint32Array(MIN_CAPACITY)
  /** How often it is held; of a free one, the next that is free. */
  #holds = new Uint32Array(MIN_CAPACITY)
  #firstFree = NONE
  #end = 0
  #contentBytes = 0
  #size = 0

  get size(): number {
    return this.#size
  }

  /** Numbers are below this. */
  get capacity(): number {
    return this.#address.length
  }

  /** What the strings take, by their lengths. */
  get bytes(): number {
    return this.#contentBytes + ENTRY_BYTES * this.#size
  }

  hashOf(id: number): number {
    return this.#hash[id]!
  }

  find(context: number, bytes: Buffer, start: number, end: number): number {
    const hash = hashBytes(context, bytes, start, end)
    const { slots, mask } = this.#index
    for (let at = hash & mask; slots[at] !== NONE; at = (at + 1) & mask) {
      const id = slots[at]!
      if (this.#hash[id] === hash && this.equals(id, context, bytes, start, end)) return id
    }
    return NONE
  }

  equals(id: number, context: number, bytes: Buffer, start: number, end: number): boolean {
    const length = end - start
    if (this.#length[id] !== length || this.#context[id] !== context) return false
    const address = this.#address[id]!
    const chunk = this.#arena.chunkOf(address)
    const from = this.#arena.offsetOf(address)
    if (length > SHORT_BYTES) return bytes.compare(chunk, from, from + length, start, end) === 0
    for (let at = 0; at < length; at = (at + 1) | 0) {
      if (chunk[(from + at) | 0] !== bytes[(start + at) | 0]) return false
    }
    return true
  }

  /** Adds a string that is not there; nobody holds it yet. */
  add(context: number, bytes: Buffer, start: number, end: number): number {
    const id = this.#take()
    const hash = hashBytes(context, bytes, start, end)
    this.#hash[id] = hash
    this.#context[id] = context
    this.#length[id] = end - start
    this.#holds[id] = 0
    this.#address[id] = this.#arena.add(id, bytes, start, end)
    this.#index.insert(id, hash)
    this.#contentBytes += end - start
    this.#size += 1
    return id
  }

  hold(id: number): void {
    this.#holds[id]! += 1
  }

  isHeld(id: number): boolean {
    return this.#holds[id]! > 0
  }

  /** Returns whether nobody holds it any more; then it is to be dropped. */
  release(id: number): boolean {
    this.#holds[id]! -= 1
    return this.#holds[id] === 0
  }

  /** Removes a string that nobody holds. */
  drop(id: number): void {
    this.#index.remove(id, this.#hash[id]!)
    this.#arena.remove(this.#address[id]!)
    this.#contentBytes -= this.#length[id]!
    this.#size -= 1
    this.#holds[id] = this.#firstFree
    this.#firstFree = id
  }

  contextOf(id: number): number {
    return this.#context[id]!
  }

  /** Where its bytes are; valid until something is removed. */
  chunkOf(id: number): Buffer {
    return this.#arena.chunkOf(this.#address[id]!)
  }

  offsetOf(id: number): number {
    return this.#arena.offsetOf(this.#address[id]!)
  }

  lengthOf(id: number): number {
    return this.#length[id]!
  }

  /** The bytes, not copied; valid until something is removed. */
  view(id: number): Buffer {
    const address = this.#address[id]!
    const from = this.#arena.offsetOf(address)
    return this.#arena.chunkOf(address).subarray(from, from + this.#length[id]!)
  }

  /** Copies the bytes, and returns the offset behind them. */
  copy(id: number, target: Buffer, to: number): number {
    const address = this.#address[id]!
    const length = this.#length[id]!
    const chunk = this.#arena.chunkOf(address)
    const from = this.#arena.offsetOf(address)
    if (length > SHORT_BYTES) chunk.copy(target, to, from, from + length)
    else for (let at = 0; at < length; at = (at + 1) | 0) target[(to + at) | 0] = chunk[(from + at) | 0]!
    return to + length
  }

  /** Gives memory of removed strings back, a little at a time; says whether there may be more. */
  compact(): boolean {
    return this.#arena.compact((id, address) => {
      this.#address[id] = address
    })
  }

  #take(): number {
    const free = this.#firstFree
    if (free !== NONE) {
      this.#firstFree = this.#holds[free]!
      return free
    }
    if (this.#end === this.#address.length) this.#grow()
    this.#end += 1
    return this.#end - 1
  }

  #grow(): void {
    const capacity = 2 * this.#address.length
    this.#address = grown(this.#address, capacity)
    this.#length = grown(this.#length, capacity)
    this.#hash = grown(this.#hash, capacity)
    this.#context = grown(this.#context, capacity)
    this.#holds = grown(this.#holds, capacity)
  }
}

/** A larger copy; what is new is 0. */
export function grown(column: Uint32Array<ArrayBuffer>, capacity: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(capacity)
  larger.set(column)
  return larger
}

/** Stands for no row, no label set, nothing. */
export const NONE = 0xffff_ffff

const MIN_SLOTS = 1024

/** Tells the hash of what a number stands for. */
export interface Hashed {
  hashOf(id: number): number
}

/**
 * An open-addressing index from hashes to numbers, with linear probing. What the numbers stand for is elsewhere, so whoever
 * looks up walks the slots itself: from `hash & mask` on, one after the other, until one is {@link NONE}.
 */
export class HashIndex {
  slots = new Uint32Array(MIN_SLOTS).fill(NONE)
  mask = MIN_SLOTS - 1
  #size = 0
  readonly #hashed: Hashed

  constructor(hashed: Hashed) {
    this.#hashed = hashed
  }

  get bytes(): number {
    return this.slots.byteLength
  }

  insert(id: number, hash: number): void {
    // Two thirds full at the most.
    if (3 * (this.#size + 1) > 2 * this.slots.length) this.#grow()
    this.#size += 1
    this.#place(id, hash)
  }

  /** Removes a number that is there. */
  remove(id: number, hash: number): void {
    const { slots, mask } = this
    let at = hash & mask
    while (slots[at] !== id) {
      if (slots[at] === NONE) return
      at = (at + 1) & mask
    }
    this.#size -= 1
    // What stands behind the gap moves into it, unless that would be before its own place.
    for (let next = (at + 1) & mask; slots[next] !== NONE; next = (next + 1) & mask) {
      const home = this.#hashed.hashOf(slots[next]!) & mask
      if (((next - home) & mask) < ((next - at) & mask)) continue
      slots[at] = slots[next]!
      at = next
    }
    slots[at] = NONE
  }

  #place(id: number, hash: number): void {
    const { slots, mask } = this
    let at = hash & mask
    while (slots[at] !== NONE) at = (at + 1) & mask
    slots[at] = id
  }

  #grow(): void {
    const before = this.slots
    this.slots = new Uint32Array(2 * before.length).fill(NONE)
    this.mask = this.slots.length - 1
    for (const id of before) if (id !== NONE) this.#place(id, this.#hashed.hashOf(id))
  }
}

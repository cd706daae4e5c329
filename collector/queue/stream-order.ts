/** Who carries entries on: what one carrier takes goes out in the order in which it was taken. */
export type Carrier = object

/** An entry that waits for others of its streams. */
interface Held<E> {
  readonly entry: E
  readonly streams: readonly number[]
  readonly bytes: number
}

interface Carried {
  readonly by: Carrier
  entries: number
}

/** How far one looks past entries that have to wait. */
const MOST_HELD = 64
const MOST_HELD_BYTES = 16 * 1024 ** 2

/**
 * Keeps the order of each stream although several carry entries on at once: while one carries an entry, nobody else gets
 * one that has a stream in common with it, or with one that waits. Others are taken past those that wait.
 */
export class StreamOrder<E> {
  readonly #carried = new Map<number, Carried>()
  #held: Held<E>[] = []
  #heldBytes = 0

  /** Whether one must not look further before something has been delivered. */
  get isFull(): boolean {
    return this.#held.length >= MOST_HELD || this.#heldBytes >= MOST_HELD_BYTES
  }

  get held(): readonly E[] {
    return this.#held.map(({ entry }) => entry)
  }

  /** The first entry that waited and need not wait any longer for this carrier; it is carried from then on. */
  takeHeld(by: Carrier): E | undefined {
    if (this.#held.length === 0) return undefined
    const before = new Set<number>()
    for (const [index, { entry, streams, bytes }] of this.#held.entries()) {
      if (this.#mayGo(streams, by, before)) {
        this.#held.splice(index, 1)
        this.#heldBytes -= bytes
        this.#carry(streams, by)
        return entry
      }
      for (const stream of streams) before.add(stream)
    }
    return undefined
  }

  /** Has a carrier take an entry that follows all others, or has the entry wait; returns whether it was taken. */
  offer(entry: E, streams: readonly number[], bytes: number, by: Carrier): boolean {
    const before = new Set<number>()
    for (const held of this.#held) for (const stream of held.streams) before.add(stream)
    if (this.#mayGo(streams, by, before)) {
      this.#carry(streams, by)
      return true
    }
    this.#held.push({ entry, streams, bytes })
    this.#heldBytes += bytes
    return false
  }

  /** An entry was delivered; returns whether others wait. */
  release(streams: readonly number[]): boolean {
    for (const stream of streams) {
      const carried = this.#carried.get(stream)
      if (carried !== undefined && --carried.entries === 0) this.#carried.delete(stream)
    }
    return this.#held.length > 0
  }

  #mayGo(streams: readonly number[], by: Carrier, before: ReadonlySet<number>): boolean {
    for (const stream of streams) {
      if (before.has(stream)) return false
      const carried = this.#carried.get(stream)
      if (carried !== undefined && carried.by !== by) return false
    }
    return true
  }

  #carry(streams: readonly number[], by: Carrier): void {
    for (const stream of streams) {
      const carried = this.#carried.get(stream)
      if (carried === undefined) this.#carried.set(stream, { by, entries: 1 })
      else carried.entries += 1
    }
  }
}

/** Ranges of a body with what was found in them. One instance is filled again for each body. */
export class Spans {
  count = 0
  #starts = new Int32Array(32)
  #ends = new Int32Array(32)
  #kinds = new Int32Array(32)

  clear(): void {
    this.count = 0
  }

  start(index: number): number {
    return this.#starts[index]!
  }

  end(index: number): number {
    return this.#ends[index]!
  }

  kind(index: number): number {
    return this.#kinds[index]!
  }

  add(start: number, end: number, kind: number): void {
    if (this.count === this.#starts.length) this.#grow()
    this.#starts[this.count] = start
    this.#ends[this.count] = end
    this.#kinds[this.count] = kind
    this.count += 1
  }

  /** Puts them into order and makes one of those that overlap, of the kind of the first: whatever any of them covers stays covered. */
  unite(): void {
    this.#sort()
    let last = 0
    for (let index = 1; index < this.count; index++) {
      if (this.#starts[index]! < this.#ends[last]!) {
        if (this.#ends[index]! > this.#ends[last]!) this.#ends[last] = this.#ends[index]!
      } else {
        last += 1
        this.#move(index, last)
      }
    }
    this.count = Math.min(this.count, last + 1)
  }

  /** They come in order as a rule, and there are few. */
  #sort(): void {
    if (this.#isSorted()) return
    const order = Array.from({ length: this.count }, (_, index) => index)
    const starts = this.#starts.slice(0, this.count)
    const ends = this.#ends.slice(0, this.count)
    const kinds = this.#kinds.slice(0, this.count)
    order.sort((a, b) => starts[a]! - starts[b]! || ends[b]! - ends[a]!)
    for (const [to, from] of order.entries()) {
      this.#starts[to] = starts[from]!
      this.#ends[to] = ends[from]!
      this.#kinds[to] = kinds[from]!
    }
  }

  #isSorted(): boolean {
    for (let index = 1; index < this.count; index++) {
      if (this.#starts[index]! < this.#starts[index - 1]!) return false
    }
    return true
  }

  #move(from: number, to: number): void {
    this.#starts[to] = this.#starts[from]!
    this.#ends[to] = this.#ends[from]!
    this.#kinds[to] = this.#kinds[from]!
  }

  #grow(): void {
    const copy = (array: Int32Array<ArrayBuffer>) => {
      const grown = new Int32Array(array.length * 2)
      grown.set(array)
      return grown
    }
    this.#starts = copy(this.#starts)
    this.#ends = copy(this.#ends)
    this.#kinds = copy(this.#kinds)
  }
}

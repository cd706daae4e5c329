import type { Index } from '../index/indices.ts'

/** The accepted documents of one index and one day, in the order of the request. */
export class DocumentGroup {
  readonly index: Index
  readonly day: number
  count = 0
  items = new Int32Array(1024)
  rows = new Int32Array(1024)
  ns = new Float64Array(1024)
  digits = new Int8Array(1024)

  constructor(index: Index, day: number) {
    this.index = index
    this.day = day
  }

  add(item: number, row: number, ns: number, digits: number): void {
    if (this.count === this.items.length) this.#grow()
    const place = this.count++
    this.items[place] = item
    this.rows[place] = row
    this.ns[place] = ns
    this.digits[place] = digits
  }

  /** Keeps only the places that are not marked. */
  drop(marked: Uint8Array): void {
    let kept = 0
    for (let place = 0; place < this.count; place++) {
      if (marked[place] === 1) continue
      this.items[kept] = this.items[place]!
      this.rows[kept] = this.rows[place]!
      this.ns[kept] = this.ns[place]!
      this.digits[kept] = this.digits[place]!
      kept += 1
    }
    this.count = kept
  }

  #grow(): void {
    const { items, rows, ns, digits } = this
    const size = this.count * 2
    this.items = new Int32Array(size)
    this.rows = new Int32Array(size)
    this.ns = new Float64Array(size)
    this.digits = new Int8Array(size)
    this.items.set(items)
    this.rows.set(rows)
    this.ns.set(ns)
    this.digits.set(digits)
  }
}

/** Sorts documents into groups by index and day. */
export class DocumentGroups {
  readonly groups: DocumentGroup[] = []
  readonly #byKey = new Map<string, DocumentGroup>()
  #last: DocumentGroup | undefined

  groupOf(index: Index, day: number): DocumentGroup {
    if (this.#last?.day === day && this.#last.index === index) return this.#last
    const key = `${index.uid}/${day}`
    let group = this.#byKey.get(key)
    if (group === undefined) {
      group = new DocumentGroup(index, day)
      this.#byKey.set(key, group)
      this.groups.push(group)
    }
    this.#last = group
    return group
  }

  has(index: Index, day: number): boolean {
    return this.#byKey.has(`${index.uid}/${day}`)
  }
}

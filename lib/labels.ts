import { quoteGo } from './go-quote.ts'

export type Label = readonly [name: string, value: string]

/**
 * A set of labels, each name once, sorted by name in the order of UTF-8 bytes: the order in which Prometheus hashes,
 * prints and compares them.
 */
export class LabelSet implements Iterable<Label> {
  static readonly empty = new LabelSet([])

  readonly #labels: readonly Label[]
  #fingerprint: string | undefined

  private constructor(sorted: readonly Label[]) {
    this.#labels = sorted
  }

  /** Of two labels with one name the later one counts. */
  static of(labels: Iterable<Label>): LabelSet {
    const byName = new Map<string, Label>()
    for (const label of labels) byName.set(label[0], label)
    return new LabelSet([...byName.values()].sort(([a], [b]) => compareUtf8(a, b)))
  }

  static from(record: Readonly<Record<string, string>>): LabelSet {
    return LabelSet.of(Object.entries(record))
  }

  get size(): number {
    return this.#labels.length
  }

  [Symbol.iterator](): Iterator<Label> {
    return this.#labels[Symbol.iterator]()
  }

  /** The value of a label, or undefined. To a matcher a missing label is an empty one. */
  get(name: string): string | undefined {
    for (const label of this.#labels) if (label[0] === name) return label[1]
    return undefined
  }

  /** The labels for which the predicate holds. */
  filter(keep: (name: string, value: string) => boolean): LabelSet {
    return new LabelSet(this.#labels.filter(([name, value]) => keep(name, value)))
  }

  /** The fingerprint that Prometheus and Alertmanager give this set: 16 hex digits. */
  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf(this.#labels)
    return this.#fingerprint
  }

  /** `{a="b", c="d"}` with Go's quoting, as it stands in group keys. */
  toString(): string {
    return `{${this.#labels.map(([name, value]) => `${name}=${quoteGo(value)}`).join(', ')}}`
  }

  /** Orders sets by their number of labels, then label by label. */
  static compare(a: LabelSet, b: LabelSet): number {
    if (a.size !== b.size) return a.size - b.size
    for (const [index, [name, value]] of a.#labels.entries()) {
      const [otherName, otherValue] = b.#labels[index]!
      // The set that lacks the smaller of the two names comes first.
      if (name !== otherName) return -compareUtf8(name, otherName)
      if (value !== otherValue) return compareUtf8(value, otherValue)
    }
    return 0
  }
}

/** Compares two texts by their UTF-8 bytes. JavaScript's own order differs where a surrogate pair is involved. */
export function compareUtf8(a: string, b: string): number {
  const length = Math.min(a.length, b.length)
  for (let index = 0; index < length; index++) {
    const x = a.charCodeAt(index)
    const y = b.charCodeAt(index)
    if (x !== y) return surrogatesLast(x) - surrogatesLast(y)
  }
  return a.length - b.length
}

function surrogatesLast(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x1_0000 : unit
}

const SEPARATOR = 0xff
const FNV_PRIME_LOW = 0x1b3
const FNV_OFFSET_HIGH = 0xcbf2_9ce4
const FNV_OFFSET_LOW = 0x8422_2325

/**
 * FNV-1a over name, 0xFF, value, 0xFF of each label. Two 32-bit halves: a BigInt per byte costs some thirty times as
 * much, and every alert that comes in passes here.
 */
function fingerprintOf(labels: readonly Label[]): string {
  let high = FNV_OFFSET_HIGH
  let low = FNV_OFFSET_LOW
  const feed = (byte: number) => {
    const mixed = (low ^ byte) >>> 0
    const product = mixed * FNV_PRIME_LOW
    // The prime is 2^40 + 0x1b3; the first term moves the low half by eight bits into the high one.
    high = (high * FNV_PRIME_LOW + mixed * 256 + Math.floor(product / 0x1_0000_0000)) >>> 0
    low = product >>> 0
  }
  const feedText = (text: string) => {
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      if (unit >= 0x80) {
        for (const byte of Buffer.from(text.slice(index))) feed(byte)
        break
      }
      feed(unit)
    }
    feed(SEPARATOR)
  }
  for (const [name, value] of labels) {
    feedText(name)
    feedText(value)
  }
  return hex32(high) + hex32(low)
}

function hex32(half: number): string {
  return half.toString(16).padStart(8, '0')
}

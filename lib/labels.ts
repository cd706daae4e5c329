import { readFlatMapping } from './flat-mapping.ts'
import { quoteGo } from './go-quote.ts'
import { quoteJson } from './quote-json.ts'

export type Label = readonly [name: string, value: string]

/**
 * A set of labels, each name once, sorted by name in the order of UTF-8 bytes: the order in which Prometheus hashes,
 * prints and compares them.
 */
export class LabelSet implements Iterable<Label> {
  static readonly empty = new LabelSet([])

  /**
   * Name and value in turn: an array for each label would take three times the memory. Undefined in a compact set, whose
   * JSON is read each time.
   */
  readonly #kept: readonly string[] | undefined
  /** Whether a compact set's JSON has no escapes: then quotes are nothing but the ends of names and values. */
  readonly #isPlain: boolean
  #fingerprint: string | undefined
  #json: string | undefined

  private constructor(sorted: readonly string[] | undefined, json?: string) {
    this.#kept = sorted
    this.#json = json
    this.#isPlain = sorted === undefined && !json!.includes('\\')
  }

  /** Of two labels with one name the later one counts. */
  static of(labels: Iterable<Label>): LabelSet {
    const byName = new Map<string, Label>()
    for (const label of labels) byName.set(label[0], label)
    return new LabelSet([...byName.values()].sort(([a], [b]) => compareUtf8(a, b)).flat())
  }

  /** Reads a JSON object whose values are all texts; undefined if it is anything else. */
  static readJson(json: string): LabelSet | undefined {
    const members = readFlatMapping(json)
    if (members === undefined) return undefined
    const set = LabelSet.of(members)
    // What was sent is mostly what would be shown: one text is enough for both.
    if (set.#writeJson() === json) set.#json = json
    return set
  }

  /** Takes what {@link json} and {@link fingerprint} of a set gave, without another look at it. */
  static kept(json: string, fingerprint?: string): LabelSet {
    const set = new LabelSet(undefined, json)
    set.#fingerprint = fingerprint
    return set
  }

  static from(record: Readonly<Record<string, string>>): LabelSet {
    return LabelSet.of(Object.entries(record))
  }

  get #texts(): readonly string[] {
    if (this.#kept !== undefined) return this.#kept
    const json = this.#json!
    return this.#isPlain ? textsInPlain(json) : readFlatMapping(json)!.flat()
  }

  get size(): number {
    return this.#texts.length / 2
  }

  /** The text that this set was read from, if it is its {@link json} too. */
  get writtenAs(): string | undefined {
    return this.#json
  }

  /**
   * The same set in a third of the memory, if its JSON is there. A value is found in it about as fast if no escapes are in
   * the way; who looks at all labels again and again should look at the {@link expanded} set.
   */
  compact(): LabelSet {
    return this.#json === undefined ? this : new LabelSet(undefined, this.#json)
  }

  expanded(): LabelSet {
    return this.#kept === undefined ? new LabelSet(this.#texts, this.#json) : this
  }

  *[Symbol.iterator](): Iterator<Label> {
    const texts = this.#texts
    for (let at = 0; at < texts.length; at += 2) yield [texts[at]!, texts[at + 1]!]
  }

  /** The value of a label, or undefined. To a matcher a missing label is an empty one. */
  get(name: string): string | undefined {
    if (this.#isPlain && !/[,:]/.test(name)) return valueInPlain(this.#json!, name)
    const texts = this.#texts
    for (let at = 0; at < texts.length; at += 2) if (texts[at] === name) return texts[at + 1]
    return undefined
  }

  /** The labels for which the predicate holds; this very set if that is all of them. */
  filter(keep: (name: string, value: string) => boolean): LabelSet {
    const texts = this.#texts
    const kept: string[] = []
    for (let at = 0; at < texts.length; at += 2) {
      const [name, value] = [texts[at]!, texts[at + 1]!]
      if (keep(name, value)) kept.push(name, value)
    }
    return kept.length === texts.length ? this : new LabelSet(kept)
  }

  /** The fingerprint that Prometheus and Alertmanager give this set: 16 hex digits. */
  get fingerprint(): string {
    this.#fingerprint ??= fingerprintOf(this.#texts)
    return this.#fingerprint
  }

  /** A JSON object as Go's encoder writes it: by name, without escapes for HTML. */
  get json(): string {
    this.#json ??= this.#writeJson()
    return this.#json
  }

  #writeJson(): string {
    return `{${this.#join((name, value) => `${quoteJson(name)}:${quoteJson(value)}`, ',')}}`
  }

  /** `{a="b", c="d"}` with Go's quoting, as it stands in group keys. */
  toString(): string {
    return `{${this.#join((name, value) => `${name}=${quoteGo(value)}`, ', ')}}`
  }

  #join(write: (name: string, value: string) => string, separator: string): string {
    const texts = this.#texts
    let text = ''
    for (let at = 0; at < texts.length; at += 2) {
      text += `${at === 0 ? '' : separator}${write(texts[at]!, texts[at + 1]!)}`
    }
    return text
  }

  /** Orders sets by their number of labels, then label by label. */
  static compare(a: LabelSet, b: LabelSet): number {
    if (a.size !== b.size) return a.size - b.size
    const others = b.#texts
    for (const [index, text] of a.#texts.entries()) {
      const other = others[index]!
      // The set that lacks the smaller of two names comes first.
      if (text !== other) return index % 2 === 0 ? -compareUtf8(text, other) : compareUtf8(text, other)
    }
    return 0
  }
}

/** Names and values of a plain JSON object as {@link LabelSet.json} writes it. */
function textsInPlain(json: string): readonly string[] {
  const texts: string[] = []
  for (let at = 1; json[at] === '"'; at += 2) {
    const colon = json.indexOf('"', at + 1)
    texts.push(json.slice(at + 1, colon))
    at = json.indexOf('"', colon + 3)
    texts.push(json.slice(colon + 3, at))
  }
  return texts
}

/** @param name without commas and colons, so that what is found is a name and not what stands between two texts */
function valueInPlain(json: string, name: string): string | undefined {
  const at = json.indexOf(`"${name}":"`)
  if (at < 0) return undefined
  const from = at + name.length + 4
  return json.slice(from, json.indexOf('"', from))
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

const hash = Buffer.alloc(8)
const SEPARATOR = 0xff
const FNV_PRIME_LOW = 0x1b3
const FNV_OFFSET_HIGH = 0xcbf2_9ce4
const FNV_OFFSET_LOW = 0x8422_2325

/**
 * FNV-1a over name, 0xFF, value, 0xFF of each label. Two 32-bit halves: a BigInt per byte costs some thirty times as
 * much, and every alert that comes in passes here.
 */
function fingerprintOf(texts: readonly string[]): string {
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
  for (const text of texts) feedText(text)
  hash.writeUInt32BE(high, 0)
  hash.writeUInt32BE(low, 4)
  // Two halves that are put together would take four times the memory.
  return hash.toString('hex')
}

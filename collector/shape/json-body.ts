/** How much of an object in a text becomes fields. */
export interface JsonLimits {
  /** Objects and lists in each other; what is deeper becomes a text. */
  readonly max_depth: number
  /** Values of all objects and lists together; those behind are left out. */
  readonly max_fields: number
  /** A longer text is not looked into. */
  readonly max_bytes: number
  /** Of a text; the rest of it is cut off. */
  readonly max_value_bytes: number
}

/** Counters, read when scraped. */
export interface JsonStats {
  parsed: number
  /** Looked like an object and was none. */
  invalid: number
  tooLarge: number
  /** Objects of which something was beyond a limit. */
  limited: number
}

const OPEN_BRACE = 123
const CLOSE_BRACE = 125
const SPACE = 32
/** What stands at the end of a text that was cut. */
const CUT_MARK = '…[cut]'
/** A number with so many digits may not be what JavaScript makes of it. */
const LONG_NUMBER = /\d{16}|\d[eE.]/

const keepNumber = (_key: string, value: unknown, { source }: { readonly source?: string }) =>
  typeof value === 'number' && source !== undefined ? JSON.rawJSON(source) : value

/** Makes JSON of a text that is a JSON object: within limits, each key once, numbers to the last digit. */
export class JsonBody {
  readonly #limits: JsonLimits
  readonly #stats: JsonStats
  #fieldsLeft = 0
  #isLimited = false

  constructor(limits: JsonLimits, stats: JsonStats) {
    this.#limits = limits
    this.#stats = stats
  }

  /** The object that `bytes[start, end)` is, as JSON in one line; undefined if it is none. */
  read(bytes: Buffer, start: number, end: number): Buffer | undefined {
    if (!looksLikeObject(bytes, start, end)) return undefined
    if (end - start > this.#limits.max_bytes) {
      this.#stats.tooLarge += 1
      return undefined
    }
    const object = parse(bytes.toString('utf8', start, end))
    if (object === undefined) {
      this.#stats.invalid += 1
      return undefined
    }
    this.#fieldsLeft = this.#limits.max_fields
    this.#isLimited = false
    const json = JSON.stringify(this.#within(object, 1))
    this.#stats.parsed += 1
    if (this.#isLimited) this.#stats.limited += 1
    return Buffer.from(json)
  }

  #within(value: unknown, depth: number): unknown {
    if (typeof value === 'string') return this.#cut(value)
    if (typeof value !== 'object' || value === null || JSON.isRawJSON(value)) return value
    if (depth > this.#limits.max_depth) {
      this.#isLimited = true
      return this.#cut(JSON.stringify(value))
    }
    if (Array.isArray(value)) {
      const kept = value.slice(0, this.#fieldsLeft)
      if (kept.length < value.length) this.#isLimited = true
      this.#fieldsLeft -= kept.length
      return kept.map((item) => this.#within(item, depth + 1))
    }
    const kept: [string, unknown][] = []
    for (const [key, member] of Object.entries(value)) {
      if (this.#fieldsLeft <= 0) {
        this.#isLimited = true
        break
      }
      this.#fieldsLeft -= 1
      // Elasticsearch has a meaning of its own for zeros in keys of such objects.
      kept.push([this.#cut(key.replaceAll('\0', '\ufffd')), this.#within(member, depth + 1)])
    }
    return Object.fromEntries(kept)
  }

  #cut(text: string): string {
    const { max_value_bytes: maxBytes } = this.#limits
    // A unit of a string takes three bytes at the most.
    if (text.length * 3 <= maxBytes) return text.toWellFormed()
    const bytes = Buffer.from(text)
    if (bytes.length <= maxBytes) return text.toWellFormed()
    this.#isLimited = true
    let end = maxBytes
    while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end -= 1
    return bytes.toString('utf8', 0, end) + CUT_MARK
  }
}

function parse(text: string): object | undefined {
  try {
    const value: unknown = LONG_NUMBER.test(text) ? JSON.parse(text, keepNumber) : JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined
  } catch {
    return undefined
  }
}

function looksLikeObject(bytes: Buffer, start: number, end: number): boolean {
  let from = start
  let to = end
  while (from < to && bytes[from]! <= SPACE) from += 1
  while (from < to && bytes[to - 1]! <= SPACE) to -= 1
  return to - from >= 2 && bytes[from] === OPEN_BRACE && bytes[to - 1] === CLOSE_BRACE
}

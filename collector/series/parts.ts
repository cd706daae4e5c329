/** Which of a family's samples a series has: the suffix of its name, and the bucket or quantile. */
export interface Part {
  readonly suffix: string
  /** `le`, `quantile` or empty. */
  readonly label: string
  /** The label's value, as text. */
  readonly text: string
  /** The label's value. */
  readonly bound: number
  /** `le="0.5"`, or nothing. */
  readonly bytes: Buffer
  /** The same, with the bound as OpenMetrics wants it: `le="1.0"`. */
  readonly canonicalBytes: Buffer
  readonly suffixBytes: Buffer
}

/** Series whose name is the family's. */
export const PLAIN = 0
/** Behind the buckets and quantiles, in this order. */
const SUFFIXES = ['', '_sum', '_count', '_gsum', '_gcount'] as const
export type Suffix = (typeof SUFFIXES)[number]

/** What the objects of a part take. */
export const PART_BYTES = 500

/** The parts that series have. Bounds are free to choose, so those that no series has any more are forgotten. */
export class Parts {
  readonly #parts: (Part | undefined)[] = []
  readonly #byKey = new Map<string, number>()
  readonly #bounds: number[] = []
  readonly #holds: number[] = []
  readonly #free: number[] = []

  constructor() {
    for (const [index, suffix] of SUFFIXES.entries()) {
      this.#add(suffix, {
        suffix,
        label: '',
        text: '',
        bound: 0,
        bytes: Buffer.alloc(0),
        canonicalBytes: Buffer.alloc(0),
      })
      this.#holds[index] = 1
    }
  }

  get size(): number {
    return this.#byKey.size
  }

  get(id: number): Part {
    return this.#parts[id]!
  }

  /** Whether it is the bucket or quantile with this bound. */
  isBound(id: number, bound: number): boolean {
    return id >= SUFFIXES.length && this.#bounds[id] === bound
  }

  ofSuffix(suffix: Suffix): number {
    return SUFFIXES.indexOf(suffix)
  }

  /** The suffix with which a name goes beyond its family's, or undefined if it is none. */
  suffixOf(name: string, familyName: string): Suffix | '_bucket' | undefined {
    if (name.length === familyName.length) return name === familyName ? '' : undefined
    if (!name.startsWith(familyName)) return undefined
    const rest = name.slice(familyName.length)
    return rest === '_bucket' ? rest : SUFFIXES.find((suffix) => suffix === rest)
  }

  /** Whether a part stands before another one in a group: by bound, then sum, then count. */
  precedes(a: number, b: number): boolean {
    if (a < SUFFIXES.length || b < SUFFIXES.length) return b < SUFFIXES.length && (a >= SUFFIXES.length || a < b)
    return this.#parts[a]!.bound < this.#parts[b]!.bound
  }

  /** The part of `_bucket{le=...}`; undefined if that is no number. */
  bucket(text: string): number | undefined {
    return this.#find('_bucket', 'le', text)
  }

  quantile(text: string): number | undefined {
    return this.#find('', 'quantile', text)
  }

  hold(id: number): void {
    this.#holds[id]! += 1
  }

  release(id: number): void {
    this.#holds[id]! -= 1
    if (this.#holds[id]! > 0) return
    this.drop(id)
  }

  /** Forgets a part if nobody holds it. */
  drop(id: number): void {
    if (this.#holds[id] !== 0) return
    const { suffix, text } = this.#parts[id]!
    this.#byKey.delete(suffix + text)
    this.#parts[id] = undefined
    this.#free.push(id)
  }

  #find(suffix: string, label: string, text: string): number | undefined {
    const known = this.#byKey.get(suffix + text)
    if (known !== undefined) return known
    const bound = parseBound(text)
    if (Number.isNaN(bound)) return undefined
    const bytes = Buffer.from(`${label}="${text}"`)
    const canonicalBytes = Buffer.from(`${label}="${canonical(text, bound)}"`)
    return this.#add(suffix + text, { suffix, label, text, bound, bytes, canonicalBytes })
  }

  #add(key: string, part: Omit<Part, 'suffixBytes'>): number {
    const id = this.#free.pop() ?? this.#parts.length
    this.#parts[id] = { ...part, suffixBytes: Buffer.from(part.suffix) }
    this.#bounds[id] = part.bound
    this.#holds[id] = 0
    this.#byKey.set(key, id)
    return id
  }
}

/** As OpenMetrics wants it for the bounds that people choose: whole numbers with a fraction. */
function canonical(text: string, bound: number): string {
  return Number.isInteger(bound) && Math.abs(bound) < 1e6 ? bound.toFixed(1) : text
}

/** A bound as Go writes it; NaN if it is none. */
function parseBound(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  if (text === '-Inf') return Number.NEGATIVE_INFINITY
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN
}

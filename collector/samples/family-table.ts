import type { Attributes } from './attributes.ts'
import type { Family, Series } from './series.ts'

/** Ways to write the attributes of one series that are remembered, on average; their order may differ. */
const MAX_SPELLINGS = 4

/** A metric with its series, found by the bytes of their attributes as they came. */
export class FamilyTable {
  readonly family: Family
  readonly #bySpelling = new Map<string, Series>()
  readonly #byAttributes = new Map<string, Series>()

  constructor(family: Family) {
    this.family = family
  }

  get size(): number {
    return this.#byAttributes.size
  }

  get series(): Iterable<Series> {
    return this.#byAttributes.values()
  }

  find(spelling: string): Series | undefined {
    return this.#bySpelling.get(spelling)
  }

  /** A series that is known by another spelling. */
  findSame(spelling: string, attributes: Attributes): Series | undefined {
    const series = this.#byAttributes.get(keyOf(attributes))
    if (series !== undefined) this.#remember(spelling, series)
    return series
  }

  add(spelling: string, series: Series): void {
    this.#byAttributes.set(keyOf(series.attributes), series)
    this.#remember(spelling, series)
  }

  /** Forgets series; returns those that it forgot. */
  forget(isOver: (series: Series) => boolean): Series[] {
    const forgotten: Series[] = []
    for (const [key, series] of this.#byAttributes) {
      if (!isOver(series)) continue
      this.#byAttributes.delete(key)
      forgotten.push(series)
    }
    if (forgotten.length > 0) {
      for (const [spelling, series] of this.#bySpelling) if (isOver(series)) this.#bySpelling.delete(spelling)
    }
    return forgotten
  }

  #remember(spelling: string, series: Series): void {
    if (this.#bySpelling.size >= MAX_SPELLINGS * (this.size + 1)) this.#bySpelling.clear()
    this.#bySpelling.set(spelling, series)
  }
}

function keyOf(attributes: Attributes): string {
  return JSON.stringify([...attributes])
}

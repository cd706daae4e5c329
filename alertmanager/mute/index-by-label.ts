import type { LabelSet } from '#lib/labels.ts'
import { requiredLiteral } from '#lib/match/required-literal.ts'
import type { Matcher } from '#lib/matchers.ts'

interface Indexed {
  readonly matchers: readonly Matcher[]
}

/** Something whose pivot has to be tried against each new value of a label. */
interface Tried<T> {
  readonly item: T
  readonly pivot: Matcher
  /** Stands in whatever the pivot matches. */
  readonly literal: string
}

/** What is filed under one label. */
interface Shelf<T> {
  /** By the value that the label must have. */
  readonly exact: Map<string, Set<T>>
  readonly tried: Map<T, Tried<T>>
  /** Those of the tried whose pivot wants values to begin with a text: by the length of that text, and by the text. */
  readonly byPrefix: Map<number, Map<string, Set<T>>>
  /** Which of the tried match a value. Alerts share values, and come again and again. */
  readonly known: Map<string, readonly T[]>
}

/** Values whose answers are remembered, of one label. */
const MAX_KNOWN = 20_000
const NONE: readonly never[] = []
/** The plain beginning of a pattern. */
const LEADING = /^(?:[\w\-/:@ ]|\\[-./])*/
/** Most values under which one is filed. */
const MAX_VALUES = 100
/** A pattern that stands for itself, or alternatives that do. */
const PLAIN = /^(?:[\w\-/:@ |]|\\[-./])*$/

/**
 * Finds the few of many lists of matchers that may hold for a set of labels. Each is filed under one of its matchers,
 * the pivot: if it asks for a value, or for one of several, finding it costs a look into a map.
 */
export class IndexByLabel<T extends Indexed> {
  readonly #shelves = new Map<string, Shelf<T>>()
  readonly #pivots = new Map<T, Matcher>()
  /** Those without matchers, which hold for everything. */
  readonly #always = new Set<T>()

  get size(): number {
    return this.#pivots.size + this.#always.size
  }

  add(item: T): void {
    const pivot = this.#choosePivot(item.matchers)
    if (pivot === undefined) {
      this.#always.add(item)
      return
    }
    this.#pivots.set(item, pivot)
    const shelf = this.#shelfOf(pivot.name)
    const values = valuesOf(pivot)
    if (values === undefined) {
      shelf.known.clear()
      const prefix = prefixOf(pivot)
      if (prefix === '') shelf.tried.set(item, { item, pivot, literal: literalOf(pivot) })
      else
        insert(
          getOrInsert(shelf.byPrefix, prefix.length, () => new Map()),
          prefix,
          item,
        )
      return
    }
    for (const value of values) insert(shelf.exact, value, item)
  }

  delete(item: T): void {
    this.#always.delete(item)
    const pivot = this.#pivots.get(item)
    if (pivot === undefined) return
    this.#pivots.delete(item)
    const shelf = this.#shelfOf(pivot.name)
    const values = valuesOf(pivot)
    for (const value of values ?? []) remove(shelf.exact, value, item)
    if (values === undefined) {
      shelf.known.clear()
      shelf.tried.delete(item)
      const prefix = prefixOf(pivot)
      const sameLength = shelf.byPrefix.get(prefix.length)
      if (sameLength !== undefined) remove(sameLength, prefix, item)
      if (sameLength?.size === 0) shelf.byPrefix.delete(prefix.length)
    }
    if (shelf.tried.size + shelf.exact.size + shelf.byPrefix.size === 0) this.#shelves.delete(pivot.name)
  }

  /** Calls back with each whose pivot holds for the labels. */
  visit(labels: LabelSet, found: (item: T) => void): void {
    for (const item of this.#always) found(item)
    for (const [name, shelf] of this.#shelves) {
      const value = labels.get(name) ?? ''
      const exact = shelf.exact.get(value)
      if (exact !== undefined) for (const item of exact) found(item)
      if (shelf.tried.size > 0) for (const item of triedFor(shelf, value)) found(item)
      for (const [length, items] of shelf.byPrefix) {
        for (const item of items.get(value.slice(0, length)) ?? NONE) found(item)
      }
    }
  }

  /**
   * The matcher under which the fewest others are filed; one that asks for a value, if there is one, else the pattern
   * that says most.
   */
  #choosePivot(matchers: readonly Matcher[]): Matcher | undefined {
    let [best, bestSize] = [matchers[0], Number.POSITIVE_INFINITY]
    for (const matcher of matchers) {
      const values = valuesOf(matcher)
      if (values === undefined) continue
      const exact = this.#shelves.get(matcher.name)?.exact
      // Every alert that lacks the label would have to try those that want it empty.
      const weight = (value: string) => (value === '' ? 1e6 : 0) + (exact?.get(value)?.size ?? 0)
      const size = Math.max(...values.map(weight))
      if (size < bestSize) [best, bestSize] = [matcher, size]
    }
    if (bestSize < Number.POSITIVE_INFINITY) return best
    const patterns = matchers.filter(({ operator }) => operator === '=~')
    return patterns.toSorted((a, b) => literalOf(b).length - literalOf(a).length)[0] ?? best
  }

  #shelfOf(name: string): Shelf<T> {
    const known = this.#shelves.get(name)
    if (known !== undefined) return known
    const shelf: Shelf<T> = { exact: new Map(), tried: new Map(), byPrefix: new Map(), known: new Map() }
    this.#shelves.set(name, shelf)
    return shelf
  }
}

function triedFor<T>({ tried, known }: Shelf<T>, value: string): readonly T[] {
  const answer = known.get(value)
  if (answer !== undefined) return answer
  const found: T[] = []
  for (const { item, pivot, literal } of tried.values()) {
    if (value.includes(literal) && pivot.matchesValue(value)) found.push(item)
  }
  if (known.size >= MAX_KNOWN) known.clear()
  known.set(value, found)
  return found
}

/** A text with which whatever a pattern matches begins; empty if none is known. */
function prefixOf({ operator, value }: Matcher): string {
  if (operator !== '=~' || value.includes('|')) return ''
  const units = LEADING.exec(value)![0].match(/\\?./g) ?? []
  // What follows may make the last one optional.
  const isSure = /^[^*?{]/.test(value.slice(units.join('').length) || '.')
  return (isSure ? units : units.slice(0, -1)).join('').replaceAll('\\', '')
}

function insert<T>(items: Map<string, Set<T>>, key: string, item: T): void {
  getOrInsert(items, key, () => new Set()).add(item)
}

function remove<T>(items: Map<string, Set<T>>, key: string, item: T): void {
  const same = items.get(key)
  same?.delete(item)
  if (same?.size === 0) items.delete(key)
}

function getOrInsert<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key)
  if (known !== undefined) return known
  const created = create()
  map.set(key, created)
  return created
}

/** A text that stands in whatever a matcher matches; empty if none is known. */
function literalOf({ operator, value }: Matcher): string {
  return operator === '=~' ? (requiredLiteral(value) ?? '') : ''
}

/** The values for which a matcher holds, if it names them: `=`, and patterns such as `a|b`. */
function valuesOf({ operator, value }: Matcher): readonly string[] | undefined {
  if (operator === '=') return [value]
  if (operator !== '=~' || !PLAIN.test(value)) return undefined
  const values = value.split('|').map((part) => part.replaceAll('\\', ''))
  return values.length <= MAX_VALUES ? values : undefined
}

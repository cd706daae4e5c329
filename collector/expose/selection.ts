import type { Matcher } from '#lib/matchers.ts'
import type { Family, Section } from '../series/families.ts'
import { parseLabels } from '../series/label-text.ts'
import type { SeriesSource } from '../series/series-sink.ts'
import type { SeriesStore } from '../series/series-store.ts'
import type { Source } from '../series/sources.ts'

/** What somebody wants of the series. All that is named must hold. */
export interface Wanted {
  /** Names of nodes; all if there are none. */
  readonly nodes: readonly string[]
  /** One of several parts, into which sources are divided by what they are. */
  readonly shard: { readonly index: number; readonly count: number } | undefined
  /** Names of metrics; all if there are none. */
  readonly names: ReadonlySet<string>
  /** A series must match all of one of them; all series do if there are none. */
  readonly selectors: readonly (readonly Matcher[])[]
}

/** Which series are rendered. */
export class Selection {
  readonly #wanted: Wanted
  /** Sections by family, if only some sources are wanted. */
  #byFamily: Map<Family, Section[]> | undefined
  /** Whether labels match, by label set and by what they are matched with; valid as long as the table does not change. */
  readonly #matches = new Map<number, boolean>()

  constructor(wanted: Wanted) {
    this.#wanted = wanted
  }

  /** Families that may have wanted series, by name. */
  families(store: SeriesStore): readonly Family[] {
    const { nodes, shard } = this.#wanted
    const all = store.families.sorted().filter((family) => this.#mayHave(family))
    if (nodes.length === 0 && shard === undefined) return all
    const byFamily = new Map<Family, Section[]>()
    for (const source of store.sources) {
      if (!this.#isWanted(source)) continue
      for (const [family, section] of source.sections) {
        const sections = byFamily.get(family)
        if (sections === undefined) byFamily.set(family, [section])
        else sections.push(section)
      }
    }
    this.#byFamily = byFamily
    return all.filter((family) => byFamily.has(family))
  }

  sections(family: Family): readonly Section[] {
    return this.#byFamily === undefined ? [...family.sections] : (this.#byFamily.get(family) ?? [])
  }

  has(store: SeriesStore, row: number): boolean {
    const { selectors } = this.#wanted
    if (selectors.length === 0) return true
    const { rows, parts } = store
    const { suffix, label, text } = parts.get(rows.part[row]!)
    const labelSet = rows.labels[row]!
    const name = store.section(row).family.name + suffix
    for (const [index, selector] of selectors.entries()) {
      if (!selector.every((matcher) => matcher.name !== '__name__' || matcher.matchesValue(name))) continue
      const key = labelSet * selectors.length + index
      // Buckets have a label beyond those of their set.
      let isMatch = label === '' ? this.#matches.get(key) : undefined
      if (isMatch === undefined) {
        isMatch = matchesLabels(selector, store.labelSets.view(labelSet).toString(), label, text)
        if (label === '') this.#matches.set(key, isMatch)
      }
      if (isMatch) return true
    }
    return false
  }

  /** Forgets what holds only as long as the table does not change. */
  forget(): void {
    this.#matches.clear()
  }

  #isWanted(source: Source): boolean {
    const { nodes, shard } = this.#wanted
    if (nodes.length > 0 && !nodes.includes(source.spec.node)) return false
    return shard === undefined || shardOf(source.spec, shard.count) === shard.index
  }

  /** By names alone: whether a sample of the family can have one of those that are wanted. */
  #mayHave(family: Family): boolean {
    const { names, selectors } = this.#wanted
    const samples = SUFFIXES.filter((suffix) => family.has(suffix)).map((suffix) => family.name + suffix)
    if (names.size > 0 && !names.has(family.name) && !samples.some((name) => names.has(name))) return false
    if (selectors.length === 0) return true
    const fits = (selector: readonly Matcher[], name: string) =>
      selector.every((matcher) => matcher.name !== '__name__' || matcher.matchesValue(name))
    return selectors.some((selector) => samples.some((name) => fits(selector, name)))
  }
}

const SUFFIXES = ['', '_bucket', '_sum', '_count', '_gsum', '_gcount']

function matchesLabels(selector: readonly Matcher[], text: string, label: string, value: string): boolean {
  const list = parseLabels(text)
  const labels = new Map<string, string>([[label, value]])
  for (let index = 0; index < list.length; index += 2) labels.set(list[index]!, list[index + 1]!)
  return selector.every(
    (matcher) => matcher.name === '__name__' || matcher.matchesValue(labels.get(matcher.name) ?? ''),
  )
}

/** Which of some shards a source is in: the same in every collector, and whenever it comes. */
function shardOf({ job, instance, node }: SeriesSource, count: number): number {
  let hash = 0x811c_9dc5
  for (const byte of Buffer.from(`${job}\0${instance}\0${node}`)) hash = Math.imul(hash ^ byte, 0x0100_0193)
  return ((hash ^ (hash >>> 15)) >>> 0) % count
}

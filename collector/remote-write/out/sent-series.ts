import { compareUtf8 } from '#lib/labels.ts'
import type { Matcher } from '#lib/matchers.ts'
import type { SeriesDirectory, SeriesFamily } from '../../series/series-sink.ts'
import type { DefinedSeries } from './definition-writer.ts'

interface RelabelRule {
  readonly action: 'keep' | 'drop'
  /** All of them must match. */
  readonly matchers: readonly Matcher[]
}

export interface SentSeriesOptions {
  readonly directory: SeriesDirectory
  /** They are added to each series that has no label of the name. */
  readonly externalLabels: Readonly<Record<string, string>>
  readonly relabel: readonly RelabelRule[]
}

/** More metrics than these have no metadata sent. */
const MAX_FAMILIES = 100_000

/** Says how the series of the table are sent, and which are. */
export class SentSeries {
  readonly #options: SentSeriesOptions
  readonly #external: readonly (readonly [string, string])[]
  /** Metrics of which something was sent, by name. */
  readonly families = new Map<string, SeriesFamily>()

  constructor(options: SentSeriesOptions) {
    this.#options = options
    this.#external = Object.entries(options.externalLabels).sort(([a], [b]) => compareUtf8(a, b))
  }

  /** The series of a row; undefined if it is not sent. */
  seriesOf(row: number): DefinedSeries | undefined {
    const { directory, relabel } = this.#options
    const labels = this.#withExternal(directory.labelsOf(row))
    if (relabel.some((rule) => isDropped(rule, labels))) return undefined
    const family = directory.familyOf(row)
    if (this.families.has(family.name) || this.families.size < MAX_FAMILIES) this.families.set(family.name, family)
    return { labels, family, startMs: directory.startMsOf(row) }
  }

  #withExternal(labels: readonly string[]): readonly string[] {
    if (this.#external.length === 0) return labels
    const merged: string[] = []
    let at = 0
    for (const [name, value] of this.#external) {
      for (; at < labels.length && compareUtf8(labels[at]!, name) < 0; at += 2)
        merged.push(labels[at]!, labels[at + 1]!)
      if (labels[at] !== name) merged.push(name, value)
    }
    return [...merged, ...labels.slice(at)]
  }
}

function isDropped({ action, matchers }: RelabelRule, labels: readonly string[]): boolean {
  const isMet = matchers.every((matcher) => matcher.matchesValue(labelOf(labels, matcher.name)))
  return action === 'drop' ? isMet : !isMet
}

function labelOf(labels: readonly string[], name: string): string {
  for (let at = 0; at < labels.length; at += 2) if (labels[at] === name) return labels[at + 1]!
  return ''
}

import type { SeriesFamily, SeriesType } from '../../series/series-sink.ts'

/** More metrics than these are not remembered: their series are untyped. */
const MAX_FAMILIES = 100_000
/** What does not fit to what the table has is tried again after this time. */
const PLAIN_MS = 60_000

/** What may stand behind the name of a metric in the names of its series. */
const SUFFIXES: Partial<Record<SeriesType, readonly string[]>> = {
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['_sum', '_count'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
}
const SUFFIX = /_(?:bucket|g?sum|g?count)$/

/**
 * Says of which metric a series is. Remote write 1.0 tells of metrics now and then, apart from their series; of what
 * nobody has told anything, `_bucket` with `le` is a histogram, `_total` a counter, what has `quantile` a summary, and
 * all else untyped.
 */
export class FamilyBook {
  /** What was told, or guessed, by the names of metrics. */
  readonly #told = new Map<string, SeriesFamily>()
  /** By names of series. */
  readonly #known = new Map<string, SeriesFamily>()
  /** Names of series that are untyped for the time being, and until when. */
  readonly #plain = new Map<string, number>()

  /** Remembers what a metric is. */
  tell(family: SeriesFamily): void {
    const before = this.#told.get(family.name)
    if (before === undefined ? this.#told.size >= MAX_FAMILIES : isSame(before, family)) return
    this.#told.set(family.name, family)
    this.#known.clear()
  }

  familyOf(name: string, hasLe: boolean, hasQuantile: boolean, nowMs: number): SeriesFamily {
    if (this.#plain.size > 0) {
      const untilMs = this.#plain.get(name)
      if (untilMs !== undefined && nowMs < untilMs) return untyped(name)
      if (untilMs !== undefined) this.#plain.delete(name)
    }
    const known = this.#known.get(name)
    if (known !== undefined) return known
    const family = this.#find(name, hasLe, hasQuantile)
    if (this.#known.size >= MAX_FAMILIES) this.#known.clear()
    this.#known.set(name, family)
    return family
  }

  /** The table has other series of the name: they are untyped for a while. */
  makePlain(name: string, nowMs: number): SeriesFamily {
    if (this.#plain.size >= MAX_FAMILIES) this.#plain.clear()
    this.#plain.set(name, nowMs + PLAIN_MS)
    return untyped(name)
  }

  #find(name: string, hasLe: boolean, hasQuantile: boolean): SeriesFamily {
    const told = this.#told.get(name)
    if (told !== undefined && fits(told.type, '', hasQuantile)) return told
    const [suffix] = SUFFIX.exec(name) ?? ['']
    if (suffix !== '') {
      const base = this.#told.get(name.slice(0, -suffix.length))
      if (base !== undefined && fits(base.type, suffix, hasQuantile) && (suffix !== '_bucket' || hasLe)) return base
    }
    // OpenMetrics' names of metrics lack what their series have.
    for (const [type, end] of [
      ['counter', '_total'],
      ['info', '_info'],
    ] as const) {
      const base = name.endsWith(end) ? this.#told.get(name.slice(0, -end.length)) : undefined
      if (base?.type === type) return { ...base, name }
    }
    return this.#guess(name, suffix, hasLe, hasQuantile)
  }

  #guess(name: string, suffix: string, hasLe: boolean, hasQuantile: boolean): SeriesFamily {
    const empty = { help: '', unit: '' }
    if (suffix === '_bucket' && hasLe) {
      return this.#remember({ name: name.slice(0, -suffix.length), type: 'histogram', ...empty })
    }
    if (hasQuantile && suffix === '') return this.#remember({ name, type: 'summary', ...empty })
    if (name.endsWith('_total')) return { name, type: 'counter', ...empty }
    return untyped(name)
  }

  /** So that `_sum` and `_count` follow. */
  #remember(family: SeriesFamily): SeriesFamily {
    if (!this.#told.has(family.name)) this.tell(family)
    return family
  }
}

/** The metric of a series of a type, where the type came with the series. */
export function familyNameOf(name: string, type: SeriesType): string {
  const suffix = SUFFIXES[type]?.find((end) => name.endsWith(end))
  return suffix === undefined ? name : name.slice(0, -suffix.length)
}

export function untyped(name: string): SeriesFamily {
  return { name, type: 'untyped', help: '', unit: '' }
}

function fits(type: SeriesType, suffix: string, hasQuantile: boolean): boolean {
  if (suffix !== '') return SUFFIXES[type]?.includes(suffix) ?? false
  return type === 'summary' ? hasQuantile : SUFFIXES[type] === undefined
}

function isSame(a: SeriesFamily, b: SeriesFamily): boolean {
  return a.type === b.type && a.help === b.help && a.unit === b.unit
}

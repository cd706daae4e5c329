import assert from 'node:assert/strict'
import type { SeriesFamily, SeriesRefusal, SeriesSink, SeriesSource } from '../../collector/series/series-sink.ts'

interface FakeSeries {
  readonly source: SeriesSource
  readonly family: SeriesFamily
  value: number
  timeMs: number
  startMs: number
}

/** A table of series that keeps what is put into it as text, and checks that the rules of the seam are kept. */
export class FakeSeriesSink implements SeriesSink {
  readonly series = new Map<string, FakeSeries>()
  ended = 0
  /** Refuses new series beyond so many. */
  maxSeries = Number.POSITIVE_INFINITY

  put(
    source: SeriesSource,
    family: SeriesFamily,
    name: string,
    labels: readonly string[],
    value: number,
    timeMs: number,
    startMs = 0,
  ): SeriesRefusal | undefined {
    const key = keyOf(name, labels)
    const known = this.series.get(key)
    if (known === undefined && this.series.size >= this.maxSeries) return 'series_limit'
    if (known !== undefined && known.source !== source) return 'duplicate'
    if (known !== undefined && timeMs <= known.timeMs) return undefined
    this.series.set(key, { source, family, value, timeMs, startMs })
    return undefined
  }

  end(source: SeriesSource, _family: SeriesFamily, name: string, labels: readonly string[]): void {
    const key = keyOf(name, labels)
    if (this.series.get(key)?.source !== source) return
    this.series.delete(key)
    this.ended += 1
  }

  removeSource(source: SeriesSource): void {
    for (const [key, series] of this.series) {
      if (series.source !== source) continue
      this.series.delete(key)
      this.ended += 1
    }
  }

  /** As `name{label="value"} value` lines, sorted. */
  lines(except?: RegExp): string[] {
    const lines = Array.from(this.series, ([key, { value }]) => `${key} ${value}`)
    return lines.filter((line) => except?.test(line) !== true).sort((one, other) => (one < other ? -1 : 1))
  }
}

function keyOf(name: string, labels: readonly string[]): string {
  const names = labels.filter((_, index) => index % 2 === 0)
  assert.deepEqual(names, [...new Set(names)].sort(), 'labels are sorted, and each is there once')
  const texts = names.map((label, index) => {
    const value = labels[2 * index + 1]!
    assert.notEqual(value, '', 'a label without a value is none')
    return `${label}=${JSON.stringify(value)}`
  })
  return `${name}{${texts.join(',')}}`
}

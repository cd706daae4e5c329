/** How a metric is typed where Prometheus reads it. */
export type SeriesType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'summary'
  | 'untyped'
  | 'info'
  | 'stateset'
  | 'gaugehistogram'

/**
 * A metric: its name without `_bucket`, `_sum`, `_count`; a counter's is with `_total` if its samples have that. Names of
 * metrics and labels are the classic ones (`[a-zA-Z_:][a-zA-Z0-9_:]*`); what has others is refused as `invalid_labels`.
 */
export interface SeriesFamily {
  readonly name: string
  readonly type: SeriesType
  readonly help: string
  readonly unit: string
}

/** Who the samples are from: what is asked and answers, or stops to, as a whole. */
export interface SeriesSource {
  readonly transport: 'otlp' | 'remote_write' | 'push' | 'logs'
  readonly job: string
  readonly instance: string
  /** Name of the node, or empty. Limits hold for each node. */
  readonly node: string
  /** Samples of it stay until they are removed (pushed ones do), and do not expire. */
  readonly isKept: boolean
}

export type SeriesRefusal =
  | 'series_limit'
  | 'node_limit'
  | 'tenant_limit'
  | 'bytes_limit'
  | 'invalid_labels'
  | 'duplicate'
  | 'type_conflict'

/** Puts samples into the table. */
export interface SeriesSink {
  /**
   * Takes one sample of a series.
   *
   * @param name the sample's: the family's, or with `_bucket`, `_sum`, `_count` behind
   * @param labels names and values in turn, sorted by name in the order of UTF-8 bytes, without `__name__`, with `job` and
   *   `instance` where the series has them; those without a value are no labels and are left out
   * @param value any; a staleness marker is no value but calls for {@link end}: its bits don't survive as a number
   * @param timeMs of the sample, epoch milliseconds, maybe with fractions; older than what is there, or the same, changes
   *   nothing
   * @param startMs since when a counter counts, epoch milliseconds, or 0 if nobody knows
   * @returns why it was refused, or undefined
   */
  put(
    source: SeriesSource,
    family: SeriesFamily,
    name: string,
    labels: readonly string[],
    value: number,
    timeMs: number,
    startMs?: number,
  ): SeriesRefusal | undefined
  /** Says that a series has ended. */
  end(source: SeriesSource, family: SeriesFamily, name: string, labels: readonly string[], timeMs: number): void
  /** Removes all series of a source; they end now. */
  removeSource(source: SeriesSource): void
}

/**
 * Sees every sample that the table takes, from wherever it comes, in the order of their coming. Must not throw. It is
 * called in the middle of a change: it may ask the directory, but not put anything.
 */
export interface SampleObserver {
  /** @param row number of the series, below the table's capacity; used again once it was {@link forgotten} */
  sample(row: number, value: number, timeMs: number): void
  /** The series has ended: a staleness marker. */
  ended(row: number, timeMs: number): void
  /** The number stands for no series any more. */
  forgotten(row: number): void
}

/** What an observer can ask of the table, while the row stands for a series. */
export interface SeriesDirectory {
  /** Labels with `__name__`, names and values in turn, sorted by name in the order of UTF-8 bytes. */
  labelsOf(row: number): readonly string[]
  familyOf(row: number): SeriesFamily
  sourceOf(row: number): SeriesSource
  /** Since when a counter counts, epoch milliseconds, or 0. */
  startMsOf(row: number): number
}

/** Types of metrics in Prometheus' text format 0.0.4 and in OpenMetrics 1.0; `unknown` there is `untyped` here. */
export type ExpositionType =
  | 'counter'
  | 'gauge'
  | 'histogram'
  | 'summary'
  | 'untyped'
  | 'info'
  | 'stateset'
  | 'gaugehistogram'

export interface ExpositionFamily {
  /** As its samples begin: in OpenMetrics a counter's is without `_total`, in text 0.0.4 it is the samples' own name. */
  readonly name: string
  readonly type: ExpositionType
  readonly help: string
  readonly unit: string
}

/** Takes what a parser finds, in the order of the text. It may refuse the rest by throwing. */
export interface SampleSink {
  /**
   * Before the samples of a metric; also before those of one that has neither HELP nor TYPE. In text 0.0.4 the samples of a
   * metric need not stand together: then it comes again, as the same object.
   */
  family(family: ExpositionFamily): void
  /**
   * @param name of the sample, with `_bucket`, `_total` and the like
   * @param labels names and values in turn, unescaped, in the order of the text; valid after the call too
   * @param timestampMs epoch milliseconds, or undefined if the text states none
   * @param series the bytes of name and labels as the text has them, as latin1: the same series is written the same from
   *   scrape to scrape, so that it can be known again without looking at its labels
   */
  sample(name: string, labels: readonly string[], value: number, timestampMs: number | undefined, series: string): void
  /**
   * Takes a sample if its series is one that {@link sample} was given before, by this parser or another of the same format,
   * and returns whether it did: its labels are parsed only if not. Left out by sinks that remember nothing.
   */
  known?(series: string, value: number, timestampMs: number | undefined): boolean
}

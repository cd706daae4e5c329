import type { SeriesFamily, SeriesRefusal, SeriesSink, SeriesSource } from '../../collector/series/series-sink.ts'

export interface RecordedSample {
  readonly source: string
  readonly family: string
  readonly name: string
  /** `name=value` of all labels. */
  readonly labels: string
  readonly value: number | 'ended'
  readonly timeMs: number
  readonly startMs: number
}

/** Keeps what is put, in place of the table. */
export class RecordingSink implements SeriesSink {
  readonly samples: RecordedSample[] = []
  /** Why a sample is refused, if it is. */
  refuse: (name: string, family: SeriesFamily) => SeriesRefusal | undefined = () => undefined

  put(
    source: SeriesSource,
    family: SeriesFamily,
    name: string,
    labels: readonly string[],
    value: number,
    timeMs: number,
    startMs = 0,
  ): SeriesRefusal | undefined {
    const refusal = this.refuse(name, family)
    if (refusal === undefined) this.#record(source, family, name, labels, value, timeMs, startMs)
    return refusal
  }

  end(source: SeriesSource, family: SeriesFamily, name: string, labels: readonly string[], timeMs: number): void {
    this.#record(source, family, name, labels, 'ended', timeMs, 0)
  }

  removeSource(): void {}

  #record(
    { transport, job, instance, node }: SeriesSource,
    { name: of, type }: SeriesFamily,
    name: string,
    labels: readonly string[],
    value: number | 'ended',
    timeMs: number,
    startMs: number,
  ): void {
    const pairs = labels.flatMap((label, index) => (index % 2 === 0 ? [`${label}=${labels[index + 1]}`] : []))
    const source = [transport, job, instance, node].join('/')
    this.samples.push({ source, family: `${of} ${type}`, name, labels: pairs.join(), value, timeMs, startMs })
  }
}

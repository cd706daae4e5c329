import { compareUtf8 } from '#lib/labels.ts'
import type { SeriesFamily, SeriesSink, SeriesSource } from '../series/series-sink.ts'

export interface SeriesWriterOptions {
  readonly sink: SeriesSink
  /** Label `instance` of all series. */
  readonly instance: string
  readonly nowMs: () => number
}

const JOB = 'vedette-logs'
/** What did not change is put again so often: who is sent samples forgets series after five minutes. */
export const REPEAT_MS = 60_000

/** Puts series of logs into the table, as from one source. */
export class SeriesWriter {
  readonly #options: SeriesWriterOptions
  readonly #source: SeriesSource
  /** Of the samples that are being put, epoch milliseconds. */
  nowMs = 0
  /** Samples that were put. */
  puts = 0

  constructor(options: SeriesWriterOptions) {
    this.#options = options
    this.#source = { transport: 'logs', job: JOB, instance: options.instance, node: '', isKept: true }
  }

  begin(): void {
    this.nowMs = this.#options.nowMs()
  }

  /** @param startMs since when it counts, epoch milliseconds */
  put(family: SeriesFamily, name: string, labels: readonly string[], value: number, startMs: number): void {
    this.puts += 1
    this.#options.sink.put(this.#source, family, name, labels, value, this.nowMs, startMs)
  }

  end(family: SeriesFamily, name: string, labels: readonly string[]): void {
    this.#options.sink.end(this.#source, family, name, labels, this.nowMs)
  }

  /** Labels with those that all series have, as the table takes them: sorted, and none without a value. */
  labelsOf(labels: Iterable<readonly [name: string, value: string]>): readonly string[] {
    const all = new Map([['job', JOB], ['instance', this.#options.instance], ...labels])
    return [...all]
      .filter(([, value]) => value !== '')
      .sort(([one], [other]) => compareUtf8(one, other))
      .flat()
  }
}

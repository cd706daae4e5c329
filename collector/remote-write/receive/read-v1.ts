import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { LENGTH_DELIMITED } from '#lib/otlp/wire.ts'
import { SERIES_TYPES } from '../series-types.ts'
import type { RequestFormat } from './request-reader.ts'
import type { SeriesIntake } from './series-intake.ts'
import { SeriesLabels } from './series-labels.ts'
import { type SeriesFields, SeriesReader } from './series-reader.ts'
import type { TextCache } from './text-cache.ts'
import type { WriteTally } from './write-tally.ts'

const METADATA = 3
const FIELDS: SeriesFields = { histograms: 4, createdTimestamp: 0, startTimestamp: 0 }

/** Reads a prometheus.WriteRequest (remote write 1.0), series by series. */
export class ReaderV1 implements RequestFormat {
  readonly timeseries = 1
  readonly isMalformed = false
  readonly #bytes: Buffer
  readonly #texts: TextCache
  readonly #intake: SeriesIntake
  readonly #series: ProtoReader
  readonly #label: ProtoReader
  readonly #labels = new SeriesLabels()
  readonly #samples: SeriesReader

  constructor(bytes: Buffer, texts: TextCache, intake: SeriesIntake) {
    this.#bytes = bytes
    this.#texts = texts
    this.#intake = intake
    this.#series = new ProtoReader(bytes)
    this.#label = new ProtoReader(bytes)
    this.#samples = new SeriesReader(bytes, FIELDS, intake)
    this.#readMetadata()
  }

  readSeries(start: number, stop: number, tally: WriteTally): boolean {
    const labels = this.#labels
    labels.clear()
    const series = this.#series
    let place = 0
    series.reset(start, stop)
    for (let field = series.next(); field !== 0; field = series.next()) {
      if (field !== 1 || series.wireType !== LENGTH_DELIMITED) continue
      if (!this.#readLabel(series.start, series.stop, place)) return false
      place += 2
    }
    if (series.failed) return false
    const family = labels.arrange() ? this.#intake.familyOf(labels) : undefined
    return this.#samples.read(start, stop, labels, family, tally)
  }

  #readLabel(start: number, stop: number, place: number): boolean {
    const label = this.#label
    label.reset(start, stop)
    let name: string | undefined = ''
    let value: string | undefined = ''
    for (let field = label.next(); field !== 0; field = label.next()) {
      if (label.wireType !== LENGTH_DELIMITED) continue
      if (field === 1) name = this.#texts.readAt(place, this.#bytes, label.start, label.stop)
      else if (field === 2) value = this.#texts.readAt((place + 1) | 0, this.#bytes, label.start, label.stop)
    }
    this.#labels.add(name, value)
    return !label.failed
  }

  /** First, as it says what the series are. */
  #readMetadata(): void {
    const request = new ProtoReader(this.#bytes)
    const message = new ProtoReader(this.#bytes)
    for (let field = request.next(); field !== 0; field = request.next()) {
      if (field !== METADATA || request.wireType !== LENGTH_DELIMITED) continue
      message.reset(request.start, request.stop)
      let type = 0
      const texts: Record<number, string> = {}
      for (let part = message.next(); part !== 0; part = message.next()) {
        if (part === 1) type = message.value
        else if (message.wireType === LENGTH_DELIMITED) texts[part] = message.text()
      }
      const { 2: name = '', 4: help = '', 5: unit = '' } = texts
      if (!message.failed && name !== '' && type !== 0) {
        this.#intake.families.tell({ name, type: SERIES_TYPES[type] ?? 'untyped', help, unit })
      }
    }
  }
}

import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { LENGTH_DELIMITED } from '#lib/otlp/wire.ts'
import type { SeriesFamily } from '../../series/series-sink.ts'
import { SERIES_TYPES } from '../series-types.ts'
import { familyNameOf } from './family-book.ts'
import type { RequestFormat } from './request-reader.ts'
import type { SeriesIntake } from './series-intake.ts'
import { SeriesLabels } from './series-labels.ts'
import { type SeriesFields, SeriesReader } from './series-reader.ts'
import type { TextCache } from './text-cache.ts'
import type { WriteTally } from './write-tally.ts'

const SYMBOLS = 4
const LABELS_REFS = 1
const METADATA = 5
const FIELDS: SeriesFields = { histograms: 3, createdTimestamp: 6, startTimestamp: 3 }
/** Metrics of a request of which it is remembered that they are known. */
const MAX_TOLD = 10_000

/** Reads an io.prometheus.write.v2.Request (remote write 2.0), series by series. */
export class ReaderV2 implements RequestFormat {
  readonly timeseries = 5
  readonly isMalformed: boolean
  readonly #bytes: Buffer
  readonly #intake: SeriesIntake
  readonly #series: ProtoReader
  readonly #metadata: ProtoReader
  readonly #labels = new SeriesLabels()
  readonly #samples: SeriesReader
  /** By number; undefined where it is not UTF-8. */
  readonly #symbols: (string | undefined)[] = []
  readonly #told = new Set<string>()

  constructor(bytes: Buffer, texts: TextCache, intake: SeriesIntake) {
    this.#bytes = bytes
    this.#intake = intake
    this.#series = new ProtoReader(bytes)
    this.#metadata = new ProtoReader(bytes)
    this.#samples = new SeriesReader(bytes, FIELDS, intake)
    const reader = new ProtoReader(bytes)
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field !== SYMBOLS || reader.wireType !== LENGTH_DELIMITED) continue
      this.#symbols.push(texts.read(bytes, reader.start, reader.stop))
    }
    this.isMalformed = reader.failed || (this.#symbols[0] ?? '') !== ''
  }

  readSeries(start: number, stop: number, tally: WriteTally): boolean {
    const labels = this.#labels
    labels.clear()
    const series = this.#series
    series.reset(start, stop)
    let metadataStart = 0
    let metadataStop = 0
    for (let field = series.next(); field !== 0; field = series.next()) {
      if (field === LABELS_REFS) {
        // Packed, as all writers have it.
        if (series.wireType !== LENGTH_DELIMITED || !this.#readRefs(series.start, series.stop)) return false
      } else if (field === METADATA && series.wireType === LENGTH_DELIMITED) {
        metadataStart = series.start
        metadataStop = series.stop
      }
    }
    if (series.failed) return false
    const family = labels.arrange() ? this.#familyOf(metadataStart, metadataStop) : undefined
    return this.#samples.read(start, stop, labels, family, tally)
  }

  #readRefs(start: number, stop: number): boolean {
    const bytes = this.#bytes
    const symbols = this.#symbols
    let name: string | undefined
    let isName = true
    for (let at = start; at < stop; ) {
      let byte = bytes[at++]!
      let ref = byte & 0x7f
      for (let factor = 0x80; byte >= 0x80; factor *= 0x80) {
        if (at >= stop || factor > 2 ** 35) return false
        byte = bytes[at++]!
        ref += (byte & 0x7f) * factor
      }
      if (ref >= symbols.length) return false
      if (isName) name = symbols[ref]
      else this.#labels.add(name, symbols[ref])
      isName = !isName
    }
    return isName
  }

  /** By what comes with the series; where that says nothing, by what is known of the metric. */
  #familyOf(start: number, stop: number): SeriesFamily {
    const reader = this.#metadata
    reader.reset(start, stop)
    let type = 0
    let help = 0
    let unit = 0
    for (let field = reader.next(); field !== 0; field = reader.next()) {
      if (field === 1) type = reader.value
      else if (field === 3) help = reader.value
      else if (field === 4) unit = reader.value
    }
    const labels = this.#labels
    const told = SERIES_TYPES[type]
    if (type !== 0 && told !== undefined) {
      const name = familyNameOf(labels.name, told)
      if (!this.#told.has(name)) {
        if (this.#told.size < MAX_TOLD) this.#told.add(name)
        const texts = { help: this.#symbols[help] ?? '', unit: this.#symbols[unit] ?? '' }
        this.#intake.families.tell({ name, type: told, ...texts })
      }
    }
    return this.#intake.familyOf(labels)
  }
}

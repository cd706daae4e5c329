import { CLOSE, HASH, isBlank, NEWLINE, OPEN, skipBlanks } from './bytes.ts'
import { ExpositionError, LineProblem } from './exposition-error.ts'
import { Families } from './families.ts'
import type { ExpositionFormat } from './format.ts'
import { EXPOSITION_LIMITS, type ExpositionLimits } from './limits.ts'
import { MetadataReader } from './metadata-reader.ts'
import type { SampleSink } from './sample-sink.ts'
import { SampleTail } from './sample-tail.ts'
import { SeriesReader } from './series-reader.ts'

export interface ExpositionParserOptions {
  readonly format: ExpositionFormat
  readonly sink: SampleSink
  readonly limits?: Partial<ExpositionLimits>
}

/** Values and timestamps are shorter than this, so that the end of the labels is found from the end of the line. */
const USUAL_TAIL_BYTES = 64

/**
 * Reads Prometheus' text format 0.0.4 or OpenMetrics 1.0 as its bytes come. What Prometheus 3 takes, it takes: also quoted
 * names, OpenMetrics' types in text, and values that a type should not have. Not checked is what only the samples of a
 * metric together show (buckets that shrink, series that stand twice): see the histograms beside it, and the sink.
 */
export class ExpositionParser {
  readonly #sink: SampleSink
  readonly #limits: ExpositionLimits
  readonly #isOpenMetrics: boolean
  readonly #families: Families
  readonly #series: SeriesReader
  readonly #metadata: MetadataReader
  readonly #tail: SampleTail
  /** The begin of a line of which the end has not come. */
  #rest: Buffer[] = []
  #restBytes = 0
  #bytes = 0
  #line = 0
  #samples = 0
  #hasEnded = false
  #failure: ExpositionError | undefined

  constructor({ format, sink, limits }: ExpositionParserOptions) {
    this.#sink = sink
    this.#limits = { ...EXPOSITION_LIMITS, ...limits }
    this.#isOpenMetrics = format === 'openmetrics'
    this.#families = new Families(format)
    this.#series = new SeriesReader(format, this.#limits)
    this.#metadata = new MetadataReader(format, this.#limits.maxNameBytes)
    this.#tail = new SampleTail(format, new SeriesReader(format, this.#limits))
  }

  /** Samples that were handed on. */
  get samples(): number {
    return this.#samples
  }

  /**
   * Takes the next bytes. The sink hears of all lines that end in them; the chunk is not kept.
   *
   * @throws ExpositionError from the first bad line on; and what the sink throws
   */
  write(chunk: Buffer): void {
    this.#guard(() => this.#take(chunk))
  }

  /**
   * The text is complete.
   *
   * @throws ExpositionError as {@link write}, or because it is not
   */
  end(): void {
    this.#guard(() => {
      // As Prometheus does: a last line may lack its end.
      if (this.#restBytes > 0) this.#takeRest(Buffer.alloc(0))
      if (!this.#isOpenMetrics || this.#hasEnded) return
      this.#line += 1
      throw new LineProblem('the text ends without "# EOF"')
    })
  }

  #guard(action: () => void): void {
    if (this.#failure !== undefined) throw this.#failure
    try {
      action()
    } catch (error) {
      if (!(error instanceof LineProblem)) throw error
      this.#failure = new ExpositionError(Math.max(this.#line, 1), error.fault, error.message)
      this.#rest = []
      throw this.#failure
    }
  }

  #take(chunk: Buffer): void {
    const { maxBytes, maxLineBytes } = this.#limits
    this.#bytes += chunk.length
    if (this.#bytes > maxBytes) throw new LineProblem(`the text has more than ${maxBytes} bytes`, 'limit')
    let from = 0
    if (this.#restBytes > 0) {
      const end = chunk.indexOf(NEWLINE)
      if (end >= 0) {
        this.#takeRest(chunk.subarray(0, end))
        from = end + 1
      }
    }
    if (this.#restBytes === 0) from = this.#takeLines(chunk, from)
    if (from === chunk.length) return
    // A copy: the chunk may be part of something large, or be filled anew.
    this.#rest.push(Buffer.from(chunk.subarray(from)))
    this.#restBytes += chunk.length - from
    if (this.#restBytes <= maxLineBytes) return
    this.#line += 1
    throw tooLong(maxLineBytes)
  }

  /** The line of which the begin came before; `end` without its newline. */
  #takeRest(end: Buffer): void {
    const line = Buffer.concat([...this.#rest, end])
    this.#rest = []
    this.#restBytes = 0
    this.#takeLine(line, 0, line.length)
  }

  /** All whole lines; returns where the first that is not begins. */
  #takeLines(chunk: Buffer, begin: number): number {
    let from = begin
    for (;;) {
      const end = chunk.indexOf(NEWLINE, from)
      if (end < 0) return from
      this.#takeLine(chunk, from, end)
      from = end + 1
    }
  }

  #takeLine(bytes: Buffer, from: number, to: number): void {
    this.#line += 1
    if (to - from > this.#limits.maxLineBytes) throw tooLong(this.#limits.maxLineBytes)
    if (this.#hasEnded) throw new LineProblem('nothing may follow "# EOF"')
    const first = bytes[from]
    if (first === HASH && from < to) this.#takeComment(bytes, from, to)
    else if (from === to || isBlank(first)) this.#takeIndented(bytes, from, to)
    else if (!this.#takeKnown(bytes, from, to)) this.#takeSample(bytes, from, to)
  }

  #takeIndented(bytes: Buffer, from: number, to: number): void {
    if (this.#isOpenMetrics) throw new LineProblem(from === to ? 'a line is empty' : 'a line begins with a blank')
    const begin = skipBlanks(bytes, from, to)
    if (begin === to) return
    if (bytes[begin] === HASH) this.#takeComment(bytes, begin, to)
    else this.#takeSample(bytes, begin, to)
  }

  #takeComment(bytes: Buffer, from: number, to: number): void {
    const metadata = this.#metadata.read(bytes, from, to)
    if (metadata === undefined) return
    if (metadata === 'EOF') this.#hasEnded = true
    else this.#families.state(metadata, this.#metadata.name, this.#metadata.text)
  }

  /** The usual line: of the metric of the line before, and of a series that the sink knows by its bytes. */
  #takeKnown(bytes: Buffer, from: number, to: number): boolean {
    const sink = this.#sink
    if (sink.known === undefined) return false
    const nameEnd = this.#families.continues(bytes, from, to)
    if (nameEnd < 0) return false
    let end = nameEnd
    if (bytes[nameEnd] === OPEN) {
      const stop = Math.max(nameEnd, to - USUAL_TAIL_BYTES)
      end = to - 1
      while (end > stop && bytes[end] !== CLOSE) end--
      if (bytes[end] !== CLOSE) return false
      end += 1
    }
    const tail = this.#tail
    if (!tail.readPlain(bytes, end, to)) return false
    if (!sink.known(bytes.toString('latin1', from, end), tail.value, tail.timestampMs)) return false
    this.#count()
    return true
  }

  #takeSample(bytes: Buffer, from: number, to: number): void {
    const series = this.#series
    const tail = this.#tail
    series.read(bytes, from, to)
    tail.read(bytes, series.end, to)
    this.#count()
    const family = this.#families.begin(series.name)
    if (family !== undefined) this.#sink.family(family)
    const text = bytes.toString('latin1', from, series.end)
    if (this.#sink.known?.(text, tail.value, tail.timestampMs) === true) return
    this.#sink.sample(series.name, series.labels, tail.value, tail.timestampMs, text)
  }

  #count(): void {
    this.#samples += 1
    const { maxSamples } = this.#limits
    if (this.#samples > maxSamples) throw new LineProblem(`the text has more than ${maxSamples} samples`, 'limit')
  }
}

function tooLong(maxLineBytes: number): LineProblem {
  return new LineProblem(`a line has more than ${maxLineBytes} bytes`, 'limit')
}

import { ExpositionError } from '#lib/exposition/exposition-error.ts'
import type { ExpositionFormat } from '#lib/exposition/format.ts'
import { ExpositionParser } from '#lib/exposition/parser.ts'
import type { ExpositionFamily, SampleSink } from '#lib/exposition/sample-sink.ts'
import { Problems, PushRefusal } from './push-refusal.ts'
import type { PushedDistribution, PushedFamily, PushedMetric, PushedType, ReadFamilies } from './pushed-family.ts'

/**
 * Reads a text body. Samples of histograms and summaries are put together by their labels, as Pushgateway does.
 *
 * @throws PushRefusal
 */
export function readTextFamilies(body: Buffer, format: ExpositionFormat, maxSeries: number): ReadFamilies {
  const families = new TextFamilies(format)
  const parser = new ExpositionParser({ format, sink: families, limits: { maxSamples: maxSeries } })
  try {
    parser.write(body)
    parser.end()
  } catch (error) {
    if (!(error instanceof ExpositionError)) throw error
    const isTooLarge = error.fault === 'limit'
    const message = `text format parsing error in ${error.message}`
    throw new PushRefusal(isTooLarge ? 413 : 400, isTooLarge ? 'too_many_series' : 'malformed', message)
  }
  return families
}

interface GrowingFamily extends PushedFamily {
  readonly metrics: PushedMetric[]
  /** Of a histogram or summary, by its labels. */
  readonly byLabels: Map<string, PushedDistribution>
}

/** Types of OpenMetrics that Pushgateway does not know are taken for what each sample of them is. */
const PLAIN_TYPES: Readonly<Record<string, PushedType>> = {
  counter: 'counter',
  gauge: 'gauge',
  info: 'gauge',
  stateset: 'gauge',
}

class TextFamilies implements SampleSink, ReadFamilies {
  readonly problems = new Problems()
  hasTimestamps = false
  readonly #isOpenMetrics: boolean
  readonly #families = new Map<string, GrowingFamily>()
  #family: ExpositionFamily | undefined

  constructor(format: ExpositionFormat) {
    this.#isOpenMetrics = format === 'openmetrics'
  }

  get families(): readonly PushedFamily[] {
    return [...this.#families.values()].filter(({ metrics }) => metrics.length > 0)
  }

  family(family: ExpositionFamily): void {
    this.#family = family
  }

  sample(name: string, labels: readonly string[], value: number, timestampMs: number | undefined): void {
    if (timestampMs !== undefined) this.hasTimestamps = true
    const family = this.#family!
    const sorted = sortLabels(labels)
    if (family.type === 'histogram' || family.type === 'summary') {
      this.#takePart(family, name, sorted, value)
      return
    }
    if (this.#isOpenMetrics && family.type === 'counter' && name === `${family.name}_created`) return
    const type = PLAIN_TYPES[family.type] ?? 'untyped'
    this.#familyOf(name, type, family.help).metrics.push({ labels: sorted, value })
  }

  #takePart({ name, type, help }: ExpositionFamily, sample: string, labels: readonly string[], value: number): void {
    const isHistogram = type === 'histogram'
    if (this.#isOpenMetrics && sample === `${name}_created`) return
    const family = this.#familyOf(name, isHistogram ? 'histogram' : 'summary', help)
    if (sample === `${name}_count`) this.#metricOf(family, labels).count = value
    else if (sample === `${name}_sum`) this.#metricOf(family, labels).sum = value
    else if (sample === (isHistogram ? `${name}_bucket` : name)) {
      const label = isHistogram ? 'le' : 'quantile'
      const at = labels.findIndex((text, index) => index % 2 === 0 && text === label)
      const part = at < 0 ? Number.NaN : readFloat(labels[at + 1]!)
      if (Number.isNaN(part)) {
        this.problems.add(`a sample of ${type} "${name}" has no number as "${label}"`)
        return
      }
      const { parts } = this.#metricOf(family, labels.toSpliced(at, 2))
      parts.push(part, value)
    } else this.problems.add(`"${sample}" is no sample of ${type} "${name}"`)
  }

  #metricOf({ byLabels, metrics }: GrowingFamily, labels: readonly string[]): PushedDistribution {
    const key = labels.join('\0')
    const known = byLabels.get(key)
    if (known !== undefined) return known
    const metric = { labels, count: 0, sum: 0, parts: [] }
    byLabels.set(key, metric)
    metrics.push(metric)
    return metric
  }

  #familyOf(name: string, type: PushedType, help: string): GrowingFamily {
    const known = this.#families.get(name)
    if (known?.type === type) return known
    if (known !== undefined) this.problems.add(`metric "${name}" is a ${known.type} and a ${type}`)
    const family = { name, type, help, metrics: [], byLabels: new Map() }
    this.#families.set(name, family)
    return family
  }
}

function readFloat(text: string): number {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY
  return text.trim() === '' ? Number.NaN : Number(text)
}

function sortLabels(labels: readonly string[]): readonly string[] {
  let isSorted = true
  for (let index = 2; index < labels.length && isSorted; index += 2) isSorted = labels[index - 2]! < labels[index]!
  if (isSorted) return labels
  const pairs = labels.flatMap((name, index) => (index % 2 === 0 ? [[name, labels[index + 1]!] as const] : []))
  return pairs.sort(([one], [other]) => (one < other ? -1 : one > other ? 1 : 0)).flat()
}

import { isBlank, OPEN } from './bytes.ts'
import { LineProblem, quote } from './exposition-error.ts'
import type { ExpositionFormat } from './format.ts'
import type { ExpositionFamily, ExpositionType } from './sample-sink.ts'

const TYPES: Readonly<Record<string, ExpositionType>> = {
  ...{ counter: 'counter', gauge: 'gauge', histogram: 'histogram', summary: 'summary', untyped: 'untyped' },
  ...{ unknown: 'untyped', info: 'info', stateset: 'stateset', gaugehistogram: 'gaugehistogram' },
}
/** What may stand behind the name of a metric in the names of its samples. */
const SUFFIXES: Readonly<Record<ExpositionFormat, Readonly<Partial<Record<ExpositionType, readonly string[]>>>>> = {
  text: {
    histogram: ['_bucket', '_sum', '_count'],
    summary: ['_sum', '_count'],
  },
  openmetrics: {
    counter: ['_total', '_created'],
    histogram: ['_bucket', '_sum', '_count', '_created'],
    gaugehistogram: ['_bucket', '_gsum', '_gcount'],
    summary: ['_sum', '_count', '_created'],
    info: ['_info'],
  },
}
const NONE: readonly string[] = []
const ANY_SUFFIX = /_(?:bucket|sum|count|total|created|gsum|gcount|info)$/

/** A metric as far as it is known by its lines. */
class Family implements ExpositionFamily {
  readonly name: string
  readonly bytes: Buffer
  type: ExpositionType = 'untyped'
  help = ''
  unit = ''
  suffixes: readonly string[] = NONE
  hasSamples = false
  readonly stated = new Set<Metadata>()

  constructor(name: string) {
    this.name = name
    this.bytes = Buffer.from(name)
  }
}

export type Metadata = 'TYPE' | 'HELP' | 'UNIT'

/** Which metric each line belongs to. */
export class Families {
  readonly #isOpenMetrics: boolean
  readonly #suffixes
  readonly #families = new Map<string, Family>()
  #current: Family | undefined

  constructor(format: ExpositionFormat) {
    this.#isOpenMetrics = format === 'openmetrics'
    this.#suffixes = SUFFIXES[format]
  }

  /**
   * Whether a line has a sample of the metric that the one before had.
   *
   * @returns where the sample's name ends, or -1
   */
  continues(bytes: Buffer, from: number, to: number): number {
    const current = this.#current
    if (current === undefined || !current.hasSamples) return -1
    const name = current.bytes
    const end = from + name.length
    if (end >= to) return -1
    for (let at = 0; at < name.length; at++) if (bytes[(from + at) | 0] !== name[at]) return -1
    if (isEndOfName(bytes[end])) return end
    for (const suffix of current.suffixes) {
      const suffixEnd = end + suffix.length
      if (suffixEnd < to && isEndOfName(bytes[suffixEnd]) && hasText(bytes, end, suffix)) return suffixEnd
    }
    return -1
  }

  /** Takes a line of metadata. */
  state(metadata: Metadata, name: string, text: string): void {
    const family = this.#enter(name)
    if (this.#isOpenMetrics) {
      if (family.hasSamples) throw new LineProblem(`${metadata} of ${quote(name)} comes after its samples`)
      if (family.stated.has(metadata)) throw new LineProblem(`${quote(name)} has a second ${metadata}`)
    }
    family.stated.add(metadata)
    if (metadata === 'HELP') family.help = text
    else if (metadata === 'UNIT') family.unit = checkUnit(family, text)
    else this.#setType(family, text)
  }

  /** @returns the metric of a sample if it is another than that of the sample before, or has none yet */
  begin(name: string): ExpositionFamily | undefined {
    const before = this.#current
    const family = before !== undefined && owns(before, name) ? before : this.#enter(this.#familyOf(name))
    if (family === before && family.hasSamples) return undefined
    family.hasSamples = true
    return family
  }

  /** The name of the metric that a sample belongs to. */
  #familyOf(name: string): string {
    if (this.#families.has(name)) return name
    const base = this.#families.get(name.replace(ANY_SUFFIX, ''))
    return base !== undefined && owns(base, name) ? base.name : name
  }

  #enter(name: string): Family {
    if (this.#current?.name === name) return this.#current
    const known = this.#families.get(name)
    if (known !== undefined && this.#isOpenMetrics) {
      throw new LineProblem(`the lines of ${quote(name)} do not stand together`)
    }
    const family = known ?? new Family(name)
    this.#families.set(name, family)
    this.#current = family
    return family
  }

  #setType(family: Family, text: string): void {
    const type = Object.hasOwn(TYPES, text) ? TYPES[text] : undefined
    if (type === undefined || (this.#isOpenMetrics && text === 'untyped')) {
      throw new LineProblem(`${quote(text)} is no type of a metric`)
    }
    // It would be too late: samples were taken as what the first one said.
    if (family.hasSamples) return
    family.type = type
    family.suffixes = this.#suffixes[type] ?? NONE
    if (family.unit !== '') checkUnit(family, family.unit)
  }
}

function owns(family: Family, name: string): boolean {
  if (!name.startsWith(family.name)) return false
  const suffix = name.slice(family.name.length)
  return suffix === '' || family.suffixes.includes(suffix)
}

function checkUnit({ name, type }: Family, unit: string): string {
  if (unit === '') return unit
  if (!name.endsWith(`_${unit}`)) throw new LineProblem(`${quote(name)} does not end with its unit ${quote(unit)}`)
  if (type === 'info' || type === 'stateset')
    throw new LineProblem(`${quote(name)} is of the type ${type}, which has no unit`)
  return unit
}

function isEndOfName(byte: number | undefined): boolean {
  return byte === OPEN || isBlank(byte)
}

function hasText(bytes: Buffer, from: number, text: string): boolean {
  for (let at = 0; at < text.length; at++) if (bytes[(from + at) | 0] !== text.charCodeAt(at)) return false
  return true
}

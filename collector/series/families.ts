import { isMetricName } from './label-text.ts'
import type { SeriesFamily, SeriesType } from './series-sink.ts'
import type { Source } from './sources.ts'

/** What a family and a section take as objects. */
export const FAMILY_BYTES = 900
export const SECTION_BYTES = 250
const MAX_NAME_LENGTH = 1_024
const MAX_HELP_LENGTH = 4_096

/** The series of a family that are of one source, as a list of rows. */
export interface Section {
  readonly id: number
  readonly family: Family
  readonly source: Source
  head: number
  tail: number
  size: number
  isGone: boolean
}

/** A metric of which there are series. Sources may differ in its help and its type; the first counts. */
export class Family {
  readonly id: number
  readonly name: string
  readonly nameBytes: Buffer
  readonly sections = new Set<Section>()
  spec: SeriesFamily
  isGone = false

  constructor(id: number, spec: SeriesFamily) {
    this.id = id
    this.name = spec.name
    this.nameBytes = Buffer.from(spec.name)
    this.spec = { ...spec, help: spec.help.slice(0, MAX_HELP_LENGTH) }
  }

  /** Whether a series of it stands in several lines. */
  get isGrouped(): boolean {
    return SUFFIXES[this.spec.type].length > 1
  }

  /** Whether its samples can have names with such an end. */
  has(suffix: string): boolean {
    return SUFFIXES[this.spec.type].includes(suffix)
  }
}

/** What stands behind the name of a family of each type in its samples' names. */
const SUFFIXES: Readonly<Record<SeriesType, readonly string[]>> = {
  counter: [''],
  gauge: [''],
  untyped: [''],
  info: [''],
  stateset: [''],
  histogram: ['_bucket', '_sum', '_count'],
  summary: ['', '_sum', '_count'],
  gaugehistogram: ['_bucket', '_gsum', '_gcount'],
}

/** All families. No two have samples of the same name, so that a name in the exposition has one meaning. */
export class Families {
  readonly #byName = new Map<string, Family>()
  /** By the names of their samples. */
  readonly #claims = new Map<string, Family>()
  readonly #byId: (Family | undefined)[] = []
  readonly #free: number[] = []
  #sorted: Family[] | undefined

  get size(): number {
    return this.#byName.size
  }

  byId(id: number): Family {
    return this.#byId[id]!
  }

  byName(name: string): Family | undefined {
    return this.#byName.get(name)
  }

  /** By name. */
  sorted(): readonly Family[] {
    this.#sorted ??= [...this.#byName.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
    return this.#sorted
  }

  /** Whether samples of this name are of another family. */
  isTaken(name: string, by: Family): boolean {
    const family = this.#claims.get(name) ?? this.#byName.get(name)
    return family !== undefined && family !== by
  }

  /** The family for samples of this kind, or why there can't be one. It is to be used at once, or to be dropped. */
  resolve(spec: SeriesFamily): Family | 'type_conflict' | 'invalid_labels' {
    const known = this.#byName.get(spec.name)
    if (known === undefined) return this.#create(spec)
    const { type, help, unit } = known.spec
    if (type === spec.type && help !== '') return known
    if (type !== spec.type && SUFFIXES[type].join() !== SUFFIXES[spec.type].join()) return 'type_conflict'
    // What is known better later.
    if (type === 'untyped' || help === '') {
      known.spec = {
        name: spec.name,
        type: type === 'untyped' ? spec.type : type,
        help: help === '' ? spec.help.slice(0, MAX_HELP_LENGTH) : help,
        unit: unit === '' ? spec.unit : unit,
      }
    }
    return known
  }

  /** Forgets a family that has no series. */
  drop(family: Family): void {
    if (family.isGone || family.sections.size > 0) return
    family.isGone = true
    this.#byName.delete(family.name)
    for (const suffix of SUFFIXES[family.spec.type]) this.#claims.delete(family.name + suffix)
    this.#byId[family.id] = undefined
    this.#free.push(family.id)
    this.#sorted = undefined
  }

  #create(spec: SeriesFamily): Family | 'type_conflict' | 'invalid_labels' {
    const { name, type } = spec
    if (name.length > MAX_NAME_LENGTH || !isMetricName(name)) return 'invalid_labels'
    for (const suffix of SUFFIXES[type]) if (this.#claims.has(name + suffix)) return 'type_conflict'
    const id = this.#free.pop() ?? this.#byId.length
    const family = new Family(id, spec)
    this.#byId[id] = family
    this.#byName.set(name, family)
    for (const suffix of SUFFIXES[type]) this.#claims.set(name + suffix, family)
    this.#sorted = undefined
    return family
  }
}

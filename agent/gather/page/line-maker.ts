import { hash } from 'node:crypto'
import type { ExpositionFamily } from '#lib/exposition/sample-sink.ts'
import type { FamilySpec, FamilyType } from '../family-spec.ts'
import { encodeLabels } from '../labels.ts'
import type { Relabel } from '../relabel/relabel.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import { Assembly } from './assembly.ts'
import { createLine, LEFT_OUT, type Line } from './line.ts'
import { mergeLabels } from './merge-labels.ts'
import { RoundFamily } from './round-family.ts'

export interface LineMakerOptions {
  /** Where the series go. */
  readonly metrics: TargetMetrics
  /** Labels that each series gets, beyond job and instance. */
  readonly labels: ReadonlyMap<string, string>
  /** Whether labels of a sample win over those of the target. */
  readonly honorLabels: boolean
  /** Which samples are of interest, by name; all unless told. */
  readonly takes?: ((name: string) => boolean) | undefined
  /** Changes labels, and leaves samples out. */
  readonly relabel?: Relabel | undefined
}

type Pair = readonly [name: string, value: string]

/** The series that every target has beside those of its page. */
const OWN = new Set(['up', 'scrape_duration_seconds', 'scrape_samples_scraped'])

/** Makes of a sample what it is sent as: its labels, and whether it is a number or a line of a histogram or summary. */
export class LineMaker {
  readonly #options: LineMakerOptions
  readonly #targetLabels: ReadonlyMap<string, string>
  /** The same series may be written in more than one way. */
  readonly #lines = new Map<number, Line>()
  readonly #families = new Map<string, RoundFamily>()
  readonly #assemblies = new Map<number, Assembly>()
  readonly #ownIdentity: number
  /** Samples with the name and labels of a series that every target has. */
  conflicts = 0

  constructor(options: LineMakerOptions) {
    const { job, instance } = options.metrics.target
    this.#options = options
    this.#targetLabels = new Map([...options.labels, ['job', job], ['instance', instance]])
    this.#ownIdentity = identityOf('', sortPairs(options.labels))
  }

  /** @param sample names and values of labels in turn */
  make(exposed: ExpositionFamily, name: string, sample: readonly string[]): Line {
    const { takes, relabel, honorLabels } = this.#options
    if (takes?.(name) === false) return createLine(LEFT_OUT, name)
    const labels = mergeLabels(sample, this.#targetLabels, honorLabels)
    labels.set('__name__', name)
    if (relabel?.(labels) === false) return createLine(LEFT_OUT, name)
    return this.#lineOf(exposed, name, labels)
  }

  /** Forgets lines, and what only they were part of. */
  forget(isGone: (line: Line) => boolean): void {
    for (const [identity, line] of this.#lines) {
      if (!isGone(line)) continue
      this.#lines.delete(identity)
      const { assembly } = line
      if (assembly === undefined) continue
      assembly.lines -= 1
      if (assembly.lines === 0) this.#assemblies.delete(assembly.key)
    }
    // Lines have their own references; what is asked for again is made again.
    if (this.#families.size > this.#lines.size) this.#families.clear()
  }

  /** Where lines of a name go that are sent as numbers because their whole is broken. */
  untypedFamily(name: string): RoundFamily {
    return this.#familyOf({ name, type: 'untyped', help: '' })
  }

  #lineOf(exposed: ExpositionFamily, name: string, labels: Map<string, string>): Line {
    const { job, instance } = this.#options.metrics.target
    settle(labels, 'job', job)
    settle(labels, 'instance', instance)
    const newName = labels.get('__name__') ?? ''
    if (newName === '') return createLine(LEFT_OUT, name)
    const pairs = sortPairs(labels)
    const identity = identityOf(newName, pairs)
    const same = this.#lines.get(identity)
    if (same !== undefined) return same
    if (OWN.has(newName) && identityOf('', pairs) === this.#ownIdentity) {
      this.conflicts += 1
      return createLine(LEFT_OUT, name)
    }
    const line =
      this.#makePart(exposed, name, newName, pairs, identity) ??
      createLine(identity, newName, {
        family: this.#familyOf({ ...describeNumber(exposed, name), name: newName }),
        labels: encodeLabels(pairs),
      })
    this.#lines.set(identity, line)
    return line
  }

  /** A line of a histogram or summary; undefined if it is none. */
  #makePart(
    { type, name: exposedName, help, unit }: ExpositionFamily,
    name: string,
    newName: string,
    pairs: readonly Pair[],
    identity: number,
  ): Line | undefined {
    if (type !== 'histogram' && type !== 'summary') return undefined
    const suffix = name.slice(exposedName.length)
    const hasEdge = suffix === (type === 'histogram' ? '_bucket' : '')
    if (!hasEdge && suffix !== '_sum' && suffix !== '_count') return undefined
    const base = newName.slice(0, newName.length - suffix.length)
    if (!newName.endsWith(suffix) || base === '' || OWN.has(base)) return undefined
    const edgeName = type === 'histogram' ? 'le' : 'quantile'
    const edge = hasEdge ? pairs.find(([label]) => label === edgeName) : undefined
    const others = edge === undefined ? pairs : pairs.filter((pair) => pair !== edge)
    const key = identityOf(`${type} ${base}`, others)
    let assembly = this.#assemblies.get(key)
    if (assembly === undefined) {
      assembly = new Assembly(key, this.#familyOf({ name: base, type, help, unit }), others)
      this.#assemblies.set(key, assembly)
    }
    return createLine(identity, newName, { assembly, slot: assembly.add(suffix, edge?.[1]) ?? LEFT_OUT, edge })
  }

  #familyOf(spec: FamilySpec): RoundFamily {
    // A name may be a histogram's on one page and a number's on the next.
    const key = `${spec.type} ${spec.name}`
    const known = this.#families.get(key)
    if (known !== undefined) return known
    const family = new RoundFamily(this.#options.metrics, spec)
    this.#families.set(key, family)
    return family
  }
}

/** As what a sample is sent that is a number for itself. */
function describeNumber(
  { name: exposedName, type, help, unit }: ExpositionFamily,
  name: string,
): Omit<FamilySpec, 'name'> {
  if (name === `${exposedName}_created` && type !== 'untyped') return { type: 'gauge', help: '' }
  const isWhole = type === 'histogram' || type === 'summary' || type === 'gaugehistogram'
  const numberType: FamilyType = isWhole ? 'untyped' : type
  return { type: numberType, help, unit }
}

/**
 * Job and instance are those of the target, which OTLP has as the resource of all points. Another, of a page whose labels
 * are honored or of a rule, is kept under another name.
 */
function settle(labels: Map<string, string>, name: 'job' | 'instance', ofTarget: string): void {
  const value = labels.get(name)
  labels.delete(name)
  if (value === undefined || value === '' || value === ofTarget) return
  let renamed = `exported_${name}`
  while (labels.has(renamed)) renamed = `exported_${renamed}`
  labels.set(renamed, value)
}

function sortPairs(labels: Iterable<Pair>): Pair[] {
  const pairs = [...labels].filter(([name, value]) => value !== '' && !name.startsWith('__'))
  return pairs.sort(([a], [b]) => (a < b ? -1 : 1))
}

/** 48 bits: of 100 000 series no two have the same but once in 50 000 times, and then one is lost. */
function identityOf(name: string, pairs: readonly Pair[]): number {
  return hash('sha1', JSON.stringify([name, pairs]), 'buffer').readUIntBE(0, 6)
}

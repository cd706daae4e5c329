import { ByteTable, grown } from './byte-table.ts'
import { FAMILY_BYTES, Families, type Family, SECTION_BYTES, type Section } from './families.ts'
import { NONE } from './hash-index.ts'
import { MAX_LABEL_BYTES, writeLabels } from './label-text.ts'
import { checkLimits, type SeriesLimits, Tenants } from './limits.ts'
import { PART_BYTES, Parts } from './parts.ts'
import { ENDED, ROW_BYTES, Rows, USED } from './rows.ts'
import { GroupIndex, SeriesIndex } from './series-index.ts'
import type { SeriesRefusal } from './series-sink.ts'
import { SOURCE_BYTES, type Source, Sources } from './sources.ts'

/** More rows than this no histogram or summary has. */
const MAX_GROUP_ROWS = 4_096

/**
 * Series as rows: what they are made of, how they are found, and in which order they stand. A series is a family, a part of
 * it, and a set of labels, which is kept once however many families have it. Knows nothing of time.
 */
export class SeriesStore {
  readonly limits: SeriesLimits
  readonly rows = new Rows()
  readonly families = new Families()
  readonly sources = new Sources()
  readonly parts = new Parts()
  /** The labels as they stand in a line. */
  readonly labelSets = new ByteTable()
  /** Attributes as they came, and the labels that they are. */
  readonly spellings = new ByteTable()
  readonly scratch = Buffer.allocUnsafeSlow(MAX_LABEL_BYTES)
  /** What others keep for its series, estimated. */
  otherBytes = 0
  #spelledLabels = new Uint32Array(this.spellings.capacity)
  readonly #index = new SeriesIndex(this.rows)
  readonly #groups = new GroupIndex(this.rows)
  readonly #tenants: Tenants
  readonly #sections: (Section | undefined)[] = []
  readonly #freeSections: number[] = []
  #size = 0
  #ended = 0
  #sectionCount = 0

  constructor(limits: SeriesLimits) {
    this.limits = limits
    this.#tenants = new Tenants(limits.tenantLabel)
  }

  /** Rows in use, among them those of series that have ended. */
  get size(): number {
    return this.#size
  }

  /** Series that have not ended. */
  get series(): number {
    return this.#size - this.#ended
  }

  /** What they are estimated to take. */
  get bytes(): number {
    return (
      ROW_BYTES * this.#size +
      this.labelSets.bytes +
      this.spellings.bytes +
      PART_BYTES * this.parts.size +
      FAMILY_BYTES * this.families.size +
      SECTION_BYTES * this.#sectionCount +
      SOURCE_BYTES * this.sources.size +
      this.otherBytes
    )
  }

  find(family: Family, labelSet: number, part: number): number {
    return this.#index.find(family.id, labelSet, part)
  }

  /** The first row of a histogram or summary. */
  findGroup(family: Family, labelSet: number): number {
    return this.#groups.find(family.id, labelSet)
  }

  section(row: number): Section {
    return this.#sections[this.rows.section[row]!]!
  }

  /** The set of these labels, which are sorted by name; {@link NONE} if they are not, or can't be kept. */
  intern(labels: readonly string[], without = ''): number {
    const end = writeLabels(this.scratch, labels, without)
    if (end < 0) return NONE
    const known = this.labelSets.find(0, this.scratch, 0, end)
    if (known !== NONE) return known
    const added = this.labelSets.add(0, this.scratch, 0, end)
    this.#tenants.add(added, this.#tenants.named(labels))
    return added
  }

  /** Forgets a set of labels, if no series came of it. */
  dropUnused(labelSet: number): void {
    if (!this.labelSets.isHeld(labelSet)) this.#dropLabels(labelSet)
  }

  /** The spelling of labels in a context; it is to be given to a row at once. */
  spell(context: number, bytes: Buffer, start: number, end: number, labelSet: number): number {
    const known = this.spellings.find(context, bytes, start, end)
    if (known !== NONE) return known
    const added = this.spellings.add(context, bytes, start, end)
    if (this.#spelledLabels.length < this.spellings.capacity) {
      this.#spelledLabels = grown(this.#spelledLabels, this.spellings.capacity)
    }
    this.#spelledLabels[added] = labelSet
    this.labelSets.hold(labelSet)
    return added
  }

  labelsOfSpelling(spelling: number): number {
    return this.#spelledLabels[spelling]!
  }

  /** Remembers how the attributes of a series are written. */
  setSpelling(row: number, spelling: number): void {
    const before = this.rows.spelling[row]!
    if (before === spelling) return
    this.spellings.hold(spelling)
    this.rows.spelling[row] = spelling
    if (before !== NONE) this.#releaseSpelling(before)
  }

  /** Adds a series that is not there; without a value yet. The labels and the part may be gone if it is refused. */
  add(source: Source, family: Family, labelSet: number, part: number): number | SeriesRefusal {
    const tenant = this.#tenants.of(labelSet)
    const refusal = checkLimits(this.limits, { series: this.#size, bytes: this.bytes }, source, tenant)
    const after = refusal === undefined ? this.#placeInGroup(source, family, labelSet, part) : NONE
    if (refusal !== undefined || typeof after === 'string') {
      this.dropUnused(labelSet)
      this.parts.drop(part)
      this.families.drop(family)
      return refusal ?? (after as SeriesRefusal)
    }
    const section = this.#sectionOf(source, family)
    const { rows } = this
    const row = rows.take()
    rows.flags[row] = USED
    rows.value[row] = Number.NaN
    rows.timeMs[row] = Number.NEGATIVE_INFINITY
    rows.startMs[row] = 0
    rows.request[row] = 0
    rows.family[row] = family.id
    rows.source[row] = source.id
    rows.section[row] = section.id
    rows.labels[row] = labelSet
    rows.spelling[row] = NONE
    rows.part[row] = part
    this.#link(section, row, after)
    this.labelSets.hold(labelSet)
    this.parts.hold(part)
    this.#index.add(row)
    if (family.isGrouped) this.#regroup(family, labelSet, row)
    this.#size += 1
    source.series += 1
    if (source.node !== undefined) source.node.series += 1
    if (tenant !== undefined) tenant.series += 1
    return row
  }

  /** Hides a series, or shows it again. */
  setEnded(row: number, isEnded: boolean): void {
    const { flags } = this.rows
    if (((flags[row]! & ENDED) !== 0) === isEnded) return
    flags[row]! ^= ENDED
    this.#ended += isEnded ? 1 : -1
  }

  remove(row: number): void {
    const { rows } = this
    const section = this.section(row)
    const { family, source } = section
    const labelSet = rows.labels[row]!
    this.setEnded(row, false)
    this.#index.remove(row)
    if (family.isGrouped && this.findGroup(family, labelSet) === row) {
      this.#groups.remove(row)
      const next = rows.next[row]!
      if (next !== NONE && rows.labels[next] === labelSet) this.#groups.add(next)
    }
    this.#unlink(section, row)
    this.#size -= 1
    source.series -= 1
    if (source.node !== undefined) source.node.series -= 1
    const tenant = this.#tenants.of(labelSet)
    if (tenant !== undefined) tenant.series -= 1
    this.parts.release(rows.part[row]!)
    const spelling = rows.spelling[row]!
    this.#releaseLabels(labelSet)
    if (spelling !== NONE) this.#releaseSpelling(spelling)
    rows.free(row)
    if (section.size === 0) this.#dropSection(section)
  }

  #releaseSpelling(spelling: number): void {
    if (!this.spellings.release(spelling)) return
    this.spellings.drop(spelling)
    this.#releaseLabels(this.#spelledLabels[spelling]!)
  }

  #releaseLabels(labelSet: number): void {
    if (this.labelSets.release(labelSet)) this.#dropLabels(labelSet)
  }

  #dropLabels(labelSet: number): void {
    this.#tenants.remove(labelSet)
    this.labelSets.drop(labelSet)
  }

  /** Behind which row of its group a row belongs; {@link NONE} for at the end of the section, or before its first row. */
  #placeInGroup(source: Source, family: Family, labelSet: number, part: number): number | SeriesRefusal {
    if (!family.isGrouped) return NONE
    const { rows, parts } = this
    const first = this.findGroup(family, labelSet)
    if (first === NONE) return NONE
    // Two sources can't have parts of one histogram.
    if (rows.source[first] !== source.id) return 'duplicate'
    if (parts.precedes(part, rows.part[first]!)) return rows.before[first] === NONE ? BEFORE_ALL : rows.before[first]!
    let after = first
    for (let count = 0; ; count++) {
      if (count >= MAX_GROUP_ROWS) return 'series_limit'
      const next = rows.next[after]!
      if (next === NONE || rows.labels[next] !== labelSet || parts.precedes(part, rows.part[next]!)) return after
      after = next
    }
  }

  #regroup(family: Family, labelSet: number, row: number): void {
    const { rows } = this
    const first = this.findGroup(family, labelSet)
    if (first !== NONE && rows.next[row] !== first) return
    if (first !== NONE) this.#groups.remove(first)
    this.#groups.add(row)
  }

  #link(section: Section, row: number, place: number): void {
    const { next, before } = this.rows
    const after = place === NONE ? section.tail : place === BEFORE_ALL ? NONE : place
    const following = after === NONE ? section.head : next[after]!
    before[row] = after
    next[row] = following
    if (after === NONE) section.head = row
    else next[after] = row
    if (following === NONE) section.tail = row
    else before[following] = row
    section.size += 1
  }

  #unlink(section: Section, row: number): void {
    const { next, before } = this.rows
    const after = before[row]!
    const following = next[row]!
    if (after === NONE) section.head = following
    else next[after] = following
    if (following === NONE) section.tail = after
    else before[following] = after
    section.size -= 1
  }

  #sectionOf(source: Source, family: Family): Section {
    const known = source.sections.get(family)
    if (known !== undefined) return known
    const id = this.#freeSections.pop() ?? this.#sections.length
    const section: Section = { id, family, source, head: NONE, tail: NONE, size: 0, isGone: false }
    this.#sections[id] = section
    this.#sectionCount += 1
    source.sections.set(family, section)
    family.sections.add(section)
    return section
  }

  #dropSection(section: Section): void {
    const { id, source, family } = section
    section.isGone = true
    this.#sections[id] = undefined
    this.#freeSections.push(id)
    this.#sectionCount -= 1
    source.sections.delete(family)
    family.sections.delete(section)
    this.families.drop(family)
  }
}

const BEFORE_ALL = 0xffff_fffe

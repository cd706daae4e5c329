import { BlockEncoder } from '../block/encode.ts'
import { IdTable } from '../block/id-table.ts'
import { generatedId } from '../block/ids.ts'
import type { IndexChange } from '../disk/day-change.ts'
import type { DayFiles } from '../disk/day-files.ts'
import { isCorruption, isDiskFull } from '../disk/sqlite.ts'
import type { StateFile } from '../disk/state-file.ts'
import { diskFull, ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import type { Index, Indices } from '../index/indices.ts'
import type { IndexPlan } from '../mapping/templates.ts'
import { DAY_MS } from '../time/day.ts'
import { DocumentCheck } from './document-check.ts'
import type { Duplicates } from './duplicates.ts'
import { encodeGroup } from './encode-group.ts'
import { type DocumentGroup, DocumentGroups } from './group.ts'
import { itemProblem, markDuplicate, takeId } from './item-ids.ts'
import { type BulkItems, CREATED, DUPLICATE, PENDING } from './parse-bulk.ts'

export interface BulkIndexerOptions {
  readonly state: StateFile
  readonly indices: Indices
  readonly files: DayFiles
  readonly duplicates: Duplicates
  readonly nowMs: () => number
  /** One request may write to so many days; documents of more days are to be sent again. */
  readonly maxDays: number
  /** Called after each commit with what was written. */
  readonly onCommit: (day: number, changes: readonly IndexChange[]) => void
}

export interface BulkRequest {
  /** The index that the path names. */
  readonly index: string | undefined
  readonly requireDataStream: boolean
  /** Whether errors may show values of documents. */
  readonly includeSourceOnError: boolean
}

/** What became of the items; the status of each is with the items. */
export interface BulkOutcome {
  /** By item: its index, unless the name was impossible. */
  readonly indices: readonly (Index | undefined)[]
  /** The index that the path named. */
  readonly requestIndex: string | undefined
  /** Sequence number of the first item; those of the others follow. */
  readonly firstSequence: number
  readonly created: number
  readonly duplicates: number
}

/** Takes the items of a bulk request: check > dedup > columns > commit. What it says was created is on disk. */
export class BulkIndexer {
  readonly #options: BulkIndexerOptions
  readonly #encoder = new BlockEncoder()
  readonly #ids = new IdTable()
  readonly #checks = new WeakMap<IndexPlan, DocumentCheck>()

  constructor(options: BulkIndexerOptions) {
    this.#options = options
  }

  /** @throws SQLite's error if it cannot be written; then nothing may be taken for created */
  run(items: BulkItems, request: BulkRequest): BulkOutcome {
    const { state, nowMs } = this.#options
    const ids = this.#ids.begin()
    const targets = this.#resolveTargets(items, request)
    const groups = this.#checkDocuments(items, targets, ids, request, nowMs())
    const firstSequence = state.takeSequences(items.count)
    this.#removeDuplicates(groups, items, ids)
    this.#commit(groups, items, ids, firstSequence)
    let created = 0
    let duplicates = 0
    for (let item = 0; item < items.count; item++) {
      const status = items.statuses[item]
      if (status === CREATED) created += 1
      else if (status === DUPLICATE) duplicates += 1
    }
    return { indices: targets, requestIndex: request.index, firstSequence, created, duplicates }
  }

  #resolveTargets(items: BulkItems, request: BulkRequest): (Index | undefined)[] {
    const targets = new Array<Index | undefined>(items.count)
    for (let item = 0; item < items.count; item++) {
      const action = items.actions[item]!
      // Actions that follow each other with the same metadata are one object.
      if (item > 0 && action === items.actions[item - 1] && targets[item - 1] !== undefined) {
        targets[item] = targets[item - 1]
        continue
      }
      const name = action.index ?? request.index
      if (name === undefined) {
        throw new ElasticsearchError(
          400,
          'action_request_validation_exception',
          `Validation Failed: ${item + 1}: index is missing;`,
        )
      }
      if (items.statuses[item] !== PENDING) continue
      try {
        if (action.unsupported !== undefined) throw illegalArgument(action.unsupported)
        targets[item] = this.#options.indices.forWrite(name, action.requireDataStream ?? request.requireDataStream)
      } catch (error) {
        if (!(error instanceof ElasticsearchError)) throw error
        items.fail(item, error)
      }
    }
    return targets
  }

  #checkDocuments(
    items: BulkItems,
    targets: readonly (Index | undefined)[],
    ids: IdTable,
    request: BulkRequest,
    nowMs: number,
  ): DocumentGroups {
    const groups = new DocumentGroups()
    const days = new Set<number>()
    const idsOfIndices = new Set<string>()
    let lastIndex: Index | undefined
    let check: DocumentCheck | undefined
    for (let item = 0; item < items.count; item++) {
      const row = items.rows[item]!
      const index = targets[item]
      if (index === undefined || items.statuses[item] !== PENDING) continue
      if (index !== lastIndex || check === undefined) {
        lastIndex = index
        check = this.#checkOf(index)
      }
      const problem =
        itemProblem(items, item, index) ??
        check.check(items.table, row, () => items.idOf(item) ?? 'generated by the store', request.includeSourceOnError)
      if (problem !== undefined) {
        items.fail(item, problem)
        continue
      }
      if (index.kind === 'index') {
        // An id is unique in all days of an index, and the first item of a request that has it is the one to stay.
        const key = `${index.uid} ${items.idOf(item) ?? `generated ${item}`}`
        if (idsOfIndices.has(key)) {
          markDuplicate(items, item)
          continue
        }
        idsOfIndices.add(key)
      }
      const day = check.hasTime ? check.day : Math.floor(nowMs / DAY_MS)
      const ns = check.hasTime ? check.ns : (nowMs - day * DAY_MS) * 1e6
      if (!days.has(day)) {
        if (days.size === this.#options.maxDays) {
          items.fail(
            item,
            new ElasticsearchError(
              429,
              'es_rejected_execution_exception',
              `the request has documents of more than ${days.size} days; send this item again`,
            ),
          )
          continue
        }
        days.add(day)
      }
      takeId(items, item, row, index, ids, day, ns)
      groups.groupOf(index, day).add(item, row, ns, check.hasTime ? check.digits : -1)
    }
    return groups
  }

  #checkOf(index: Index): DocumentCheck {
    const plan = this.#options.indices.planOf(index)
    let check = this.#checks.get(plan)
    if (check === undefined) {
      check = new DocumentCheck(plan.mapping, index.kind === 'data_stream')
      this.#checks.set(plan, check)
    }
    return check
  }

  #removeDuplicates({ groups }: DocumentGroups, items: BulkItems, ids: IdTable): void {
    for (const group of groups) {
      const marked = this.#onDay(group.day, () =>
        this.#options.duplicates.find(group, ids, this.#options.files.open(group.day)),
      )
      for (let place = 0; place < group.count; place++) {
        if (marked[place] === 0) items.statuses[group.items[place]!] = CREATED
        else markDuplicate(items, group.items[place]!)
      }
      group.drop(marked)
    }
  }

  /**
   * Commits day after day. If there is no room for one of them, its items are refused for now; if there was none for
   * any, the request is.
   */
  #commit({ groups }: DocumentGroups, items: BulkItems, ids: IdTable, firstSequence: number): void {
    const byDay = new Map<number, DocumentGroup[]>()
    for (const group of groups) {
      if (group.count > 0) byDay.set(group.day, [...(byDay.get(group.day) ?? []), group])
    }
    let committed = 0
    for (const [day, ofDay] of byDay) {
      const changes = ofDay.map((group): IndexChange => {
        const sequences = new Float64Array(group.count)
        for (let place = 0; place < group.count; place++) sequences[place] = firstSequence + group.items[place]!
        return { index: group.index, add: encodeGroup(this.#encoder, items.table, ids, group, sequences) }
      })
      try {
        this.#onDay(day, () => this.#options.files.openOrCreate(day).commit(changes))
      } catch (error) {
        if (committed === 0 || !isDiskFull(error)) throw error
        for (const group of ofDay) refuseForNow(group, items)
        continue
      }
      committed += 1
      this.#options.onCommit(day, changes)
    }
  }

  /** A file that turns out to be damaged is set aside, and a new one takes its place. */
  #onDay<T>(day: number, work: () => T): T {
    try {
      return work()
    } catch (error) {
      if (!isCorruption(error)) throw error
      this.#options.files.setAside(day, error)
      return work()
    }
  }
}

function refuseForNow(group: DocumentGroup, items: BulkItems): void {
  for (let place = 0; place < group.count; place++) items.fail(group.items[place]!, diskFull())
}

/** The id that an item has in the answer. */
export function shownId(items: BulkItems, item: number, sequence: number): string {
  return items.idOf(item) ?? generatedId(sequence)
}

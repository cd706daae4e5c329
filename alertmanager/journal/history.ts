import type { SQLInputValue } from 'node:sqlite'
import type { Database, Statement, Table } from '../store/database.ts'
import type { Details, HistoryEntry, Outcome, Place } from './entry.ts'

export interface HistoryOptions {
  readonly database: Database
  /** Most entries that are kept; with 0 there is no history. */
  readonly limit: number
}

/** Which entries are asked for, by what the table can tell. */
export interface Selection {
  /** Those with smaller ids; all if left out. */
  readonly before?: number | undefined
  /** Those with this id and larger ones. */
  readonly from?: number | undefined
  readonly groupId?: string | undefined
  readonly groupKey?: string | undefined
  readonly receiver?: string | undefined
  readonly integration?: string | undefined
  readonly index?: number | undefined
  readonly outcomes?: readonly Outcome[] | undefined
  /** That ended no earlier. */
  readonly sinceMs?: number | undefined
  /** That began before. */
  readonly untilMs?: number | undefined
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS history (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at_ms INTEGER NOT NULL,
    ended_at_ms INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    receiver TEXT NOT NULL,
    integration TEXT NOT NULL,
    position INTEGER NOT NULL,
    group_id TEXT NOT NULL,
    group_key TEXT NOT NULL,
    details TEXT NOT NULL
  );
  CREATE INDEX IF NOT EXISTS history_by_group ON history (group_id, id)`

/** Entries that are kept in memory while the disk takes nothing. */
const MAX_UNSAVED = 1_000
/** Entries that are removed at a time. */
const SLICE = 500

/**
 * Notifications and decisions. The history lives on disk alone and is read from there; memory holds what the disk has
 * not got yet, and when it gets nothing for long, the oldest of that is lost: nobody waits for the history.
 */
export class History implements Table {
  readonly schema = SCHEMA
  /** How many entries were removed since the start, and why; `disk`: they were never written. */
  readonly dropped = { limit: 0, retention: 0, disk: 0 }
  readonly #database: Database
  readonly #limit: number
  readonly #save: Statement
  readonly #removeUpTo: Statement
  /** By their texts: one for each combination of conditions. */
  readonly #selects = new Map<string, Statement>()
  readonly #unsaved = new Map<number, { readonly entry: HistoryEntry; hasFailed: boolean }>()
  /** What the last rewrite wrote. */
  #rewritten: readonly HistoryEntry[] = []
  #firstId = 1
  #lastId = 0

  constructor({ database, limit }: HistoryOptions) {
    this.#database = database
    this.#limit = limit
    this.#save = database.statement('INSERT OR REPLACE INTO history VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#removeUpTo = database.statement('DELETE FROM history WHERE id <= ?')
    database.register(this)
  }

  /** Ids go on where they ended, also where all entries are gone. */
  load(): void {
    const [row] = this.#database.statement('SELECT MIN(id) AS first, MAX(id) AS last FROM history').all()
    const [sequence] = this.#database.statement("SELECT seq FROM sqlite_sequence WHERE name = 'history'").all()
    this.#lastId = Math.max(Number(row?.last ?? 0), Number(sequence?.seq ?? 0))
    this.#firstId = Number(row?.first ?? this.#lastId + 1)
  }

  /** About how many entries there are. */
  get size(): number {
    return this.#lastId - this.#firstId + 1
  }

  /** Of the oldest entry. */
  get firstId(): number {
    return this.#firstId
  }

  /** Of the newest entry. */
  get lastId(): number {
    return this.#lastId
  }

  add(entry: Omit<HistoryEntry, 'id'>): HistoryEntry {
    this.#lastId += 1
    const added = { ...entry, id: this.#lastId }
    this.#write(added)
    return added
  }

  /** Puts a new version of an entry in its place. */
  replace(entry: HistoryEntry): void {
    // It may have been one of the oldest, and gone.
    if (entry.id >= this.#firstId) this.#write(entry)
  }

  get(id: number): HistoryEntry | undefined {
    const unsaved = this.#unsaved.get(id)
    if (unsaved !== undefined) return unsaved.entry
    return this.#database.statement('SELECT * FROM history WHERE id = ?').all(id).map(fromRow)[0]
  }

  /** Newest first, at most so many. */
  page(selection: Selection, count: number): readonly HistoryEntry[] {
    const { where, values } = conditionsOf(selection)
    const text = `SELECT * FROM history WHERE ${where.join(' AND ')} ORDER BY id DESC LIMIT ?`
    const statement = this.#selects.get(text) ?? this.#database.statement(text)
    this.#selects.set(text, statement)
    const saved = statement.all(...values, count).map(fromRow)
    if (this.#unsaved.size === 0) return saved
    const unsaved = Array.from(this.#unsaved.values(), ({ entry }) => entry).filter((entry) =>
      selects(selection, entry),
    )
    const others = saved.filter(({ id }) => !this.#unsaved.has(id))
    return [...unsaved, ...others].sort((a, b) => b.id - a.id).slice(0, count)
  }

  /** The last entry about a place. */
  lastOf(place: Place, outcomes?: readonly Outcome[]): HistoryEntry | undefined {
    const { groupId, receiver, integration, index } = place
    return this.page({ groupId, receiver, integration, index, outcomes }, 1)[0]
  }

  /** Removes entries that ended before, some at a time. */
  collectGarbage(beforeMs: number): void {
    const oldest = `SELECT id, ended_at_ms FROM history ORDER BY id LIMIT ${SLICE}`
    const [row] = this.#database
      .statement(`SELECT MAX(id) AS id FROM (${oldest}) WHERE ended_at_ms < ?`)
      .all(Math.round(beforeMs))
    if (row?.id === null || row?.id === undefined) return
    const upTo = Number(row.id)
    const isAll = upTo - this.#firstId + 1 < SLICE
    this.#forget(upTo, 'retention')
    void this.#database
      .write(() => this.#removeUpTo.run(upTo))
      .then(() => (isAll ? undefined : this.collectGarbage(beforeMs)))
      // Maintenance comes again.
      .catch(() => {})
  }

  /** The file has all but what was not written. */
  rewrite(): void {
    this.#rewritten = Array.from(this.#unsaved.values(), ({ entry }) => entry)
    for (const entry of this.#rewritten) this.#saveRow(entry)
    this.#removeUpTo.run(this.#firstId - 1)
  }

  #write(entry: HistoryEntry): void {
    if (this.#limit === 0) {
      this.#firstId = this.#lastId + 1
      return
    }
    this.#unsaved.set(entry.id, { entry, hasFailed: false })
    if (this.#unsaved.size > MAX_UNSAVED) this.#dropOldestUnsaved()
    const excess = Math.min(this.size - this.#limit, SLICE)
    const upTo = this.#firstId + excess - 1
    if (excess > 0) this.#forget(upTo, 'limit')
    this.#database
      .write(() => {
        this.#saveRow(entry)
        if (excess > 0) this.#removeUpTo.run(upTo)
      })
      .then(
        () => this.#saved(entry),
        () => this.#notSaved(entry),
      )
  }

  #saved(entry: HistoryEntry): void {
    for (const { id } of [...this.#rewritten, entry]) {
      const unsaved = this.#unsaved.get(id)
      if (unsaved !== undefined && (unsaved.entry === entry || this.#rewritten.includes(unsaved.entry))) {
        this.#unsaved.delete(id)
      }
    }
    this.#rewritten = []
  }

  #notSaved(entry: HistoryEntry): void {
    const unsaved = this.#unsaved.get(entry.id)
    if (unsaved === undefined) this.dropped.disk += 1
    else unsaved.hasFailed = true
  }

  #dropOldestUnsaved(): void {
    for (const [id, { hasFailed }] of this.#unsaved) {
      this.#unsaved.delete(id)
      // One whose transaction is under way is lost only if that fails.
      if (hasFailed) this.dropped.disk += 1
      return
    }
  }

  #forget(upTo: number, why: 'limit' | 'retention'): void {
    this.dropped[why] += upTo - this.#firstId + 1
    for (const id of this.#unsaved.keys()) if (id <= upTo) this.#unsaved.delete(id)
    this.#firstId = upTo + 1
  }

  #saveRow({ id, place, outcome, atMs, endedAtMs, details }: HistoryEntry): void {
    const times = [Math.round(atMs), Math.round(endedAtMs)]
    const { receiver, integration, index, groupId, groupKey } = place
    const who = [receiver, integration, index, groupId, groupKey]
    this.#save.run(id, ...times, outcome, ...who, JSON.stringify(details))
  }
}

function conditionsOf(selection: Selection): { readonly where: readonly string[]; readonly values: SQLInputValue[] } {
  const where = ['1']
  const values: SQLInputValue[] = []
  const add = (condition: string, ...given: readonly (SQLInputValue | undefined)[]) => {
    const known = given.filter((value) => value !== undefined)
    if (known.length === 0) return
    where.push(condition)
    values.push(...known)
  }
  const { before, from, groupId, groupKey, receiver, integration, index, outcomes, sinceMs, untilMs } = selection
  add('id < ?', before)
  add('id >= ?', from)
  add('group_id = ?', groupId)
  add('group_key = ?', groupKey)
  add('receiver = ?', receiver)
  add('integration = ?', integration)
  add('position = ?', index)
  add(`outcome IN (${outcomes?.map(() => '?').join()})`, ...(outcomes ?? []))
  add('ended_at_ms >= ?', sinceMs)
  add('at_ms < ?', untilMs)
  return { where, values }
}

/** The same conditions, for what is not on disk. */
function selects(selection: Selection, { id, place, outcome, atMs, endedAtMs }: HistoryEntry): boolean {
  const is = <T>(wanted: T | undefined, given: T) => wanted === undefined || wanted === given
  const { before, from, outcomes, sinceMs, untilMs } = selection
  return (
    (before === undefined || id < before) &&
    (from === undefined || id >= from) &&
    is(selection.groupId, place.groupId) &&
    is(selection.groupKey, place.groupKey) &&
    is(selection.receiver, place.receiver) &&
    is(selection.integration, place.integration) &&
    is(selection.index, place.index) &&
    (outcomes === undefined || outcomes.length === 0 || outcomes.includes(outcome)) &&
    (sinceMs === undefined || endedAtMs >= sinceMs) &&
    (untilMs === undefined || atMs < untilMs)
  )
}

function fromRow(row: Readonly<Record<string, unknown>>): HistoryEntry {
  return {
    id: Number(row.id),
    atMs: Number(row.at_ms),
    endedAtMs: Number(row.ended_at_ms),
    outcome: String(row.outcome) as Outcome,
    place: {
      groupId: String(row.group_id),
      groupKey: String(row.group_key),
      receiver: String(row.receiver),
      integration: String(row.integration),
      index: Number(row.position),
    },
    details: JSON.parse(String(row.details)) as Details,
  }
}

import { LabelSet } from '#lib/labels.ts'
import { Matcher, type MatchOperator } from '#lib/matchers.ts'
import type { Database, Statement } from '../store/database.ts'
import type { Silence } from './silence.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS silences (
    id TEXT PRIMARY KEY,
    matchers TEXT NOT NULL,
    starts_at_ms INTEGER NOT NULL,
    ends_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    comment TEXT NOT NULL,
    annotations TEXT NOT NULL
  ) WITHOUT ROWID`

/** The silences on disk. */
export class SilenceTable {
  readonly schema = SCHEMA
  readonly #database: Database
  readonly #save: Statement
  readonly #remove: Statement

  constructor(database: Database) {
    this.#database = database
    this.#save = database.statement('INSERT OR REPLACE INTO silences VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#remove = database.statement('DELETE FROM silences WHERE id = ?')
  }

  /** What is there, and how many rows make no sense. */
  read(): { readonly silences: readonly Silence[]; readonly unreadable: number } {
    const rows = this.#database.statement('SELECT * FROM silences').all()
    const silences = rows.flatMap(fromRow)
    return { silences, unreadable: rows.length - silences.length }
  }

  save(silence: Silence): Promise<void> {
    return this.#database.write(() => this.#saveRow(silence))
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#database.write(() => {
      for (const id of ids) this.#remove.run(id)
    })
  }

  /** Within a transaction: puts these in place of what is there. */
  replaceAll(silences: Iterable<Silence>): void {
    this.#database.statement('DELETE FROM silences').run()
    for (const silence of silences) this.#saveRow(silence)
  }

  #saveRow(silence: Silence): void {
    const matchers = silence.matchers.map(({ name, operator, value }) => [name, operator, value])
    const times = [silence.startsAtMs, silence.endsAtMs, silence.updatedAtMs].map(Math.round)
    const annotations = JSON.stringify([...silence.annotations])
    this.#save.run(silence.id, JSON.stringify(matchers), ...times, silence.createdBy, silence.comment, annotations)
  }
}

/** The silence of a row; none if a matcher of it cannot be read, as it would mute more than it was meant to. */
function fromRow(row: Readonly<Record<string, unknown>>): Silence[] {
  const written = JSON.parse(String(row.matchers)) as [string, MatchOperator, string][]
  const matchers = written.flatMap(([name, operator, value]) => {
    const result = Matcher.create(name, operator, value)
    return result.ok ? [result.matcher] : []
  })
  if (matchers.length < written.length) return []
  const silence: Silence = {
    id: String(row.id),
    matchers,
    startsAtMs: Number(row.starts_at_ms),
    endsAtMs: Number(row.ends_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    createdBy: String(row.created_by),
    comment: String(row.comment),
    annotations: LabelSet.of(JSON.parse(String(row.annotations)) as [string, string][]),
  }
  return [silence]
}

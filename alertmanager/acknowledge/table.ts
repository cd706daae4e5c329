import { Matcher, type MatchOperator } from '#lib/matchers.ts'
import type { Database, Statement } from '../store/database.ts'
import type { Acknowledgement } from './acknowledgement.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS acknowledgements (
    id TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    comment TEXT NOT NULL,
    matchers TEXT NOT NULL,
    created_at_ms INTEGER NOT NULL,
    ends_at_ms INTEGER NOT NULL,
    updated_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS acknowledged_alerts (
    acknowledgement_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    starts_by_ms INTEGER NOT NULL,
    is_open INTEGER NOT NULL,
    PRIMARY KEY (acknowledgement_id, fingerprint)
  ) WITHOUT ROWID`

/** An acknowledgement with those of its alerts, by fingerprint, that have not resolved since. */
export interface Kept {
  readonly acknowledgement: Acknowledgement
  readonly open: ReadonlySet<string>
}

/** The acknowledgements on disk. */
export class AcknowledgementTable {
  readonly schema = SCHEMA
  readonly #database: Database
  readonly #save: Statement
  readonly #saveAlert: Statement
  readonly #close: Statement
  readonly #remove: Statement
  readonly #removeAlerts: Statement

  constructor(database: Database) {
    this.#database = database
    this.#save = database.statement('INSERT OR REPLACE INTO acknowledgements VALUES (?, ?, ?, ?, ?, ?, ?)')
    this.#saveAlert = database.statement('INSERT OR REPLACE INTO acknowledged_alerts VALUES (?, ?, ?, ?)')
    this.#close = database.statement(
      'UPDATE acknowledged_alerts SET is_open = 0 WHERE acknowledgement_id = ? AND fingerprint = ?',
    )
    this.#remove = database.statement('DELETE FROM acknowledgements WHERE id = ?')
    this.#removeAlerts = database.statement('DELETE FROM acknowledged_alerts WHERE acknowledgement_id = ?')
  }

  read(): readonly Kept[] {
    const alerts = new Map<string, { all: Map<string, number>; open: Set<string> }>()
    for (const row of this.#database.statement('SELECT * FROM acknowledged_alerts').each()) {
      const id = String(row.acknowledgement_id)
      const of = alerts.get(id) ?? { all: new Map(), open: new Set() }
      alerts.set(id, of)
      of.all.set(String(row.fingerprint), Number(row.starts_by_ms))
      if (row.is_open === 1) of.open.add(String(row.fingerprint))
    }
    return this.#database
      .statement('SELECT * FROM acknowledgements')
      .all()
      .map((row) => {
        const { all, open } = alerts.get(String(row.id)) ?? { all: new Map(), open: new Set() }
        return { acknowledgement: fromRow(row, all), open }
      })
  }

  save(kept: Kept): Promise<void> {
    return this.#database.write(() => this.#saveRows(kept))
  }

  /** Another end, and nothing else. */
  saveEnd({ acknowledgement }: Kept): Promise<void> {
    return this.#database.write(() => this.#saveRow(acknowledgement))
  }

  close(id: string, fingerprint: string): Promise<void> {
    return this.#database.write(() => this.#close.run(id, fingerprint))
  }

  remove(ids: readonly string[]): Promise<void> {
    return this.#database.write(() => {
      for (const id of ids) {
        this.#remove.run(id)
        this.#removeAlerts.run(id)
      }
    })
  }

  /** Within a transaction: puts these in place of what is there. */
  replaceAll(all: Iterable<Kept>): void {
    this.#database.statement('DELETE FROM acknowledgements').run()
    this.#database.statement('DELETE FROM acknowledged_alerts').run()
    for (const kept of all) this.#saveRows(kept)
  }

  #saveRows({ acknowledgement, open }: Kept): void {
    const { id, alerts } = acknowledgement
    this.#saveRow(acknowledgement)
    for (const [fingerprint, startsByMs] of alerts) {
      this.#saveAlert.run(id, fingerprint, startsByMs, Number(open.has(fingerprint)))
    }
  }

  #saveRow({ id, owner, comment, matchers, createdAtMs, endsAtMs, updatedAtMs }: Acknowledgement): void {
    const written = JSON.stringify(matchers.map(({ name, operator, value }) => [name, operator, value]))
    this.#save.run(id, owner, comment, written, ...[createdAtMs, endsAtMs, updatedAtMs].map(Math.round))
  }
}

function fromRow(row: Readonly<Record<string, unknown>>, alerts: ReadonlyMap<string, number>): Acknowledgement {
  const written = JSON.parse(String(row.matchers)) as [string, MatchOperator, string][]
  return {
    id: String(row.id),
    owner: String(row.owner),
    comment: String(row.comment),
    // They are shown, and no longer asked: what was meant stands in the alerts.
    matchers: written.flatMap(([name, operator, value]) => {
      const result = Matcher.create(name, operator, value)
      return result.ok ? [result.matcher] : []
    }),
    createdAtMs: Number(row.created_at_ms),
    endsAtMs: Number(row.ends_at_ms),
    updatedAtMs: Number(row.updated_at_ms),
    alerts,
  }
}

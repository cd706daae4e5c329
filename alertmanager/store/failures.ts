import type { Database, Statement, Table } from './database.ts'
import { keyOf, type NotificationKey, printKey } from './nflog.ts'

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS failures (
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    integration TEXT NOT NULL,
    position INTEGER NOT NULL,
    since_ms INTEGER NOT NULL,
    PRIMARY KEY (group_key, receiver, integration, position)
  ) WITHOUT ROWID`

/** Since when groups could not be told through an integration, so that a restart does not begin to count anew. */
export class FailureLog implements Table {
  readonly schema = SCHEMA
  readonly #database: Database
  readonly #failing = new Map<string, { readonly key: NotificationKey; readonly sinceMs: number }>()
  readonly #save: Statement
  readonly #remove: Statement

  constructor(database: Database) {
    this.#database = database
    this.#save = database.statement('INSERT OR REPLACE INTO failures VALUES (?, ?, ?, ?, ?)')
    this.#remove = database.statement(
      'DELETE FROM failures WHERE group_key = ? AND receiver = ? AND integration = ? AND position = ?',
    )
    database.register(this)
  }

  load(): void {
    for (const row of this.#database.statement('SELECT * FROM failures').each()) {
      const key = keyOf(row)
      this.#failing.set(printKey(key), { key, sinceMs: Number(row.since_ms) })
    }
  }

  /** Epoch milliseconds; undefined for what does not fail. */
  since(key: NotificationKey): number | undefined {
    return this.#failing.get(printKey(key))?.sinceMs
  }

  /** Says that it fails; the first time counts. */
  failed(key: NotificationKey, sinceMs: number): void {
    const text = printKey(key)
    if (this.#failing.has(text)) return
    this.#failing.set(text, { key, sinceMs })
    void this.#database.write(() => this.#saveRow(key, sinceMs))
  }

  /** Says that there is nothing any more that could not be told. */
  mended(key: NotificationKey): void {
    if (this.#failing.delete(printKey(key))) void this.#database.write(() => this.#removeRow(key))
  }

  /** Forgets those that began before this time: their groups may be long gone. */
  collectGarbage(beforeMs: number): void {
    for (const { key, sinceMs } of [...this.#failing.values()]) if (sinceMs < beforeMs) this.mended(key)
  }

  rewrite(): void {
    this.#database.statement('DELETE FROM failures').run()
    for (const { key, sinceMs } of this.#failing.values()) this.#saveRow(key, sinceMs)
  }

  #saveRow({ groupKey, receiver, integration, index }: NotificationKey, sinceMs: number): void {
    this.#save.run(groupKey, receiver, integration, index, Math.round(sinceMs))
  }

  #removeRow({ groupKey, receiver, integration, index }: NotificationKey): void {
    this.#remove.run(groupKey, receiver, integration, index)
  }
}

import { randomInt } from 'node:crypto'
import { existsSync, renameSync } from 'node:fs'
import type { DatabaseSync } from 'node:sqlite'
import type { IndexIdentity } from './day-change.ts'
import { inTransaction, openDatabase } from './sqlite.ts'

const SCHEMA = `
  PRAGMA user_version = 1;
  CREATE TABLE IF NOT EXISTS meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS templates (
    kind TEXT NOT NULL, name TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (kind, name)) WITHOUT ROWID;
  CREATE TABLE IF NOT EXISTS indices (
    uid INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, kind TEXT NOT NULL, created_ms INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS deleted (uid INTEGER PRIMARY KEY);
`

/** So many sequence numbers are taken from the file at once; a crash skips those that were not used. */
const SEQUENCE_STRIDE = 2 ** 20

export type TemplateKind = 'index' | 'component'

/** What the store knows besides documents: its identity, templates and indices. Every change is on disk when it returns. */
export class StateFile {
  readonly #database: DatabaseSync
  #nextSequence: number
  #reservedSequence: number

  constructor(path: string) {
    this.#database = openDatabase(path, SCHEMA)
    this.#nextSequence = Number(this.readMeta('next_sequence') ?? 0)
    this.#reservedSequence = this.#nextSequence
  }

  readMeta(name: string): string | undefined {
    const row = this.#database.prepare('SELECT value FROM meta WHERE name = ?').get(name)
    return row === undefined ? undefined : String(row.value)
  }

  writeMeta(name: string, value: string): void {
    this.#database
      .prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value')
      .run(name, value)
  }

  /** The sequence number that the next document gets. */
  get nextSequence(): number {
    return this.#nextSequence
  }

  /** The first of so many sequence numbers that no document has had. */
  takeSequences(count: number): number {
    const first = this.#nextSequence
    const next = first + count
    if (next > this.#reservedSequence) {
      const reserved = next + SEQUENCE_STRIDE
      this.writeMeta('next_sequence', String(reserved))
      this.#reservedSequence = reserved
    }
    this.#nextSequence = next
    return first
  }

  /** Takes all sequence numbers before this one for used. */
  skipSequences(next: number): void {
    if (next <= this.#nextSequence) return
    this.writeMeta('next_sequence', String(next))
    this.#nextSequence = next
    this.#reservedSequence = next
  }

  readTemplates(kind: TemplateKind): Map<string, string> {
    const rows = this.#database.prepare('SELECT name, body FROM templates WHERE kind = ?').all(kind)
    return new Map(rows.map(({ name, body }) => [String(name), String(body)]))
  }

  writeTemplate(kind: TemplateKind, name: string, body: string): void {
    this.#database
      .prepare('INSERT INTO templates VALUES (?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET body = excluded.body')
      .run(kind, name, body)
  }

  deleteTemplates(kind: TemplateKind, names: readonly string[]): void {
    const remove = this.#database.prepare('DELETE FROM templates WHERE kind = ? AND name = ?')
    inTransaction(this.#database, () => {
      for (const name of names) remove.run(kind, name)
    })
  }

  readIndices(): IndexIdentity[] {
    return this.#database
      .prepare('SELECT uid, name, kind, created_ms FROM indices ORDER BY name')
      .all()
      .map(({ uid, name, kind, created_ms }) => ({
        uid: Number(uid),
        name: String(name),
        kind: kind === 'index' ? 'index' : 'data_stream',
        createdMs: Number(created_ms),
      }))
  }

  addIndex({ uid, name, kind, createdMs }: IndexIdentity): void {
    this.#database.prepare('INSERT OR REPLACE INTO indices VALUES (?, ?, ?, ?)').run(uid, name, kind, createdMs)
  }

  /** Forgets indices at once; that their documents are still to be removed is remembered. */
  deleteIndices(uids: readonly number[]): void {
    const remove = this.#database.prepare('DELETE FROM indices WHERE uid = ?')
    const remember = this.#database.prepare('INSERT OR IGNORE INTO deleted VALUES (?)')
    inTransaction(this.#database, () => {
      for (const uid of uids) {
        remove.run(uid)
        remember.run(uid)
      }
    })
  }

  /** Indices that are gone but whose documents may still be in day files. */
  readDeleted(): number[] {
    return this.#database
      .prepare('SELECT uid FROM deleted')
      .all()
      .map(({ uid }) => Number(uid))
  }

  forgetDeleted(uid: number): void {
    this.#database.prepare('DELETE FROM deleted WHERE uid = ?').run(uid)
  }

  close(): void {
    // What was not used goes back, so that a clean restart leaves no gap.
    if (this.#reservedSequence !== this.#nextSequence) this.writeMeta('next_sequence', String(this.#nextSequence))
    this.#database.close()
  }
}

/** A number for a new index, which no index has had even if the state file was lost. */
export function newIndexUid(): number {
  return randomInt(1, 2 ** 47)
}

/** Renames a damaged state file out of the way. */
export function setStateFileAside(path: string): string {
  let target = `${path}.corrupt`
  for (let number = 2; existsSync(target); number++) target = `${path}.corrupt-${number}`
  for (const suffix of ['', '-wal', '-shm']) if (existsSync(path + suffix)) renameSync(path + suffix, target + suffix)
  return target
}

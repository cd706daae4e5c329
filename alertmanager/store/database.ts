import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite'
import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import type { Service } from '#lib/lifecycle.ts'
import { type SyncFile, WriteAheadLog } from './write-ahead-log.ts'

/** A part of the state: memory holds all of it, the file has a copy. */
export interface Table {
  /** Makes the table where it is missing: `CREATE TABLE IF NOT EXISTS …`. */
  readonly schema: string
  /** Puts all of it into the file, in place of what is there. Runs within a transaction. */
  rewrite(): void
}

export interface DatabaseOptions {
  readonly path: string
  readonly clock: Clock
  /** A commit failed; what it held is tried again until it succeeds. */
  readonly onFailure: (error: unknown) => void
  readonly sync?: SyncFile
}

const SQLITE_FULL = 13
/** Raised when files of the version before cannot be used as they are. */
const SCHEMA_VERSION = 1
const OWN_SCHEMA = `
  CREATE TABLE IF NOT EXISTS state (committed_at_ms INTEGER NOT NULL);
  INSERT INTO state SELECT 0 WHERE NOT EXISTS (SELECT * FROM state)`

/** A statement that is prepared when it is first used. */
export interface Statement {
  run(...parameters: SQLInputValue[]): void
  all(...parameters: SQLInputValue[]): Record<string, SQLOutputValue>[]
  /** As {@link all}, one after the other: a hundred thousand rows at once would double the heap. */
  each(): Iterable<Record<string, SQLOutputValue>>
  /** As {@link each}, the columns in their order: half the time. */
  rows(): Iterable<readonly SQLOutputValue[]>
}

/**
 * The one file that holds the state of the router. Changes that come in one turn of the event loop share a
 * transaction; transactions that come while the disk is busy share its next sync.
 */
export class Database implements Service {
  readonly name = 'alertmanager database'
  readonly #options: DatabaseOptions
  readonly #tables: Table[] = []
  readonly #backoff = new Backoff({ initialMs: 1_000, maxMs: 30_000 })
  #file: DatabaseSync | undefined
  #log: WriteAheadLog | undefined
  #lastCommitMs = 0
  #changes: (() => void)[] = []
  #commit: PromiseWithResolvers<void> | undefined
  /** Of the last one that was begun. */
  #latest: Promise<void> = Promise.resolve()
  /** The file misses changes of a failed commit. The next one writes everything. */
  #stale = false

  constructor(options: DatabaseOptions) {
    this.#options = options
  }

  start(): void {
    const { path, sync } = this.#options
    this.#file = openFile(path, [OWN_SCHEMA, ...this.#tables.map(({ schema }) => schema)])
    this.#log = new WriteAheadLog(this.#file, path, sync === undefined ? {} : { sync })
    this.#lastCommitMs = Number(this.statement('SELECT committed_at_ms FROM state').all()[0]?.committed_at_ms)
  }

  stop(): void {
    this.#commitNow()
    this.#log?.close()
    this.#log = undefined
    this.#file = undefined
  }

  /** When the file was last written, by this process or the one before; epoch milliseconds, 0 for a new file. */
  get lastCommitMs(): number {
    return this.#lastCommitMs
  }

  /** Adds a table to the file. It is written anew after a failed commit. */
  register(table: Table): void {
    this.#tables.push(table)
    this.#file?.exec(table.schema)
  }

  statement(text: string): Statement {
    let prepared: StatementSync | undefined
    const get = () => (prepared ??= this.#opened.prepare(text))
    return {
      run: (...parameters) => void get().run(...parameters),
      all: (...parameters) => get().all(...parameters),
      each: () => get().iterate(),
      rows: () => {
        const statement = this.#opened.prepare(text)
        statement.setReturnArrays(true)
        // Its type knows of objects only.
        return statement.iterate() as Iterable<unknown> as Iterable<readonly SQLOutputValue[]>
      },
    }
  }

  /** Adds a change to the next transaction. The promise settles when it is on disk, or could not be brought there. */
  write(change: () => void): Promise<void> {
    this.#changes.push(change)
    if (this.#commit === undefined) {
      this.#commit = Promise.withResolvers()
      // Whoever need not wait for the disk need not handle its failure either.
      this.#commit.promise.catch(() => {})
      this.#latest = this.#commit.promise
      setImmediate(() => this.#commitNow())
    }
    return this.#commit.promise
  }

  /** Settles when all that was written so far is on disk, or could not be brought there. */
  settled(): Promise<void> {
    return this.#stale && this.#commit === undefined ? this.write(() => {}) : this.#latest
  }

  get #opened(): DatabaseSync {
    if (this.#file === undefined) throw new Error('the database is closed')
    return this.#file
  }

  #commitNow(): void {
    const commit = this.#commit
    if (commit === undefined) return
    const changes = this.#changes
    this.#changes = []
    this.#commit = undefined
    try {
      this.#transaction(() => {
        if (this.#stale) for (const table of this.#tables) table.rewrite()
        else for (const change of changes) change()
      })
      this.#stale = false
    } catch (error) {
      this.#failed(commit, error)
      return
    }
    this.#log?.committed().then(
      () => {
        this.#backoff.reset()
        commit.resolve()
      },
      (error: unknown) => this.#failed(commit, error),
    )
  }

  #failed(commit: PromiseWithResolvers<void>, error: unknown): void {
    const { path, clock, onFailure } = this.#options
    this.#stale = true
    onFailure(error)
    if (this.#file !== undefined) clock.after(this.#backoff.next(), () => void this.write(() => {}))
    commit.reject(describeFailure(path, error))
  }

  #transaction(body: () => void): void {
    const file = this.#opened
    const nowMs = this.#options.clock.nowMs()
    file.exec('BEGIN IMMEDIATE')
    try {
      body()
      file.exec(`UPDATE state SET committed_at_ms = ${Math.round(nowMs)}; COMMIT`)
    } catch (error) {
      // After some errors SQLite has rolled back by itself.
      if (file.isTransaction) file.exec('ROLLBACK')
      throw error
    }
    this.#lastCommitMs = nowMs
  }
}

function openFile(path: string, schemas: readonly string[]): DatabaseSync {
  try {
    const sql = new DatabaseSync(path)
    sql.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
    const version = Number(sql.prepare('PRAGMA user_version').get()?.user_version)
    if (version > SCHEMA_VERSION) throw new Error(`it was written by a newer version (${version})`)
    sql.exec(`BEGIN; ${schemas.join(';')}; PRAGMA user_version = ${SCHEMA_VERSION}; COMMIT`)
    return sql
  } catch (error) {
    throw new CodedError('DIRECTORY_UNWRITABLE', ['alertmanager', path, messageOf(error)], { cause: error })
  }
}

function describeFailure(path: string, error: unknown): unknown {
  const isFull = error instanceof Error && 'errcode' in error && error.errcode === SQLITE_FULL
  return isFull ? new CodedError('DISK_FULL', ['alertmanager', path], { cause: error, retryable: true }) : error
}

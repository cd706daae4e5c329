import { DatabaseSync } from 'node:sqlite'

/** SQLite's primary result codes that the store acts on. */
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_NOTADB = 26

/**
 * Opens a database that is durable: a commit returns once it is on disk, and a crash at any moment leaves what was
 * committed. The page size fits large values: with SQLite's default a bulk costs half as much again. The directory is
 * this process's own, so locks are taken once and the index of the write-ahead log is in memory instead of in a file.
 */
export function openDatabase(path: string, schema: string): DatabaseSync {
  const database = new DatabaseSync(path)
  try {
    database.exec(`
      PRAGMA locking_mode = EXCLUSIVE;
      PRAGMA page_size = 8192;
      PRAGMA auto_vacuum = INCREMENTAL;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA cache_size = -1024;
      PRAGMA journal_size_limit = 16777216;
      ${schema}`)
  } catch (error) {
    database.close()
    throw error
  }
  return database
}

/** Runs a change as one transaction: all of it is on disk afterwards, or none of it. */
export function inTransaction(database: DatabaseSync, change: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    change()
    database.exec('COMMIT')
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/** Whether SQLite says that a file is damaged or is no database. */
export function isCorruption(error: unknown): boolean {
  const code = resultCode(error)
  return code === SQLITE_CORRUPT || code === SQLITE_NOTADB
}

export function isDiskFull(error: unknown): boolean {
  return resultCode(error) === SQLITE_FULL
}

/** The primary code, without what extended codes add. */
function resultCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

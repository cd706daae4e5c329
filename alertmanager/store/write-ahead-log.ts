import { close, fdatasync, fdatasyncSync, fstatSync, openSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { promisify } from 'node:util'

/** Brings what was written to a file to the disk. */
export type SyncFile = (descriptor: number) => Promise<void>

const syncFile: SyncFile = promisify(fdatasync)

export interface WriteAheadLogOptions {
  readonly sync?: SyncFile
  /** Beyond this the log is brought into the database: some milliseconds of copying. */
  readonly checkpointBytes?: number
  /** A log that grows on and on, with no moment between commits, is brought there at once, whoever has to wait. */
  readonly longestBytes?: number
}

/**
 * Has the disk keep what SQLite commits, without the event loop waiting for the disk: a slow one takes a second for what
 * a good one does in a millisecond. SQLite itself syncs nothing meanwhile (`synchronous = OFF`); all that its journal
 * needs to be sound after a loss of power is done here, in this order:
 *
 * - A commit counts once the log is synced after it.
 * - Only what is safe in the log is copied into the database, and the log begins anew only when the copy is safe. Until
 *   then a reader holds on to the log: SQLite would write over the begin of one that is copied as a whole.
 *
 * A process that is killed loses nothing in any case: what it has written is the system's to keep.
 *
 * See https://www.sqlite.org/wal.html and https://www.sqlite.org/walformat.html.
 */
export class WriteAheadLog {
  readonly #file: DatabaseSync
  readonly #reader: DatabaseSync
  readonly #sync: SyncFile
  readonly #checkpointBytes: number
  readonly #longestBytes: number
  readonly #log: number
  readonly #database: number
  #commits = 0
  /** Commits that the next sync is for. */
  #next: PromiseWithResolvers<void> | undefined
  #isSyncing = false
  #isCheckpointing = false
  #isClosed = false

  /** @param file the open database; it has been written to */
  constructor(file: DatabaseSync, path: string, options: WriteAheadLogOptions = {}) {
    this.#file = file
    this.#sync = options.sync ?? syncFile
    this.#checkpointBytes = options.checkpointBytes ?? 2 * 1024 ** 2
    this.#longestBytes = options.longestBytes ?? 64 * 1024 ** 2
    file.exec('PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0')
    this.#reader = new DatabaseSync(path, { readOnly: true })
    this.#log = openSync(`${path}-wal`, 'r')
    this.#database = openSync(path, 'r')
  }

  /** To be called after each commit. Resolves when that is on disk. */
  committed(): Promise<void> {
    this.#commits += 1
    this.#next ??= Promise.withResolvers()
    const { promise } = this.#next
    if (!this.#isSyncing) void this.#syncCommits()
    return promise
  }

  /** Closes the database, which brings all of the log into it and waits for the disk. */
  close(): void {
    this.#isClosed = true
    try {
      fdatasyncSync(this.#log)
      this.#next?.resolve()
    } catch (error) {
      this.#next?.reject(error)
    }
    this.#next = undefined
    this.#reader.close()
    this.#file.exec('PRAGMA synchronous = FULL')
    this.#file.close()
    this.#letGo()
  }

  /** One sync after the other: each is for all commits that came during the one before. */
  async #syncCommits(): Promise<void> {
    this.#isSyncing = true
    for (let commits = this.#next; commits !== undefined; commits = this.#next) {
      this.#next = undefined
      try {
        await this.#sync(this.#log)
        commits.resolve()
        if (!this.#isClosed) this.#shorten()
      } catch (error) {
        // What is not safe in the log must not be copied.
        commits.reject(error)
      }
    }
    this.#isSyncing = false
    this.#letGo()
  }

  #shorten(): void {
    const { size } = fstatSync(this.#log)
    if (size < this.#checkpointBytes || this.#isCheckpointing) return
    if (this.#next === undefined || this.#reader.isTransaction) void this.#checkpoint()
    else if (size >= this.#longestBytes) this.#checkpointNow()
  }

  #checkpointNow(): void {
    try {
      this.#file.exec('PRAGMA synchronous = FULL; PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // As below.
    } finally {
      this.#file.exec('PRAGMA synchronous = OFF')
    }
  }

  /**
   * All that is committed is safe in the log when this begins. Where the one before failed, its reader still holds on to
   * the log: no more is copied then than at that time, and the copy is synced at last.
   */
  async #checkpoint(): Promise<void> {
    this.#isCheckpointing = true
    const commits = this.#commits
    try {
      if (!this.#reader.isTransaction) this.#reader.exec('BEGIN; SELECT * FROM state')
      const isWhole = this.#copy()
      await this.#sync(this.#database)
      if (this.#isClosed) return
      this.#reader.exec('COMMIT')
      if (isWhole && commits === this.#commits) this.#file.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // The disk is full or fails, or somebody reads: the log has it all, and must not begin anew before the copy is
      // safe. It is tried again after the next commit.
    } finally {
      this.#isCheckpointing = false
      this.#letGo()
    }
  }

  /** Copies the log into the database. False if a part is left. */
  #copy(): boolean {
    const result = this.#file.prepare('PRAGMA wal_checkpoint(PASSIVE)').get()
    return result !== undefined && result.busy === 0 && result.log === result.checkpointed
  }

  /** Closing a file that SQLite has open would take its locks; and one that is synced just now must stay open. */
  #letGo(): void {
    if (!this.#isClosed || this.#isSyncing || this.#isCheckpointing) return
    for (const descriptor of [this.#log, this.#database]) close(descriptor)
  }
}

import type { Database, Statement, Table } from './database.ts'

/** Whose notifications an entry is about: one integration of one receiver, for one group. */
export interface NotificationKey {
  readonly groupKey: string
  readonly receiver: string
  readonly integration: string
  readonly index: number
}

/** The last notification of a group through one integration. */
export interface NotificationEntry {
  /** Fingerprints of the alerts that fired, and of those that had ended. */
  readonly firing: ReadonlySet<string>
  readonly resolved: ReadonlySet<string>
  readonly sentAtMs: number
  readonly expiresAtMs: number
}

/** The notification log: what was told to whom and when, so that nothing is told twice. In memory and on disk. */
export class NotificationLog implements Table {
  readonly #database: Database
  readonly #entries = new Map<string, { readonly key: NotificationKey; readonly entry: NotificationEntry }>()
  readonly #save: Statement
  readonly #expire: Statement

  constructor(database: Database) {
    this.#database = database
    this.#save = database.statement('INSERT OR REPLACE INTO nflog VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#expire = database.statement('DELETE FROM nflog WHERE expires_at_ms <= ?')
    database.register(this)
  }

  load(): void {
    for (const row of this.#database.statement('SELECT * FROM nflog').all()) {
      const key: NotificationKey = {
        groupKey: String(row.group_key),
        receiver: String(row.receiver),
        integration: String(row.integration),
        index: Number(row.position),
      }
      const entry: NotificationEntry = {
        firing: toSet(row.firing),
        resolved: toSet(row.resolved),
        sentAtMs: Number(row.sent_at_ms),
        expiresAtMs: Number(row.expires_at_ms),
      }
      this.#entries.set(printKey(key), { key, entry })
    }
  }

  /** Entries count until they are collected, even past their expiry, as upstream's do. */
  get(key: NotificationKey): NotificationEntry | undefined {
    return this.#entries.get(printKey(key))?.entry
  }

  /** Remembers at once; the disk follows in the next transaction. */
  record(key: NotificationKey, entry: NotificationEntry): Promise<void> {
    this.#entries.set(printKey(key), { key, entry })
    return this.#database.write(() => this.#saveRow(key, entry))
  }

  collectGarbage(nowMs: number): void {
    for (const [text, { entry }] of this.#entries) if (entry.expiresAtMs <= nowMs) this.#entries.delete(text)
    void this.#database.write(() => this.#expire.run(nowMs))
  }

  rewrite(): void {
    this.#database.statement('DELETE FROM nflog').run()
    for (const { key, entry } of this.#entries.values()) this.#saveRow(key, entry)
  }

  #saveRow({ groupKey, receiver, integration, index }: NotificationKey, entry: NotificationEntry): void {
    const [firing, resolved] = [[...entry.firing].join(' '), [...entry.resolved].join(' ')]
    const times = [Math.round(entry.sentAtMs), Math.round(entry.expiresAtMs)]
    this.#save.run(groupKey, receiver, integration, index, firing, resolved, ...times)
  }
}

function printKey({ groupKey, receiver, integration, index }: NotificationKey): string {
  return [groupKey, receiver, integration, index].join('\0')
}

function toSet(column: unknown): ReadonlySet<string> {
  return new Set(String(column).split(' ').filter(Boolean))
}

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
  /** Those that fired in a notification before, and fire, but were left out since: they are muted. */
  readonly parked: ReadonlySet<string>
  /** The tick of its group at which it was sent. */
  readonly sentAtMs: number
  readonly expiresAtMs: number
  /** What the integration wished to remember, such as the message to update. */
  readonly receiverData: Readonly<Record<string, string>>
}

/** An entry that was made here, or came from another member of the cluster. */
export interface LogChange {
  readonly id: string
  readonly entry: NotificationEntry
  readonly merged: boolean
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS notifications (
    group_key TEXT NOT NULL,
    receiver TEXT NOT NULL,
    integration TEXT NOT NULL,
    position INTEGER NOT NULL,
    firing TEXT NOT NULL,
    resolved TEXT NOT NULL,
    sent_at_ms INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    parked TEXT NOT NULL,
    receiver_data TEXT NOT NULL,
    PRIMARY KEY (group_key, receiver, integration, position)
  ) WITHOUT ROWID`

/** The notification log: what was told to whom and when, so that nothing is told twice. In memory and on disk. */
export class NotificationLog implements Table {
  readonly schema = SCHEMA
  readonly #database: Database
  readonly #entries = new Map<string, { readonly key: NotificationKey; readonly entry: NotificationEntry }>()
  readonly #save: Statement
  readonly #expire: Statement
  #watcher: ((change: LogChange) => void) | undefined

  constructor(database: Database) {
    this.#database = database
    this.#save = database.statement('INSERT OR REPLACE INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
    this.#expire = database.statement('DELETE FROM notifications WHERE expires_at_ms <= ?')
    database.register(this)
  }

  load(): void {
    for (const row of this.#database.statement('SELECT * FROM notifications').each()) {
      const key = keyOf(row)
      const entry: NotificationEntry = {
        firing: toSet(row.firing),
        resolved: toSet(row.resolved),
        sentAtMs: Number(row.sent_at_ms),
        expiresAtMs: Number(row.expires_at_ms),
        parked: toSet(row.parked),
        receiverData: JSON.parse(String(row.receiver_data)) as Record<string, string>,
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
    return this.#keep(key, entry, false)
  }

  /** Takes over what another member of the cluster told: what was told later counts. True if it was news. */
  merge(key: NotificationKey, entry: NotificationEntry): boolean {
    const known = this.get(key)
    if (known !== undefined && compareEntries(known, entry) >= 0) return false
    void this.#keep(key, entry, true)
    return true
  }

  get size(): number {
    return this.#entries.size
  }

  /** All entries, by a text that stands for their key. */
  entries(): Iterable<readonly [id: string, { readonly key: NotificationKey; readonly entry: NotificationEntry }]> {
    return this.#entries
  }

  entryOf(id: string): { readonly key: NotificationKey; readonly entry: NotificationEntry } | undefined {
    return this.#entries.get(id)
  }

  watch(watcher: (change: LogChange) => void): void {
    this.#watcher = watcher
  }

  collectGarbage(nowMs: number): void {
    for (const [text, { entry }] of this.#entries) if (entry.expiresAtMs <= nowMs) this.#entries.delete(text)
    void this.#database.write(() => this.#expire.run(nowMs))
  }

  rewrite(): void {
    this.#database.statement('DELETE FROM notifications').run()
    for (const { key, entry } of this.#entries.values()) this.#saveRow(key, entry)
  }

  #keep(key: NotificationKey, entry: NotificationEntry, merged: boolean): Promise<void> {
    const id = printKey(key)
    this.#entries.set(id, { key, entry })
    const safe = this.#database.write(() => this.#saveRow(key, entry))
    this.#watcher?.({ id, entry, merged })
    return safe
  }

  #saveRow({ groupKey, receiver, integration, index }: NotificationKey, entry: NotificationEntry): void {
    const [firing, resolved] = [[...entry.firing].join(' '), [...entry.resolved].join(' ')]
    const times = [Math.round(entry.sentAtMs), Math.round(entry.expiresAtMs)]
    const more = [[...entry.parked].join(' '), JSON.stringify(entry.receiverData)]
    this.#save.run(groupKey, receiver, integration, index, firing, resolved, ...times, ...more)
  }
}

/** The key in a row of a table that has a column for each of its parts. */
export function keyOf(row: Readonly<Record<string, unknown>>): NotificationKey {
  return {
    groupKey: String(row.group_key),
    receiver: String(row.receiver),
    integration: String(row.integration),
    index: Number(row.position),
  }
}

/**
 * Above zero if the first was told later. Of two that were told at the same tick, the one that is kept longer was made
 * later, and one in which alerts were found muted later than one without; for the rest anything does that is the same
 * everywhere.
 */
export function compareEntries(a: NotificationEntry, b: NotificationEntry): number {
  const order = a.sentAtMs - b.sentAtMs || a.expiresAtMs - b.expiresAtMs || a.parked.size - b.parked.size
  if (order !== 0) return order
  const [text, other] = [printEntry(a), printEntry(b)]
  return text < other ? -1 : Number(text > other)
}

/** All that an entry says, the same for entries that say the same. */
export function printEntry({ firing, resolved, parked, receiverData, ...times }: NotificationEntry): string {
  const sets = [firing, resolved, parked].map((set) => [...set].sort().join(' '))
  const data = Object.entries(receiverData).sort(([a], [b]) => (a < b ? -1 : 1))
  return JSON.stringify([times.sentAtMs, times.expiresAtMs, ...sets, data])
}

/** The key as a text that no other key has. */
export function printKey({ groupKey, receiver, integration, index }: NotificationKey): string {
  return [groupKey, receiver, integration, index].join('\0')
}

function toSet(column: unknown): ReadonlySet<string> {
  return new Set(String(column).split(' ').filter(Boolean))
}

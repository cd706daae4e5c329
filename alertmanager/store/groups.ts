import type { Database, Statement, Table } from './database.ts'

/** What a group must remember over a restart or a reload. */
export interface GroupState {
  /** A moment at which the group flushed or will flush, epoch milliseconds; the others follow every group_interval. */
  readonly flushAtMs: number
  /** Fingerprints of its alerts. A resolved one stays until the group has told about it. */
  readonly alerts: ReadonlySet<string>
  /** A flush of it was cut short, or is under way: it is to be made up for if nobody ends it. */
  readonly unfinished: boolean
}

interface MutableGroupState {
  flushAtMs: number
  unfinished: boolean
  readonly alerts: Set<string>
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS groups (
    id TEXT PRIMARY KEY,
    flush_at_ms INTEGER NOT NULL
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS group_alerts (
    group_id TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (group_id, fingerprint)
  ) WITHOUT ROWID;

  CREATE TABLE IF NOT EXISTS unfinished_flushes (
    group_id TEXT PRIMARY KEY
  ) WITHOUT ROWID`

/** The groups there are, their alerts and their timers, by group id. In memory and on disk. */
export class GroupLog implements Table {
  readonly schema = SCHEMA
  readonly #database: Database
  readonly #groups = new Map<string, MutableGroupState>()
  readonly #saveGroup: Statement
  readonly #removeGroup: Statement
  readonly #removeAlerts: Statement
  readonly #saveAlert: Statement
  readonly #removeAlert: Statement
  readonly #saveUnfinished: Statement
  readonly #removeUnfinished: Statement

  constructor(database: Database) {
    this.#database = database
    this.#saveGroup = database.statement('INSERT OR REPLACE INTO groups VALUES (?, ?)')
    this.#removeGroup = database.statement('DELETE FROM groups WHERE id = ?')
    this.#removeAlerts = database.statement('DELETE FROM group_alerts WHERE group_id = ?')
    this.#saveAlert = database.statement('INSERT OR IGNORE INTO group_alerts VALUES (?, ?)')
    this.#removeAlert = database.statement('DELETE FROM group_alerts WHERE group_id = ? AND fingerprint = ?')
    this.#saveUnfinished = database.statement('INSERT OR IGNORE INTO unfinished_flushes VALUES (?)')
    this.#removeUnfinished = database.statement('DELETE FROM unfinished_flushes WHERE group_id = ?')
    database.register(this)
  }

  load(): void {
    for (const row of this.#database.statement('SELECT * FROM groups').each()) {
      this.#groups.set(String(row.id), {
        ...{ flushAtMs: Number(row.flush_at_ms), unfinished: false, alerts: new Set() },
      })
    }
    for (const row of this.#database.statement('SELECT * FROM unfinished_flushes').each()) {
      const group = this.#groups.get(String(row.group_id))
      if (group !== undefined) group.unfinished = true
    }
    let [lastId, alerts]: [unknown, Set<string> | undefined] = ['', undefined]
    for (const [id, fingerprint] of this.#database.statement('SELECT * FROM group_alerts').rows()) {
      if (id !== lastId) alerts = this.#groups.get(String(id))?.alerts
      lastId = id
      alerts?.add(String(fingerprint))
    }
  }

  get(id: string): GroupState | undefined {
    return this.#groups.get(id)
  }

  /** Adds the group, or moves its timer. */
  schedule(id: string, flushAtMs: number): void {
    const group = this.#groups.get(id)
    if (group === undefined) this.#groups.set(id, { flushAtMs, unfinished: false, alerts: new Set() })
    else group.flushAtMs = flushAtMs
    void this.#database.write(() => this.#saveGroup.run(id, Math.round(flushAtMs)))
  }

  /** Notes that a flush is under way or was cut short, or that it has ended. */
  setUnfinished(id: string, unfinished: boolean): void {
    const group = this.#groups.get(id)
    if (group === undefined || group.unfinished === unfinished) return
    group.unfinished = unfinished
    void this.#database.write(() => (unfinished ? this.#saveUnfinished : this.#removeUnfinished).run(id))
  }

  add(id: string, fingerprint: string): void {
    const alerts = this.#groups.get(id)?.alerts
    if (alerts === undefined || alerts.has(fingerprint)) return
    alerts.add(fingerprint)
    void this.#database.write(() => this.#saveAlert.run(id, fingerprint))
  }

  /** Takes out alerts that the group has told about. */
  remove(id: string, fingerprints: readonly string[]): void {
    for (const fingerprint of fingerprints) this.#groups.get(id)?.alerts.delete(fingerprint)
    void this.#database.write(() => {
      for (const fingerprint of fingerprints) this.#removeAlert.run(id, fingerprint)
    })
  }

  delete(id: string): void {
    this.#groups.delete(id)
    void this.#database.write(() => {
      this.#removeGroup.run(id)
      this.#removeAlerts.run(id)
      this.#removeUnfinished.run(id)
    })
  }

  /** Drops groups, and alerts of groups, that the configuration in force no longer makes. */
  retain(isLive: (id: string, fingerprint?: string) => boolean): void {
    for (const [id, { alerts }] of this.#groups) {
      if (!isLive(id)) {
        this.delete(id)
        continue
      }
      const gone = [...alerts].filter((fingerprint) => !isLive(id, fingerprint))
      if (gone.length > 0) this.remove(id, gone)
    }
  }

  /** Fingerprints of all alerts that are in a group. */
  heldAlerts(): ReadonlySet<string> {
    const held = new Set<string>()
    for (const { alerts } of this.#groups.values()) for (const fingerprint of alerts) held.add(fingerprint)
    return held
  }

  rewrite(): void {
    this.#database.statement('DELETE FROM groups').run()
    this.#database.statement('DELETE FROM group_alerts').run()
    this.#database.statement('DELETE FROM unfinished_flushes').run()
    for (const [id, { flushAtMs, alerts, unfinished }] of this.#groups) {
      if (unfinished) this.#saveUnfinished.run(id)
      this.#saveGroup.run(id, Math.round(flushAtMs))
      for (const fingerprint of alerts) this.#saveAlert.run(id, fingerprint)
    }
  }
}

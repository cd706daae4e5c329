import type { Database, Statement, Table } from './database.ts'

/** What a group must remember over a restart or a reload. */
export interface GroupState {
  /** A moment at which the group flushed or will flush, epoch milliseconds; the others follow every group_interval. */
  readonly flushAtMs: number
  /** Fingerprints of its alerts. A resolved one stays until the group has told about it. */
  readonly alerts: ReadonlySet<string>
}

interface MutableGroupState {
  flushAtMs: number
  readonly alerts: Set<string>
}

/** The groups there are, their alerts and their timers, by group id. In memory and on disk. */
export class GroupLog implements Table {
  readonly #database: Database
  readonly #groups = new Map<string, MutableGroupState>()
  readonly #saveGroup: Statement
  readonly #removeGroup: Statement
  readonly #removeAlerts: Statement
  readonly #saveAlert: Statement
  readonly #removeAlert: Statement

  constructor(database: Database) {
    this.#database = database
    this.#saveGroup = database.statement('INSERT OR REPLACE INTO groups VALUES (?, ?)')
    this.#removeGroup = database.statement('DELETE FROM groups WHERE id = ?')
    this.#removeAlerts = database.statement('DELETE FROM group_alerts WHERE group_id = ?')
    this.#saveAlert = database.statement('INSERT OR IGNORE INTO group_alerts VALUES (?, ?)')
    this.#removeAlert = database.statement('DELETE FROM group_alerts WHERE group_id = ? AND fingerprint = ?')
    database.register(this)
  }

  load(): void {
    for (const row of this.#database.statement('SELECT * FROM groups').all()) {
      this.#groups.set(String(row.id), { flushAtMs: Number(row.flush_at_ms), alerts: new Set() })
    }
    for (const row of this.#database.statement('SELECT * FROM group_alerts').all()) {
      this.#groups.get(String(row.group_id))?.alerts.add(String(row.fingerprint))
    }
  }

  get(id: string): GroupState | undefined {
    return this.#groups.get(id)
  }

  /** Adds the group, or moves its timer. */
  schedule(id: string, flushAtMs: number): void {
    const group = this.#groups.get(id)
    if (group === undefined) this.#groups.set(id, { flushAtMs, alerts: new Set() })
    else group.flushAtMs = flushAtMs
    void this.#database.write(() => this.#saveGroup.run(id, Math.round(flushAtMs)))
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
    for (const [id, { flushAtMs, alerts }] of this.#groups) {
      this.#saveGroup.run(id, Math.round(flushAtMs))
      for (const fingerprint of alerts) this.#saveAlert.run(id, fingerprint)
    }
  }
}

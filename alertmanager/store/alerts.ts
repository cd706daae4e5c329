import { LabelSet } from '#lib/labels.ts'
import { type Alert, isResolved } from '../alert.ts'
import { formatNano, momentOf, parseMoment } from '../moment.ts'
import type { Database, Statement, Table } from './database.ts'
import { mergeAlerts } from './merge.ts'

export interface RestartOptions {
  readonly nowMs: number
  /** Longest time that senders get to send their alerts again. */
  readonly graceMs: number
}

/** The alerts that were received, by fingerprint, in memory and on disk. */
export class AlertStore implements Table {
  readonly #database: Database
  readonly #alerts = new Map<string, Alert>()
  readonly #save: Statement
  readonly #remove: Statement

  constructor(database: Database) {
    this.#database = database
    this.#save = database.statement('INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#remove = database.statement('DELETE FROM alerts WHERE fingerprint = ?')
    database.register(this)
  }

  /** Reads what the process before left. Alerts that ended while none ran may only have lacked a listener. */
  load({ nowMs, graceMs }: RestartOptions): void {
    const stoppedMs = this.#database.lastCommitMs
    for (const row of this.#database.statement('SELECT * FROM alerts').all()) {
      const alert = afterDowntime(fromRow(row), stoppedMs, { nowMs, graceMs })
      this.#alerts.set(alert.labels.fingerprint, alert)
    }
  }

  /** Stores alerts, merged with what is known of them; returns them as stored. */
  put(incoming: readonly Alert[], nowMs: number): { readonly stored: readonly Alert[]; readonly safe: Promise<void> } {
    const stored = incoming.map((alert) => {
      const { fingerprint } = alert.labels
      const old = this.#alerts.get(fingerprint)
      const merged = old === undefined ? alert : mergeAlerts(old, alert, nowMs)
      this.#alerts.set(fingerprint, merged)
      return merged
    })
    const safe = this.#database.write(() => {
      for (const alert of stored) this.#saveRow(alert)
    })
    return { stored, safe }
  }

  get size(): number {
    return this.#alerts.size
  }

  has(fingerprint: string): boolean {
    return this.#alerts.has(fingerprint)
  }

  values(): Iterable<Alert> {
    return this.#alerts.values()
  }

  /** Forgets resolved alerts, except those that a group still has to tell about. */
  collectGarbage(nowMs: number, isHeld: (fingerprint: string) => boolean): void {
    const gone: string[] = []
    for (const [fingerprint, alert] of this.#alerts) {
      if (isResolved(alert, nowMs) && !isHeld(fingerprint)) gone.push(fingerprint)
    }
    if (gone.length === 0) return
    for (const fingerprint of gone) this.#alerts.delete(fingerprint)
    void this.#database.write(() => {
      for (const fingerprint of gone) this.#remove.run(fingerprint)
    })
  }

  rewrite(): void {
    this.#database.statement('DELETE FROM alerts').run()
    for (const alert of this.#alerts.values()) this.#saveRow(alert)
  }

  #saveRow({ labels, annotations, startsAt, endsAt, updatedAtMs, generatorUrl, timeout }: Alert): void {
    const times = [formatNano(startsAt), formatNano(endsAt), Math.round(updatedAtMs)]
    this.#save.run(labels.fingerprint, toText(labels), toText(annotations), ...times, generatorUrl, Number(timeout))
  }
}

function toText(labels: LabelSet): string {
  return JSON.stringify(Object.fromEntries(labels))
}

function fromRow(row: Readonly<Record<string, unknown>>): Alert {
  const labels = (column: string) => LabelSet.from(JSON.parse(String(row[column])) as Record<string, string>)
  const moment = (column: string) => parseMoment(String(row[column])) ?? momentOf(0)
  return {
    labels: labels('labels'),
    annotations: labels('annotations'),
    startsAt: moment('starts_at'),
    endsAt: moment('ends_at'),
    updatedAtMs: Number(row.updated_at_ms),
    generatorUrl: String(row.generator_url),
    timeout: row.timeout === 1,
  }
}

/**
 * An alert that fired when the last process stopped is held as firing for as long as its sender had granted it, counted
 * from now and within the grace: nobody could hear the sender meanwhile, and "resolved" would be a guess.
 */
function afterDowntime(alert: Alert, stoppedMs: number, { nowMs, graceMs }: RestartOptions): Alert {
  const grantedMs = alert.endsAt.ms - alert.updatedAtMs
  if (grantedMs <= 0 || isResolved(alert, stoppedMs)) return alert
  const heldUntilMs = nowMs + Math.min(grantedMs, graceMs)
  return alert.endsAt.ms >= heldUntilMs ? alert : { ...alert, endsAt: momentOf(heldUntilMs), timeout: true }
}

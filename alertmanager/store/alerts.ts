import { LabelSet } from '#lib/labels.ts'
import { type Alert, alertBytes, isResolved } from '../alert.ts'
import { compareMoments, formatNano, type Moment, momentOf, parseMoment } from '../moment.ts'
import { ByFingerprint } from './by-fingerprint.ts'
import type { Database, Statement, Table } from './database.ts'
import { mergeAlerts } from './merge.ts'
import { mergeReplicas, sameAnnotations } from './merge-replicas.ts'

export interface RestartOptions {
  readonly nowMs: number
  /** Longest time that senders get to send their alerts again. */
  readonly graceMs: number
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS alerts (
    fingerprint TEXT PRIMARY KEY,
    labels TEXT NOT NULL,
    annotations TEXT NOT NULL,
    starts_at TEXT NOT NULL,
    ends_at TEXT NOT NULL,
    updated_at_ms INTEGER NOT NULL,
    generator_url TEXT NOT NULL,
    timeout INTEGER NOT NULL
  ) WITHOUT ROWID`

interface Stored {
  alert: Alert
  /** The end that the disk knows, epoch milliseconds. */
  savedEndMs: number
  bytes: number
}

/** Hears of alerts, for those who tell other members of the cluster. */
export interface AlertWatcher {
  /** Came in here, and are not as they were, but for a later end. */
  changed(alerts: readonly Alert[]): void
  /** Are resolved, and were told. */
  forgotten(alerts: readonly Alert[]): void
}

/** Times that are remembered while alerts are loaded. */
const MAX_TIMES = 10_000
/** How long the disk's idea of an alert's end must last at least, in milliseconds. */
const MIN_SAVED_MS = 30_000

/**
 * The alerts that were received, by fingerprint, in memory and on disk. What changes an alert is on disk at once. That
 * it still fires its sender says again and again: the disk is told before the end that it knows comes.
 */
export class AlertStore implements Table {
  readonly schema = SCHEMA
  readonly #database: Database
  readonly #alerts = new Map<string, Stored>()
  readonly #saveAlert: Statement
  readonly #remove: Statement
  readonly #ordered = new ByFingerprint<Stored>(({ alert }) => alert.labels.fingerprint)
  #bytes = 0
  #watcher: AlertWatcher | undefined

  constructor(database: Database) {
    this.#database = database
    this.#saveAlert = database.statement('INSERT OR REPLACE INTO alerts VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
    this.#remove = database.statement('DELETE FROM alerts WHERE fingerprint = ?')
    database.register(this)
  }

  /** Reads what the process before left. Alerts that ended while none ran may only have lacked a listener. */
  load({ nowMs, graceMs }: RestartOptions): void {
    const stoppedMs = this.#database.lastCommitMs
    const readTime = rememberTimes()
    for (const row of this.#database.statement('SELECT * FROM alerts').rows()) {
      const saved = fromRow(row, readTime)
      const alert = afterDowntime(saved, stoppedMs, { nowMs, graceMs })
      this.#add({ alert, savedEndMs: saved.endsAt.ms, bytes: alertBytes(alert) })
    }
  }

  /** Stores alerts, merged with what is known of them; returns them as stored. */
  put(incoming: readonly Alert[], nowMs: number): { readonly stored: readonly Alert[]; readonly safe: Promise<void> } {
    const changed: Stored[] = []
    const news: Alert[] = []
    const stored = incoming.map((alert) => {
      const { fingerprint } = alert.labels
      const known = this.#alerts.get(fingerprint)
      if (known === undefined) {
        const added = { alert, savedEndMs: alert.endsAt.ms, bytes: alertBytes(alert) }
        this.#add(added)
        changed.push(added)
        news.push(alert)
        return alert
      }
      const merged = mergeAlerts(known.alert, alert, nowMs)
      const isEndSafe = known.savedEndMs >= nowMs + MIN_SAVED_MS && known.savedEndMs <= merged.endsAt.ms
      const isNews = !isSameButForEnd(known.alert, merged, nowMs)
      known.alert = merged
      if (isNews) {
        news.push(merged)
        this.#weigh(known)
      }
      if (isNews || !isEndSafe) changed.push(known)
      return merged
    })
    if (news.length > 0) this.#watcher?.changed(news)
    return { stored, safe: changed.length === 0 ? this.#database.settled() : this.#save(changed) }
  }

  /** Takes over what another member of the cluster knows. Returns those alerts that are not as they were, as stored. */
  merge(incoming: readonly Alert[]): readonly Alert[] {
    const changed: Stored[] = []
    for (const alert of incoming) {
      const { fingerprint } = alert.labels
      const known = this.#alerts.get(fingerprint)
      const merged = known === undefined ? alert : mergeReplicas(known.alert, alert)
      if (merged === known?.alert) continue
      const stored = known ?? { alert: merged, savedEndMs: merged.endsAt.ms, bytes: alertBytes(merged) }
      stored.alert = merged
      if (known === undefined) this.#add(stored)
      else this.#weigh(stored)
      changed.push(stored)
    }
    if (changed.length > 0) void this.#save(changed)
    return changed.map(({ alert }) => alert)
  }

  watch(watcher: AlertWatcher): void {
    this.#watcher = watcher
  }

  /** Tells the disk of all that still fires, but would be over by what the disk knows. */
  saveEnds(nowMs: number): void {
    const expiring: Stored[] = []
    for (const stored of this.#alerts.values()) {
      const { alert, savedEndMs } = stored
      if (savedEndMs < nowMs + MIN_SAVED_MS && alert.endsAt.ms > savedEndMs) expiring.push(stored)
    }
    if (expiring.length > 0) void this.#save(expiring)
  }

  #save(changed: readonly Stored[]): Promise<void> {
    for (const stored of changed) stored.savedEndMs = stored.alert.endsAt.ms
    return this.#database.write(() => {
      for (const { alert } of changed) this.#saveRow(alert)
    })
  }

  get size(): number {
    return this.#alerts.size
  }

  /** How much all of them are, in bytes, by {@link alertBytes}. */
  get bytes(): number {
    return this.#bytes
  }

  has(fingerprint: string): boolean {
    return this.#alerts.has(fingerprint)
  }

  get(fingerprint: string): Alert | undefined {
    return this.#alerts.get(fingerprint)?.alert
  }

  *values(): Generator<Alert> {
    for (const { alert } of this.#alerts.values()) yield alert
  }

  /** In the order of their fingerprints. */
  *ordered(): Generator<Alert> {
    for (const { alert } of this.#ordered) yield alert
  }

  #add(stored: Stored): void {
    this.#alerts.set(stored.alert.labels.fingerprint, stored)
    this.#bytes += stored.bytes
    this.#ordered.add(stored)
  }

  /** Takes note of how much an alert is that has changed. */
  #weigh(stored: Stored): void {
    const bytes = alertBytes(stored.alert)
    this.#bytes += bytes - stored.bytes
    stored.bytes = bytes
  }

  /** Forgets resolved alerts, except those that a group still has to tell about. */
  collectGarbage(nowMs: number, isHeld: (fingerprint: string) => boolean): void {
    const gone: Alert[] = []
    for (const [fingerprint, stored] of this.#alerts) {
      if (!isResolved(stored.alert, nowMs) || isHeld(fingerprint)) continue
      gone.push(stored.alert)
      this.#bytes -= stored.bytes
      this.#alerts.delete(fingerprint)
      this.#ordered.delete(stored)
    }
    if (gone.length === 0) return
    this.#watcher?.forgotten(gone)
    void this.#database.write(() => {
      for (const { labels } of gone) this.#remove.run(labels.fingerprint)
    })
  }

  rewrite(): void {
    this.#database.statement('DELETE FROM alerts').run()
    for (const { alert } of this.#alerts.values()) this.#saveRow(alert)
  }

  #saveRow({ labels, annotations, startsAt, endsAt, updatedAtMs, generatorUrl, timeout }: Alert): void {
    const times = [formatNano(startsAt), formatNano(endsAt), Math.round(updatedAtMs)]
    this.#saveAlert.run(labels.fingerprint, labels.json, annotations.json, ...times, generatorUrl, Number(timeout))
  }
}

/** Whether nothing happened but that the sender said once more that it fires, or that it has ended. */
function isSameButForEnd(old: Alert, alert: Alert, nowMs: number): boolean {
  return (
    sameAnnotations(old, alert) &&
    old.generatorUrl === alert.generatorUrl &&
    old.timeout === alert.timeout &&
    compareMoments(old.startsAt, alert.startsAt) === 0 &&
    isResolved(old, nowMs) === isResolved(alert, nowMs) &&
    (!isResolved(alert, nowMs) || compareMoments(old.endsAt, alert.endsAt) === 0)
  )
}

function fromRow(row: readonly unknown[], readTime: (text: string) => Moment): Alert {
  const [fingerprint, labels, annotations, startsAt, endsAt, updatedAtMs, generatorUrl, timeout] = row
  return {
    labels: LabelSet.kept(String(labels), String(fingerprint)),
    annotations: LabelSet.kept(String(annotations)),
    startsAt: readTime(String(startsAt)),
    endsAt: readTime(String(endsAt)),
    updatedAtMs: Number(updatedAtMs),
    generatorUrl: String(generatorUrl),
    timeout: timeout === 1,
  }
}

/** Alerts that were sent together have their times in common. */
function rememberTimes(): (text: string) => Moment {
  const known = new Map<string, Moment>()
  return (text) => {
    const before = known.get(text)
    if (before !== undefined) return before
    const moment = parseMoment(text) ?? momentOf(0)
    if (known.size < MAX_TIMES) known.set(text, moment)
    return moment
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

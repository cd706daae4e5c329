import type { Clock } from '#lib/clock.ts'
import { LabelSet } from '#lib/labels.ts'
import { matchesAll } from '#lib/matchers.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { HeartbeatConfig } from '../config/heartbeats.ts'
import { IndexByLabel } from '../mute/index-by-label.ts'
import type { Database, Statement, Table } from '../store/database.ts'
import type { WantedAlert } from './own-alerts.ts'

export interface HeartbeatsOptions {
  readonly database: Database
  readonly clock: Clock
  /** Whether an alert is one that the router itself has raised: that is no sign of anybody's life. */
  readonly isOwn: (labels: LabelSet) => boolean
  readonly publish: (alerts: readonly WantedAlert[]) => void
}

/** A watch and what is known of it. Silence is counted on the clock that nobody sets. */
interface Watched {
  config: HeartbeatConfig
  annotations: LabelSet
  /** When it was heard last, or the watch began, monotonic milliseconds; earlier than the process, maybe. */
  heardMonotonicMs: number
  /** When it was heard last, epoch milliseconds; 0 for never. */
  heardAtMs: number
  savedMonotonicMs: number
  /** When it was found to be missing, epoch milliseconds. */
  missingSinceMs: number | undefined
}

/** How a watch is, for those who ask. */
export interface HeartbeatStatus {
  readonly config: HeartbeatConfig
  /** Epoch milliseconds; 0 for never. */
  readonly heardAtMs: number
  readonly isMissing: boolean
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS heartbeats (
    name TEXT PRIMARY KEY,
    matchers TEXT NOT NULL,
    heard_at_ms INTEGER NOT NULL,
    silent_ms INTEGER NOT NULL
  ) WITHOUT ROWID`

/** How often the disk is told at most, and the end of what is missing is put off. */
const SAVE_MS = 60_000
/** Longest time for which it counts that another member has heard it. */
const MAX_REPLICA_MS = 300_000
/** A timer that is later than this was kept from firing. */
const STALL_MS = 5_000
/** An alert that is missing is said to fire for so long; it is said again before. */
const LEASE_MS = 300_000

/**
 * Watches over alerts that must keep coming. Only time in which this process ran counts as silence: what was sent while
 * it did not, it could not hear.
 */
export class Heartbeats implements Table {
  readonly schema = SCHEMA
  readonly #options: HeartbeatsOptions
  readonly #watched = new Map<string, Watched>()
  #index = new IndexByLabel<HeartbeatConfig>()
  readonly #save: Statement
  readonly #remove: Statement
  #saved = new Map<string, { readonly matchers: string; readonly heardAtMs: number; readonly silentMs: number }>()
  /** The alerts that its watches raise: also while another member of the cluster raises them, they are no signs of life. */
  #ownAlerts: ReadonlySet<string> = new Set()
  #cancelTimer = () => {}
  #running = false
  /** When the timer is due, monotonic milliseconds. */
  #dueMs = Number.POSITIVE_INFINITY

  constructor(options: HeartbeatsOptions) {
    const { database } = options
    this.#options = options
    this.#save = database.statement('INSERT OR REPLACE INTO heartbeats VALUES (?, ?, ?, ?)')
    this.#remove = database.statement('DELETE FROM heartbeats WHERE name = ?')
    database.register(this)
  }

  load(): void {
    const rows = this.#options.database.statement('SELECT * FROM heartbeats').all()
    this.#saved = new Map(
      rows.map((row) => [
        String(row.name),
        { matchers: String(row.matchers), heardAtMs: Number(row.heard_at_ms), silentMs: Number(row.silent_ms) },
      ]),
    )
  }

  /** Puts other watches in force. One that is there before, by name and matchers, goes on. */
  configure(configs: readonly HeartbeatConfig[]): void {
    const monotonicMs = this.#options.clock.monotonicMs()
    const before = new Map(this.#watched)
    this.#watched.clear()
    this.#index = new IndexByLabel()
    this.#ownAlerts = new Set(configs.map(({ labels }) => labels.fingerprint))
    for (const config of configs) {
      const annotations = LabelSet.from(config.annotations)
      this.#watched.set(config.name, { ...this.#begin(config, before, monotonicMs), config, annotations })
      this.#index.add(config)
    }
    const gone = [...before.keys(), ...this.#saved.keys()].filter((name) => !this.#watched.has(name))
    this.#saved.clear()
    void this.#options.database.write(() => {
      for (const name of gone) this.#remove.run(name)
      for (const watched of this.#watched.values()) this.#saveRow(watched, monotonicMs)
    })
    if (this.#running) this.#check()
  }

  /** From here on what is missing is told. */
  start(): void {
    this.#running = true
    this.#check()
  }

  stop(): void {
    this.#running = false
    this.#cancelTimer()
    const monotonicMs = this.#options.clock.monotonicMs()
    for (const watched of this.#watched.values()) this.#saveSoon(watched, monotonicMs)
  }

  /**
   * Takes note of alerts that came in.
   *
   * @param isReplica whether another member of the cluster received them. It does not say each time that it hears them
   *   again, so what it has heard lasts as long as the alert, by what is known; it is that member's to notice first.
   */
  heard(alerts: Iterable<Alert>, isReplica = false): void {
    if (this.#watched.size === 0) return
    const { clock, isOwn } = this.#options
    const nowMs = clock.nowMs()
    const monotonicMs = clock.monotonicMs()
    let isBack = false
    for (const alert of alerts) {
      this.#index.visit(alert.labels, ({ name, matchers }) => {
        if (!matchesAll(matchers, alert.labels) || isResolved(alert, nowMs)) return
        if (isOwn(alert.labels) || this.#ownAlerts.has(alert.labels.fingerprint)) return
        const watched = this.#watched.get(name)!
        const lastsMs = isReplica ? Math.min(alert.endsAt.ms - nowMs, MAX_REPLICA_MS) : 0
        watched.heardMonotonicMs = Math.max(watched.heardMonotonicMs, monotonicMs + lastsMs)
        watched.heardAtMs = Math.max(watched.heardAtMs, Math.min(alert.updatedAtMs, nowMs))
        isBack ||= watched.missingSinceMs !== undefined
        if (monotonicMs - watched.savedMonotonicMs >= this.#saveEveryMs(watched)) this.#saveSoon(watched, monotonicMs)
      })
    }
    if (isBack && this.#running) this.#check()
  }

  statuses(): readonly HeartbeatStatus[] {
    return Array.from(this.#watched.values(), ({ config, heardAtMs, missingSinceMs }) => {
      return { config, heardAtMs, isMissing: missingSinceMs !== undefined }
    })
  }

  rewrite(): void {
    this.#options.database.statement('DELETE FROM heartbeats').run()
    const monotonicMs = this.#options.clock.monotonicMs()
    for (const watched of this.#watched.values()) this.#saveRow(watched, monotonicMs)
  }

  #begin(config: HeartbeatConfig, before: ReadonlyMap<string, Watched>, monotonicMs: number) {
    const known = before.get(config.name)
    if (known !== undefined && matchersOf(known.config) === matchersOf(config)) return known
    const saved = this.#saved.get(config.name)
    const goesOn = saved?.matchers === matchersOf(config)
    return {
      heardMonotonicMs: monotonicMs - (goesOn ? saved.silentMs : 0),
      heardAtMs: goesOn ? saved.heardAtMs : 0,
      savedMonotonicMs: monotonicMs,
      missingSinceMs: undefined,
    }
  }

  /** Finds out what is missing, says so, and comes back when that may change. */
  #check(): void {
    const { clock, publish } = this.#options
    const [nowMs, monotonicMs] = [clock.nowMs(), clock.monotonicMs()]
    this.#cancelTimer()
    // A process that stood still heard nobody.
    const lateMs = monotonicMs - this.#dueMs
    if (lateMs > STALL_MS) for (const watched of this.#watched.values()) watched.heardMonotonicMs += lateMs
    let nextMs = SAVE_MS
    const missing: WantedAlert[] = []
    for (const watched of this.#watched.values()) {
      const { config, annotations } = watched
      const overMs = monotonicMs - watched.heardMonotonicMs - config.timeoutMs
      if (overMs < 0) nextMs = Math.min(nextMs, -overMs)
      if (overMs < 0) watched.missingSinceMs = undefined
      else watched.missingSinceMs ??= Math.round(nowMs - overMs)
      if (watched.missingSinceMs !== undefined)
        missing.push(missingAlert(config, annotations, watched.missingSinceMs, nowMs))
      const everyMs = this.#saveEveryMs(watched)
      if (monotonicMs - watched.savedMonotonicMs >= everyMs) this.#saveSoon(watched, monotonicMs)
      nextMs = Math.min(nextMs, everyMs)
    }
    publish(missing)
    this.#dueMs = Number.POSITIVE_INFINITY
    if (this.#watched.size === 0) return
    nextMs = Math.max(1, nextMs)
    this.#dueMs = monotonicMs + nextMs
    this.#cancelTimer = clock.after(nextMs, () => this.#check())
  }

  #saveEveryMs({ config }: Watched): number {
    return Math.min(SAVE_MS, Math.max(1_000, config.timeoutMs / 4))
  }

  #saveSoon(watched: Watched, monotonicMs: number): void {
    watched.savedMonotonicMs = monotonicMs
    void this.#options.database.write(() => this.#saveRow(watched, monotonicMs))
  }

  #saveRow(watched: Watched, monotonicMs: number): void {
    const { config, heardAtMs, heardMonotonicMs } = watched
    const silentMs = Math.max(0, monotonicMs - heardMonotonicMs)
    this.#save.run(config.name, matchersOf(config), Math.round(heardAtMs), Math.round(silentMs))
  }
}

function matchersOf({ matchers }: HeartbeatConfig): string {
  return matchers.map(String).join(',')
}

function missingAlert(
  { labels }: HeartbeatConfig,
  annotations: LabelSet,
  startsAtMs: number,
  nowMs: number,
): WantedAlert {
  // In steps, so that it need not be said anew each time that somebody looks.
  const endsAtMs = (Math.floor(nowMs / LEASE_MS) + 2) * LEASE_MS
  return { labels, annotations, startsAtMs, endsAtMs, generatorUrl: '' }
}

import type { Clock } from '#lib/clock.ts'
import { LabelSet } from '#lib/labels.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { RouterEvents } from '../events.ts'
import { momentOf } from '../moment.ts'
import type { ReceivedAlerts } from '../receive/receive.ts'
import type { Database, Statement, Table } from '../store/database.ts'

/** What raises alerts within the router. */
export const OWN_SOURCES = ['heartbeats', 'silence_notices'] as const
export type OwnSource = (typeof OWN_SOURCES)[number]

/** An alert that the router itself wants to fire. Times are epoch milliseconds. */
export interface WantedAlert {
  readonly labels: LabelSet
  readonly annotations: LabelSet
  readonly startsAtMs: number
  /** It resolves by itself then, unless it is wanted longer meanwhile. */
  readonly endsAtMs: number
  readonly generatorUrl: string
}

export interface OwnAlertsOptions {
  readonly database: Database
  readonly clock: Clock
  readonly events: RouterEvents
  readonly alertOf: (fingerprint: string) => Alert | undefined
  /** Puts alerts on their way, as those that are received. */
  readonly put: (alerts: readonly Alert[]) => void
}

const SCHEMA = `
  CREATE TABLE IF NOT EXISTS own_alerts (
    fingerprint TEXT PRIMARY KEY,
    source TEXT NOT NULL
  ) WITHOUT ROWID`

/**
 * The alerts that the router itself has raised. They are routed, grouped, muted and told like all others, and outlive
 * the process as these do; here is only which of them are ours, so that they end when nothing wants them any more.
 */
export class OwnAlerts implements Table {
  readonly schema = SCHEMA
  readonly #options: OwnAlertsOptions
  readonly #raised = new Map<string, OwnSource>()
  readonly #save: Statement
  readonly #remove: Statement

  constructor(options: OwnAlertsOptions) {
    const { database } = options
    this.#options = options
    this.#save = database.statement('INSERT OR REPLACE INTO own_alerts VALUES (?, ?)')
    this.#remove = database.statement('DELETE FROM own_alerts WHERE fingerprint = ?')
    database.register(this)
  }

  load(): void {
    for (const row of this.#options.database.statement('SELECT * FROM own_alerts').each()) {
      const source = OWN_SOURCES.find((known) => known === row.source)
      if (source !== undefined) this.#raised.set(String(row.fingerprint), source)
    }
  }

  get size(): number {
    return this.#raised.size
  }

  /** Whether an alert with this fingerprint fires because the router itself wants it. */
  has(fingerprint: string): boolean {
    return this.#raised.has(fingerprint)
  }

  /** Without alerts that only the router itself may raise and end, as long as it does. */
  refuse({ alerts, problems }: ReceivedAlerts): ReceivedAlerts {
    const isOwn = ({ labels }: Alert) => this.has(labels.fingerprint)
    const refused = this.#raised.size === 0 ? [] : alerts.filter(isOwn)
    if (refused.length === 0) return { alerts, problems }
    const words = refused.map(({ labels }) => `the router itself raises ${labels} as long as there is cause`)
    this.#options.events.invalid({ version: 'v2' }, { count: refused.length, problem: words[0] })
    return { alerts: alerts.filter((alert) => !isOwn(alert)), problems: [...problems, ...words] }
  }

  /** The alerts of a source that fire. */
  firing(source: OwnSource): readonly Alert[] {
    const nowMs = this.#options.clock.nowMs()
    return Array.from(this.#raised).flatMap(([fingerprint, of]) => {
      const alert = of === source ? this.#options.alertOf(fingerprint) : undefined
      return alert === undefined || isResolved(alert, nowMs) ? [] : [alert]
    })
  }

  /** Makes these the alerts of the source that fire: raises what is new or has changed, and ends the others. */
  publish(source: OwnSource, wanted: readonly WantedAlert[]): void {
    const nowMs = this.#options.clock.nowMs()
    const names = new Set(wanted.map(({ labels }) => labels.fingerprint))
    const ended = this.firing(source).filter(({ labels }) => !names.has(labels.fingerprint))
    const gone = [...this.#raised].filter(([fingerprint, of]) => of === source && !names.has(fingerprint))
    const changed = wanted.flatMap((want) => this.#changed(want, nowMs) ?? [])
    if (gone.length + changed.length === 0) return
    this.#remember(
      source,
      changed.map(({ labels }) => labels.fingerprint),
      gone.map(([fingerprint]) => fingerprint),
    )
    this.#options.put([
      ...changed,
      ...ended.map((alert) => ({ ...alert, endsAt: momentOf(nowMs), updatedAtMs: nowMs })),
    ])
  }

  rewrite(): void {
    this.#options.database.statement('DELETE FROM own_alerts').run()
    for (const [fingerprint, source] of this.#raised) this.#save.run(fingerprint, source)
  }

  /** The alert as it has to be put on its way; undefined if it fires as it is wanted. */
  #changed({ labels, annotations, startsAtMs, endsAtMs, generatorUrl }: WantedAlert, nowMs: number): Alert | undefined {
    const known = this.#options.alertOf(labels.fingerprint)
    const fires = known !== undefined && !isResolved(known, nowMs)
    const isSame = fires && known.endsAt.ms === endsAtMs && LabelSet.compare(known.annotations, annotations) === 0
    if (isSame && this.has(labels.fingerprint)) return undefined
    // An end that a sender gives holds against an earlier one; ours does not.
    const times = { startsAt: momentOf(startsAtMs), endsAt: momentOf(endsAtMs), updatedAtMs: nowMs, timeout: true }
    return { labels, annotations, ...times, generatorUrl }
  }

  #remember(source: OwnSource, raised: readonly string[], gone: readonly string[]): void {
    const added = raised.filter((fingerprint) => this.#raised.get(fingerprint) !== source)
    for (const fingerprint of added) this.#raised.set(fingerprint, source)
    for (const fingerprint of gone) this.#raised.delete(fingerprint)
    if (added.length + gone.length === 0) return
    if (added.length > 0) this.#options.events.ownRaised({ source }, { count: added.length })
    void this.#options.database.write(() => {
      for (const fingerprint of added) this.#save.run(fingerprint, source)
      for (const fingerprint of gone) this.#remove.run(fingerprint)
    })
  }
}

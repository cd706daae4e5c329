import type { Clock } from '#lib/clock.ts'
import { Acknowledgements } from '../acknowledge/acknowledgements.ts'
import type { RouterEvents } from '../events.ts'
import { History } from '../journal/history.ts'
import { Recorder } from '../journal/recorder.ts'
import { type SilenceLimits, Silences } from '../silence/silences.ts'
import { AlertStore, type RestartOptions } from './alerts.ts'
import type { Database } from './database.ts'
import { FailureLog } from './failures.ts'
import { GroupLog } from './groups.ts'
import { NotificationLog } from './nflog.ts'
import { type ReadSnapshotFile, takeOver } from './take-over.ts'

export interface StateOptions {
  readonly database: Database
  readonly clock: Clock
  readonly events: RouterEvents
  /** How long ended silences, and entries of the notification log, are kept at most. */
  readonly retentionMs: number
  readonly silences: SilenceLimits
  readonly history: HistoryLimits
  /** Reads files that Alertmanager left behind; only where this router has not run before. */
  readonly readSnapshot: ReadSnapshotFile
}

export interface HistoryLimits {
  /** Most entries; 0 for no history. */
  readonly limit: number
  readonly retention: number
}

/** What outlives the process, all of it in one database; what members of a cluster share is here too. */
export class RouterState {
  readonly alerts: AlertStore
  readonly groups: GroupLog
  readonly silences: Silences
  readonly nflog: NotificationLog
  readonly history: History
  readonly journal: Recorder
  readonly failures: FailureLog
  readonly acknowledgements: Acknowledgements
  readonly #options: StateOptions

  constructor(options: StateOptions, isLabelName: (name: string) => boolean) {
    this.#options = options
    this.alerts = new AlertStore(options.database)
    this.groups = new GroupLog(options.database)
    this.silences = new Silences({ ...options, ...options.silences, isLabelName })
    this.nflog = new NotificationLog(options.database)
    this.history = new History({ ...options, ...options.history })
    this.journal = new Recorder({ ...options, history: this.history })
    this.failures = new FailureLog(options.database)
    this.acknowledgements = new Acknowledgements({ ...options, alertOf: (fingerprint) => this.alerts.get(fingerprint) })
  }

  /** Until when the process before ran, epoch milliseconds; 0 if there was none. */
  get ranUntilMs(): number {
    return this.#options.database.lastCommitMs
  }

  /** Reads what the process before left, or at the first start what Alertmanager left. */
  load(restart: RestartOptions): void {
    this.alerts.load(restart)
    this.nflog.load()
    this.failures.load()
    this.groups.load()
    this.silences.load()
    this.history.load()
    this.acknowledgements.load()
    if (this.ranUntilMs > 0) return
    takeOver({
      ...this.#options,
      ...{ silences: this.silences, nflog: this.nflog, readFile: this.#options.readSnapshot },
    })
  }

  /** Forgets notifications that are past their time. */
  collectNotifications(): void {
    const nowMs = this.#options.clock.nowMs()
    this.nflog.collectGarbage(nowMs)
    this.failures.collectGarbage(nowMs - this.#options.retentionMs)
    this.history.collectGarbage(nowMs - this.#options.history.retention)
    this.journal.retain((groupId) => this.groups.get(groupId) !== undefined)
  }
}

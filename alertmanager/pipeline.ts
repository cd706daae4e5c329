import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { Alert } from './alert.ts'
import type { AlertmanagerConfig } from './config/alertmanager-yml.ts'
import type { RouterEvents } from './events.ts'
import { Dispatcher } from './group/dispatcher.ts'
import type { Group } from './group/group.ts'
import type { Muter } from './mute/mute.ts'
import { type BuildDeps, buildReceivers } from './notify/build-receivers.ts'
import { createNotify } from './notify/stages.ts'
import type { PostableAlert } from './receive/postable-alerts.ts'
import { receiveAlerts } from './receive/receive.ts'
import { allRoutes, createRouteTree, type Route } from './route/tree.ts'
import { AlertStore } from './store/alerts.ts'
import type { Database } from './store/database.ts'
import { GroupLog } from './store/groups.ts'
import { NotificationLog } from './store/nflog.ts'

export interface PipelineOptions extends BuildDeps {
  readonly config: AlertmanagerConfig
  readonly database: Database
  readonly clock: Clock
  readonly events: RouterEvents
  readonly random: () => number
  /** How long entries of the notification log are kept at most. */
  readonly retentionMs: number
  /** Most alerts that are kept, resolved ones that are still to be told included. */
  readonly maxAlerts: number
  readonly observeLatency: (integration: string, seconds: number) => void
  readonly observeDispatch: (seconds: number) => void
}

/** The result of receiving alerts: what became of those that were not taken, and when the others are on disk. */
export interface Received {
  /** What is wrong with the invalid ones. */
  readonly problems: readonly string[]
  /** How many were valid, but one too many. */
  readonly limited: number
  readonly safe: Promise<void>
}

/** Time that notifications under way get when the configuration changes, before they are cut. */
const RELOAD_DRAIN_MS = 5_000

/**
 * The life of an alert: receive > store > route > group > mute > notify. The first four happen at once when it comes
 * in; the last two each time that the timer of its group fires.
 */
export class Pipeline implements Service {
  readonly name = 'alert pipeline'
  /** Starts and stops the timers of the groups; apart from loading, so that the API is there before. */
  readonly dispatching: Service
  /** What keeps alerts from being told. Silences, inhibition and time intervals belong here. */
  readonly muters: readonly Muter[] = []
  readonly #options: PipelineOptions
  readonly #alerts: AlertStore
  readonly #nflog: NotificationLog
  readonly #groupLog: GroupLog
  #config: AlertmanagerConfig
  #dispatcher!: Dispatcher
  #running = false

  constructor(options: PipelineOptions) {
    this.#options = options
    this.#config = options.config
    this.#alerts = new AlertStore(options.database)
    this.#nflog = new NotificationLog(options.database)
    this.#groupLog = new GroupLog(options.database)
    this.dispatching = {
      name: 'alert dispatcher',
      start: () => {
        this.#running = true
        this.#dispatcher.start()
      },
      stop: async (deadline) => {
        this.#running = false
        await this.#dispatcher.stop(deadline)
      },
    }
  }

  /** Loads what the process before left, and rebuilds the groups. */
  async start(): Promise<void> {
    const { clock, database } = this.#options
    this.#alerts.load({ nowMs: clock.nowMs(), graceMs: this.#config.resolveTimeoutMs })
    this.#nflog.load()
    this.#groupLog.load()
    this.#dispatcher = await this.#createDispatcher(this.#config)
    this.#dispatcher.restore({ alerts: this.#alerts.values(), ranUntilMs: database.lastCommitMs })
  }

  /** Takes alerts: receive > store > route > group. */
  receive(incoming: readonly PostableAlert[]): Received {
    const nowMs = this.#options.clock.nowMs()
    const { resolveTimeoutMs } = this.#config
    const { alerts, problems } = receiveAlerts(incoming, { nowMs, resolveTimeoutMs, events: this.#options.events })
    const { stored, safe } = this.#alerts.put(this.#admitted(alerts), nowMs)
    for (const alert of stored) this.#dispatch(alert)
    return { problems, limited: alerts.length - stored.length, safe }
  }

  /** What is known may always change; new alerts come in as long as there is room. */
  #admitted(alerts: readonly Alert[]): readonly Alert[] {
    const { maxAlerts, events } = this.#options
    if (this.#alerts.size + alerts.length <= maxAlerts) return alerts
    this.collectAlerts()
    let room = maxAlerts - this.#alerts.size
    const admitted = alerts.filter(({ labels }) => this.#alerts.has(labels.fingerprint) || room-- > 0)
    const limited = alerts.length - admitted.length
    if (limited > 0) events.limited({}, { count: limited, limit: maxAlerts })
    return admitted
  }

  #dispatch(alert: Alert): void {
    const { clock, observeDispatch } = this.#options
    const startedMs = clock.monotonicMs()
    this.#dispatcher.dispatch(alert)
    observeDispatch((clock.monotonicMs() - startedMs) / 1_000)
  }

  /**
   * Puts another configuration in force. Groups that it makes too keep their timers. Rejects, and changes nothing,
   * when a receiver of it cannot be built.
   */
  async apply(config: AlertmanagerConfig): Promise<void> {
    const { clock } = this.#options
    const next = await this.#createDispatcher(config)
    const stoppedMs = clock.nowMs()
    const deadline = new AbortController()
    const cancel = clock.after(RELOAD_DRAIN_MS, () => deadline.abort())
    await this.#dispatcher.stop(deadline.signal)
    cancel()
    // A timer that was due in this very millisecond may not have fired.
    next.restore({ alerts: this.#alerts.values(), ranUntilMs: stoppedMs - 1 })
    this.#config = config
    this.#dispatcher = next
    if (this.#running) next.start()
  }

  /** Forgets resolved alerts that every group has told about. */
  collectAlerts(): void {
    const held = this.#groupLog.heldAlerts()
    this.#alerts.collectGarbage(this.#options.clock.nowMs(), (fingerprint) => held.has(fingerprint))
  }

  /** Forgets notifications that are past their expiry. */
  collectNotifications(): void {
    this.#nflog.collectGarbage(this.#options.clock.nowMs())
  }

  get config(): AlertmanagerConfig {
    return this.#config
  }

  get root(): Route {
    return this.#dispatcher.root
  }

  alerts(): Iterable<Alert> {
    return this.#alerts.values()
  }

  groups(): Iterable<Group> {
    return this.#dispatcher.groups
  }

  /** Routes and groups of one configuration, with mute > notify behind them. */
  async #createDispatcher(config: AlertmanagerConfig): Promise<Dispatcher> {
    const root = createRouteTree(config.route)
    const used = new Set(Array.from(allRoutes(root), ({ receiver }) => receiver))
    const receivers = await buildReceivers(config, used, this.#options)
    const notify = createNotify({ ...this.#options, receivers, muters: this.muters, nflog: this.#nflog })
    return new Dispatcher({ root, clock: this.#options.clock, log: this.#groupLog, notify })
  }
}

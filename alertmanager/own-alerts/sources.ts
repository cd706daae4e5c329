import type { Clock } from '#lib/clock.ts'
import type { Alert } from '../alert.ts'
import type { OwnConfig } from '../config/own.ts'
import type { RouterEvents } from '../events.ts'
import type { Database } from '../store/database.ts'
import type { RouterState } from '../store/state.ts'
import { Heartbeats } from './heartbeats.ts'
import { aboutSilence } from './notice.ts'
import { OwnAlerts } from './own-alerts.ts'
import { SilenceNotices } from './silence-notices.ts'

export interface OwnSourcesOptions {
  readonly database: Database
  readonly clock: Clock
  readonly events: RouterEvents
  readonly state: RouterState
  /** Puts alerts on their way, as those that are received. */
  readonly put: (alerts: readonly Alert[]) => void
  readonly externalUrl: () => string
}

/** All that raises alerts within the router: watches over heartbeats, and notices of silences. */
export class OwnSources {
  readonly alerts: OwnAlerts
  readonly heartbeats: Heartbeats
  readonly #notices: SilenceNotices
  readonly #state: RouterState

  constructor({ database, clock, events, state, put, externalUrl }: OwnSourcesOptions) {
    const { silences, alerts } = state
    this.#state = state
    this.alerts = new OwnAlerts({ database, clock, events, put, alertOf: (fingerprint) => alerts.get(fingerprint) })
    this.heartbeats = new Heartbeats({
      ...{ database, clock },
      isOwn: (labels) => this.alerts.has(labels.fingerprint) || aboutSilence(labels) !== undefined,
      publish: (wanted) => this.alerts.publish('heartbeats', wanted),
    })
    this.#notices = new SilenceNotices({
      ...{ silences, clock, events },
      alerts: () => alerts.values(),
      firing: () => this.alerts.firing('silence_notices'),
      publish: (wanted) => this.alerts.publish('silence_notices', wanted),
      link: ({ id }) => `${externalUrl()}/#/silences/${id}`,
    })
  }

  /** Reads what the process before left. */
  load(config: OwnConfig): void {
    this.alerts.load()
    this.heartbeats.load()
    this.#notices.load(this.#state.ranUntilMs)
    this.configure(config)
  }

  configure({ heartbeats, silenceNotices }: OwnConfig): void {
    this.heartbeats.configure(heartbeats)
    this.#notices.configure(silenceNotices)
  }

  /** From here on alerts are raised. */
  start(): void {
    this.heartbeats.start()
    this.#notices.start()
  }

  stop(): void {
    this.heartbeats.stop()
    this.#notices.stop()
  }
}

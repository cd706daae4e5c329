import type { Alert } from '../alert.ts'
import type { RouterEvents } from '../events.ts'
import type { AlertStore } from '../store/alerts.ts'
import { AlertnameLimit } from './alertname-limit.ts'

export interface AdmissionOptions {
  readonly alerts: AlertStore
  readonly events: RouterEvents
  /** Most alerts that are kept. */
  readonly maxAlerts: number
  /** Most alerts of one alertname; 0 for no limit. */
  readonly maxAlertsPerName: number
  /** Forgets alerts that need not be kept. */
  readonly makeRoom: () => void
}

/** What is left of alerts that want in. */
export interface Admitted {
  readonly alerts: readonly Alert[]
  /** How many were one too many. */
  readonly limited: number
}

/** Lets in as many alerts as there is room for. What is known may always change. */
export class Admission {
  readonly #options: AdmissionOptions
  readonly #byName: AlertnameLimit

  constructor(options: AdmissionOptions) {
    this.#options = options
    this.#byName = new AlertnameLimit(options.maxAlertsPerName)
  }

  /** Counts alerts from before the start. */
  load(alerts: Iterable<Alert>, nowMs: number): void {
    this.#byName.load(alerts, nowMs)
  }

  collectGarbage(nowMs: number): void {
    this.#byName.collectGarbage(nowMs)
  }

  /** Those beyond the limit of one alertname are dropped without a word to the sender, and do not count as limited. */
  admit(incoming: readonly Alert[], nowMs: number): Admitted {
    const { events, maxAlertsPerName: limit } = this.#options
    const permitted = this.#byName.admit(incoming, nowMs, (alertname) => {
      events.limitedByName({ alertname }, { alertname, limit })
    })
    const alerts = this.#withRoom(permitted)
    return { alerts, limited: permitted.length - alerts.length }
  }

  #withRoom(incoming: readonly Alert[]): readonly Alert[] {
    const { alerts, maxAlerts, events, makeRoom } = this.#options
    if (alerts.size + incoming.length <= maxAlerts) return incoming
    makeRoom()
    let room = maxAlerts - alerts.size
    const admitted = incoming.filter(({ labels }) => alerts.has(labels.fingerprint) || room-- > 0)
    const count = incoming.length - admitted.length
    if (count > 0) events.limited({ alertname: '' }, { count, limit: maxAlerts })
    return admitted
  }
}

import { type Alert, alertBytes } from '../alert.ts'
import type { RouterEvents } from '../events.ts'
import type { AlertStore } from '../store/alerts.ts'
import { AlertnameLimit } from './alertname-limit.ts'

export interface AdmissionOptions {
  readonly alerts: AlertStore
  readonly events: RouterEvents
  /** Most alerts that are kept. */
  readonly maxAlerts: number
  /** How much all of them may be together, in bytes, by {@link alertBytes}. */
  readonly maxBytes: number
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
  /** How many were too large, or have grown and are what they were but for their times. */
  readonly oversized: number
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
    const few = this.#withRoom(permitted)
    return { ...this.#withinBytes(few), limited: permitted.length - few.length }
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

  /**
   * A request may begin as long as there is room, and go beyond by what it brings: what is known already, which is nearly
   * everything, need not be measured. Where there is none, an alert that has grown keeps what it said before, because its
   * end has to be heard.
   */
  #withinBytes(incoming: readonly Alert[]): Omit<Admitted, 'limited'> {
    const { alerts, maxBytes, events, makeRoom } = this.#options
    if (alerts.bytes < maxBytes) return { alerts: incoming, oversized: 0 }
    const growthOf = (alert: Alert) => {
      const known = alerts.get(alert.labels.fingerprint)
      if (known === undefined) return alertBytes(alert)
      return isSameText(known, alert) ? 0 : alertBytes(alert) - alertBytes(known)
    }
    if (incoming.every((alert) => growthOf(alert) <= 0)) return { alerts: incoming, oversized: 0 }
    makeRoom()
    let room = maxBytes - alerts.bytes
    let oversized = 0
    const admitted = incoming.flatMap((alert): readonly Alert[] => {
      const growth = growthOf(alert)
      if (growth <= 0 || growth <= room) {
        room -= Math.max(growth, 0)
        return [alert]
      }
      oversized += 1
      const known = alerts.get(alert.labels.fingerprint)
      if (known === undefined) return []
      return [{ ...alert, annotations: known.annotations, generatorUrl: known.generatorUrl }]
    })
    if (oversized > 0) events.oversized({ alertname: '' }, { count: oversized, limit: maxBytes })
    return { alerts: admitted, oversized }
  }
}

function isSameText(known: Alert, { annotations, generatorUrl }: Alert): boolean {
  return known.annotations === annotations && known.generatorUrl === generatorUrl
}

import type { Clock } from '#lib/clock.ts'
import { type Alert, isResolved } from '../../alert.ts'
import type { AlertStore } from '../../store/alerts.ts'
import { eachInTurns, type Pause } from './digest.ts'

/** An alert that will end soon, by what is known here: its fingerprint, and when, epoch milliseconds. */
export type ExpectedEnd = readonly [fingerprint: string, endMs: number]

export interface EndsOptions {
  readonly alerts: AlertStore
  readonly clock: Clock
  readonly pause: Pause
  /** Asks other members whether they know better. */
  readonly ask: (ends: readonly ExpectedEnd[]) => void
}

/** How long before the end of an alert others are asked at the earliest, and at the latest. */
const MAX_LEAD_MS = 30_000
const MIN_LEAD_MS = 2_000
const MAX_SCAN_INTERVAL_MS = 30_000
const MIN_SCAN_INTERVAL_MS = 1_000

/**
 * Sees to it that no alert is taken for resolved here that fires by what another member hears. That its sender says
 * again that it fires is not replicated; instead, a member that has not heard so itself asks the others, shortly before
 * the end that it knows: when a quarter is left of the time that the sender granted, but no more than 30 s. A sender
 * says it again long before, so where all members hear it nobody ever asks. For a sender that is gone each member asks
 * once.
 */
export class Ends {
  readonly #options: EndsOptions
  #cancel = () => {}
  #scanAtMs = Number.POSITIVE_INFINITY
  #isStopped = false
  #isScanning = false
  /** The ends that were asked about. */
  #asked = new Map<string, number>()

  constructor(options: EndsOptions) {
    this.#options = options
  }

  start(): void {
    this.#scanIn(0)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  /** Takes alerts that another member told of: they may end soon. */
  expect(alerts: Iterable<Alert>): void {
    const { clock } = this.#options
    const nowMs = clock.nowMs()
    let firstMs = Number.POSITIVE_INFINITY
    for (const alert of alerts) if (!isResolved(alert, nowMs)) firstMs = Math.min(firstMs, askAtMs(alert))
    const scanAtMs = clock.monotonicMs() + Math.max(MIN_SCAN_INTERVAL_MS, firstMs - nowMs)
    if (scanAtMs < this.#scanAtMs && !this.#isScanning) this.#scanIn(scanAtMs - clock.monotonicMs())
  }

  #scanIn(delayMs: number): void {
    if (this.#isStopped) return
    this.#cancel()
    this.#scanAtMs = this.#options.clock.monotonicMs() + delayMs
    this.#cancel = this.#options.clock.after(delayMs, () => void this.#scan())
  }

  async #scan(): Promise<void> {
    const { alerts, clock, pause, ask } = this.#options
    this.#isScanning = true
    const nowMs = clock.nowMs()
    const asked = new Map<string, number>()
    const ends: ExpectedEnd[] = []
    let nextMs = nowMs + MAX_SCAN_INTERVAL_MS
    const look = (alert: Alert): void => {
      if (isResolved(alert, nowMs)) return
      const { fingerprint } = alert.labels
      const endMs = alert.endsAt.ms
      const dueMs = askAtMs(alert)
      if (dueMs > nowMs) {
        nextMs = Math.min(nextMs, dueMs)
        return
      }
      asked.set(fingerprint, endMs)
      if (this.#asked.get(fingerprint) !== endMs) ends.push([fingerprint, endMs])
    }
    await eachInTurns(alerts.values(), look, pause)
    this.#asked = asked
    if (ends.length > 0) ask(ends)
    this.#isScanning = false
    this.#scanIn(Math.max(MIN_SCAN_INTERVAL_MS, nextMs - clock.nowMs()))
  }
}

function askAtMs({ endsAt, updatedAtMs }: Alert): number {
  const grantedMs = Math.max(0, endsAt.ms - updatedAtMs)
  return endsAt.ms - Math.min(MAX_LEAD_MS, Math.max(MIN_LEAD_MS, grantedMs / 4))
}

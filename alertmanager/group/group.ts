import type { Clock } from '#lib/clock.ts'
import type { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../alert.ts'
import { plainLabels, type RenderLabels } from '../route/labels.ts'
import type { Route } from '../route/tree.ts'
import type { GroupLog } from '../store/groups.ts'
import type { Tracer } from '../tracing/tracer.ts'
import { type Flush, type FlushOutcome, flushedAlerts } from './flush.ts'
import type { FlushGate } from './flush-gate.ts'

/** Tells about a group. */
export type Notify = (flush: Flush) => Promise<FlushOutcome>

export interface GroupOptions {
  readonly route: Route
  readonly labels: LabelSet
  readonly clock: Clock
  readonly log: GroupLog
  readonly notify: Notify
  readonly renderLabels: RenderLabels
  readonly gate: FlushGate
  readonly tracer: Tracer
  readonly draining: AbortSignal
  /** Aborts what is under way. */
  readonly halt: AbortSignal
  /** How much longer a flush may take than its interval, for waiting for other members. */
  readonly allowanceMs: () => number
  readonly onEmpty: (group: Group) => void
}

/** Shortest time that a flush gets, whatever the group_interval. */
const MIN_FLUSH_MS = 10_000
/** A flush that takes longer is noted on disk: who stops or dies in it begins with it again. */
const NOTED_AFTER_MS = 1_000
/** The clock takes no longer delays. */
const LONGEST_DELAY_MS = 2 ** 31 - 1

/** The alerts that are told together: those of one route with the same group labels; and their timer. */
export class Group {
  readonly id: string
  readonly route: Route
  readonly labels: LabelSet
  /** Names it to receivers. */
  readonly key: string
  readonly #options: GroupOptions
  #routeLabels: LabelSet
  readonly #alerts = new Map<string, Alert>()
  /** By the monotonic clock; 0 before the start. */
  #dueMs = 0
  #cancelTimer = () => {}
  #isGone = false
  #flushing: Promise<void> | undefined
  /** When the timer fired during a flush that took longer than the interval. */
  #lateTickMs: number | undefined

  constructor(options: GroupOptions) {
    this.#options = options
    this.route = options.route
    this.labels = options.labels
    this.#routeLabels = plainLabels(options.route.labels)
    this.id = groupId(options.route, options.labels)
    this.key = `${options.route.key}:${options.labels}`
  }

  /** The labels of the route as they were rendered last. */
  get routeLabels(): LabelSet {
    return this.#routeLabels
  }

  /** It has told all that there was to tell; alerts that come are for another one. */
  get isGone(): boolean {
    return this.#isGone
  }

  get alerts(): Iterable<Alert> {
    return this.#alerts.values()
  }

  has(fingerprint: string): boolean {
    return this.#alerts.has(fingerprint)
  }

  /** How long until it flushes next: not at all while it is at it, since that may fail. Undefined before the start. */
  get flushDelayMs(): number | undefined {
    if (this.#flushing !== undefined) return 0
    return this.#dueMs === 0 ? undefined : Math.max(0, this.#dueMs - this.#options.clock.monotonicMs())
  }

  /** Takes an alert, or a new version of one. A group under way does not wait less for it. */
  insert(alert: Alert): void {
    const { fingerprint } = alert.labels
    const isNew = !this.#alerts.has(fingerprint)
    this.#alerts.set(fingerprint, alert)
    if (isNew) this.#options.log.add(this.id, fingerprint)
  }

  /** Starts the timer: the first flush comes after the delay, the others every group_interval. */
  start(delayMs: number): void {
    const { clock, log } = this.#options
    const flushAtMs = clock.nowMs() + delayMs
    const known = log.get(this.id)?.flushAtMs
    if (known === undefined || (flushAtMs - known) % this.route.groupIntervalMs !== 0) log.schedule(this.id, flushAtMs)
    this.#arm(clock.monotonicMs() + delayMs)
  }

  /** Stops the timer. Resolves when the flush under way, if there is one, has ended. */
  async stop(): Promise<void> {
    this.#cancelTimer()
    this.#lateTickMs = undefined
    await this.#flushing
  }

  #arm(dueMs: number): void {
    const { clock } = this.#options
    this.#dueMs = dueMs
    const leftMs = Math.max(0, dueMs - clock.monotonicMs())
    if (leftMs > LONGEST_DELAY_MS) this.#cancelTimer = clock.after(LONGEST_DELAY_MS, () => this.#arm(dueMs))
    else this.#cancelTimer = clock.after(leftMs, () => this.#tick())
  }

  #tick(): void {
    const { clock } = this.#options
    // When it was due: what is counted from tick to tick must not depend on how late the timer fired.
    const tickMs = Math.round(clock.nowMs() - Math.max(0, clock.monotonicMs() - this.#dueMs))
    if (this.#flushing !== undefined) {
      this.#lateTickMs = tickMs
      return
    }
    this.#arm(this.#dueMs + this.route.groupIntervalMs)
    this.#beginFlush(tickMs)
  }

  #beginFlush(tickMs: number): void {
    this.#flushing = this.#flush(tickMs).finally(() => {
      this.#flushing = undefined
      const lateTickMs = this.#lateTickMs
      if (lateTickMs === undefined) return
      this.#lateTickMs = undefined
      this.start(this.route.groupIntervalMs)
      this.#beginFlush(lateTickMs)
    })
  }

  async #flush(tickMs: number): Promise<void> {
    const { clock, log, notify, renderLabels, draining, halt, allowanceMs, gate, tracer } = this.#options
    const turn = gate.pass()
    if (turn !== undefined) await turn
    const alertsNow = () => flushedAlerts(this.#alerts.values(), clock.nowMs())
    const alerts = alertsNow()
    const span = tracer.start('dispatch.AggregationGroup.flush', {
      attributes: { 'alerting.aggregation_group.key': this.key, 'alerting.alerts.count': alerts.length },
    })
    const deadline = new AbortController()
    const timeMs = Math.max(this.route.groupIntervalMs, MIN_FLUSH_MS) + allowanceMs()
    let cancelTimer = clock.after(NOTED_AFTER_MS, () => {
      log.setUnfinished(this.id, true)
      cancelTimer = clock.after(timeMs - NOTED_AFTER_MS, () => deadline.abort('contextDeadlineExceeded'))
    })
    const flush = {
      groupKey: this.key,
      logKey: this.id,
      groupLabels: this.labels,
      route: this.route,
      tickMs,
      alerts,
      alertsNow,
      signal: AbortSignal.any([deadline.signal, halt]),
      timeMs,
      halt,
      draining,
      span,
    }
    this.#routeLabels = renderLabels(flush)
    const { told, held } = await notify({ ...flush, routeLabels: this.#routeLabels })
    cancelTimer()
    if (!told) span.fail('notification failed')
    span.end()
    log.setUnfinished(this.id, !told && draining.aborted)
    if (!told) return
    const ended = alerts.filter(({ alert, firing }) => !firing && !held.has(alert.labels.fingerprint))
    this.#forget(ended.map(({ alert }) => alert))
  }

  /** Drops resolved alerts that were told, unless a new version of one has come meanwhile. */
  #forget(resolved: readonly Alert[]): void {
    const { log, onEmpty } = this.#options
    const gone = resolved.filter((alert) => this.#alerts.get(alert.labels.fingerprint) === alert)
    for (const alert of gone) this.#alerts.delete(alert.labels.fingerprint)
    if (this.#alerts.size === 0) {
      this.#cancelTimer()
      this.#lateTickMs = undefined
      this.#isGone = true
      onEmpty(this)
    } else if (gone.length > 0) {
      log.remove(
        this.id,
        gone.map(({ labels }) => labels.fingerprint),
      )
    }
  }
}

/** Names a group in its tree; two routes with the same matchers have groups of their own. */
export function groupId(route: Route, labels: LabelSet): string {
  return `${route.id}:${labels}`
}

import type { Clock } from '#lib/clock.ts'
import type { LabelSet } from '#lib/labels.ts'
import { type Alert, isResolved } from '../alert.ts'
import { groupLabels, matchRoutes, type Route } from '../route/tree.ts'
import type { GroupLog } from '../store/groups.ts'
import { Group, groupId, type Notify } from './group.ts'
import { resumeDelayMs } from './schedule.ts'

export interface DispatcherOptions {
  readonly root: Route
  readonly clock: Clock
  readonly log: GroupLog
  readonly notify: Notify
}

export interface StartOptions {
  /** Alerts from before the start; groups that the log knows go on with them. */
  readonly alerts: Iterable<Alert>
  /** Until when groups ran before, epoch milliseconds. */
  readonly ranUntilMs: number
}

/** Puts alerts into their groups and keeps the groups of one routing tree. */
export class Dispatcher {
  readonly root: Route
  readonly #options: DispatcherOptions
  readonly #groups = new Map<string, Group>()
  readonly #draining = new AbortController()
  readonly #halt = new AbortController()
  #running = false
  #ranUntilMs = 0

  constructor(options: DispatcherOptions) {
    this.root = options.root
    this.#options = options
  }

  get groups(): Iterable<Group> {
    return this.#groups.values()
  }

  /** Rebuilds the groups. They do not flush before {@link start}. */
  restore({ alerts, ranUntilMs }: StartOptions): void {
    const { clock, log } = this.#options
    this.#ranUntilMs = ranUntilMs
    const nowMs = clock.nowMs()
    for (const alert of alerts) {
      const { fingerprint } = alert.labels
      for (const { route, labels, id } of this.#placesOf(alert.labels)) {
        // An alert that has ended concerns only groups that have not told so yet.
        if (isResolved(alert, nowMs) && log.get(id)?.alerts.has(fingerprint) !== true) continue
        this.#groupAt(id, route, labels, alert).insert(alert)
      }
    }
    log.retain((id, fingerprint) => {
      const group = this.#groups.get(id)
      return group !== undefined && (fingerprint === undefined || group.has(fingerprint))
    })
  }

  start(): void {
    this.#running = true
    for (const group of this.#groups.values()) this.#startGroup(group)
  }

  /** Puts an alert into the groups that it belongs to, making those that are missing. */
  dispatch(alert: Alert): void {
    for (const { route, labels, id } of this.#placesOf(alert.labels)) {
      this.#groupAt(id, route, labels, alert).insert(alert)
    }
  }

  /** Stops all timers. Notifications under way may end until the deadline; then they are cut. */
  async stop(deadline: AbortSignal): Promise<void> {
    this.#running = false
    this.#draining.abort()
    const halt = () => this.#halt.abort('contextCanceled')
    if (deadline.aborted) halt()
    deadline.addEventListener('abort', halt, { once: true })
    await Promise.all(Array.from(this.#groups.values(), (group) => group.stop()))
    deadline.removeEventListener('abort', halt)
  }

  #placesOf(labels: LabelSet) {
    return matchRoutes(this.root, labels).map((route) => {
      const named = groupLabels(route, labels)
      return { route, labels: named, id: groupId(route, named) }
    })
  }

  #groupAt(id: string, route: Route, labels: LabelSet, first: Alert): Group {
    const known = this.#groups.get(id)
    if (known !== undefined) return known
    const { clock, log, notify } = this.#options
    const group = new Group({
      ...{ route, labels, clock, log, notify },
      draining: this.#draining.signal,
      halt: this.#halt.signal,
      onEmpty: (empty) => this.#remove(empty),
    })
    this.#groups.set(id, group)
    if (log.get(id) === undefined) log.schedule(id, clock.nowMs() + this.#firstDelayMs(route, first))
    if (this.#running) this.#startGroup(group)
    return group
  }

  /** An alert that has been firing for longer than group_wait, as after a restart of its sender, waits no more. */
  #firstDelayMs({ groupWaitMs }: Route, { startsAt }: Alert): number {
    return startsAt.ms + groupWaitMs < this.#options.clock.nowMs() ? 0 : groupWaitMs
  }

  #startGroup(group: Group): void {
    const { clock, log } = this.#options
    const nowMs = clock.nowMs()
    const flushAtMs = log.get(group.id)?.flushAtMs ?? nowMs
    group.start(resumeDelayMs({ ...group.route, flushAtMs, nowMs, ranUntilMs: this.#ranUntilMs }))
  }

  #remove(group: Group): void {
    this.#groups.delete(group.id)
    this.#options.log.delete(group.id)
  }
}

import type { Clock } from '#lib/clock.ts'
import { compareUtf8, LabelSet } from '#lib/labels.ts'
import { type Alert, isResolved } from '../alert.ts'
import type { RenderLabels } from '../route/labels.ts'
import { groupLabels, matchRoutes, type Route } from '../route/tree.ts'
import type { GroupLog } from '../store/groups.ts'
import type { Tracer } from '../tracing/tracer.ts'
import { FlushGate } from './flush-gate.ts'
import { Group, groupId, type Notify } from './group.ts'
import { resumeDelayMs } from './schedule.ts'

export interface DispatcherOptions {
  readonly root: Route
  readonly clock: Clock
  readonly log: GroupLog
  readonly notify: Notify
  readonly renderLabels: RenderLabels
  readonly tracer: Tracer
  readonly allowanceMs: () => number
}

/** How long until groups flush at another member, by group id, in milliseconds. */
export type FlushDelays = ReadonlyMap<string, number>

export interface StartOptions {
  /** Alerts from before the start; groups that the log knows go on with them. */
  readonly alerts: Iterable<Alert>
  /** Until when groups ran before, epoch milliseconds. */
  readonly ranUntilMs: number
}

/** Where alerts with some labels go. */
interface Placement {
  readonly groups: readonly Group[]
  readonly receivers: readonly string[]
}

/** Beyond this all is found out anew. */
const MAX_REMEMBERED = 200_000

/** Puts alerts into their groups and keeps the groups of one routing tree. */
export class Dispatcher {
  readonly root: Route
  readonly #options: DispatcherOptions
  readonly #groups = new Map<string, Group>()
  /** Where alerts went the last time: they come again and again, with the very same labels. */
  readonly #placements = new Map<LabelSet, Placement>()
  /** Of the alert before, which often went the same way: one list is enough for both. */
  #latest: Placement = { groups: [], receivers: [] }
  /** Lists of receivers, by their names. */
  readonly #receivers = new Map<string, readonly string[]>()
  /** All of them in order, until one comes or goes: whoever reads the list reads it again soon. */
  #ordered: readonly Group[] | undefined
  readonly #gate = new FlushGate()
  readonly #draining = new AbortController()
  readonly #halt = new AbortController()
  #running = false
  #ranUntilMs = 0

  constructor(options: DispatcherOptions) {
    this.root = options.root
    this.#options = options
  }

  /** By their labels, then by their receivers. */
  get ordered(): readonly Group[] {
    this.#ordered ??= [...this.#groups.values()].sort(
      (a, b) => LabelSet.compare(a.labels, b.labels) || compareUtf8(a.route.receiver, b.route.receiver),
    )
    return this.#ordered
  }

  get groups(): Iterable<Group> {
    return this.#groups.values()
  }

  get(id: string): Group | undefined {
    return this.#groups.get(id)
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

  /** The receivers of the routes that an alert with these labels takes. Often the very list that others have. */
  receiversOf(labels: LabelSet): readonly string[] {
    return this.#placements.get(labels)?.receivers ?? this.#receiversOf(matchRoutes(this.root, labels))
  }

  /** The groups that an alert with these labels is in. */
  groupsOf(labels: LabelSet): readonly Group[] {
    return this.#placements.get(labels)?.groups ?? []
  }

  start(): void {
    this.#running = true
    for (const group of this.#groups.values()) this.#startGroup(group)
  }

  /** When the groups of an alert flush next. */
  flushDelays(labels: LabelSet): FlushDelays {
    const delays = new Map<string, number>()
    for (const { id } of this.#placesOf(labels)) {
      const delayMs = this.#groups.get(id)?.flushDelayMs
      if (delayMs !== undefined) delays.set(id, delayMs)
    }
    return delays
  }

  /**
   * Puts an alert into the groups that it belongs to, making those that are missing.
   *
   * @param delays for an alert from another member: a group that is made for it flushes when it does there
   */
  dispatch(alert: Alert, delays?: FlushDelays): void {
    const known = this.#placements.get(alert.labels)?.groups
    if (known?.every(({ isGone }) => !isGone)) {
      for (const group of known) group.insert(alert)
      return
    }
    const groups = this.#placesOf(alert.labels).map(({ route, labels, id }) =>
      this.#groupAt(id, route, labels, alert, delays),
    )
    for (const group of groups) group.insert(alert)
    if (!isSame(groups, this.#latest.groups)) {
      this.#latest = { groups, receivers: this.#receiversOf(groups.map(({ route }) => route)) }
    }
    if (this.#placements.size >= MAX_REMEMBERED) this.#placements.clear()
    this.#placements.set(alert.labels, this.#latest)
  }

  #receiversOf(routes: readonly Route[]): readonly string[] {
    const names = routes.map(({ receiver }) => receiver)
    const key = names.join('\0')
    const known = this.#receivers.get(key)
    if (known !== undefined) return known
    if (this.#receivers.size < MAX_REMEMBERED) this.#receivers.set(key, names)
    return names
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

  #groupAt(id: string, route: Route, labels: LabelSet, first: Alert, delays?: FlushDelays): Group {
    const known = this.#groups.get(id)
    if (known !== undefined) return known
    const { clock, log, notify, renderLabels, tracer, allowanceMs } = this.#options
    const group = new Group({
      ...{ route, labels, clock, log, notify, renderLabels, tracer, allowanceMs, gate: this.#gate },
      draining: this.#draining.signal,
      halt: this.#halt.signal,
      onEmpty: (empty) => this.#remove(empty),
    })
    this.#groups.set(id, group)
    this.#ordered = undefined
    if (log.get(id) === undefined) {
      const mostMs = Math.max(route.groupWaitMs, route.groupIntervalMs)
      const delayMs = Math.min(delays?.get(id) ?? this.#firstDelayMs(route, first), mostMs)
      log.schedule(id, clock.nowMs() + delayMs)
    }
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
    const { flushAtMs, unfinished } = log.get(group.id) ?? { flushAtMs: nowMs, unfinished: false }
    const delayMs = resumeDelayMs({ ...group.route, flushAtMs, nowMs, ranUntilMs: this.#ranUntilMs })
    group.start(unfinished ? 0 : delayMs)
  }

  #remove(group: Group): void {
    this.#groups.delete(group.id)
    this.#ordered = undefined
    this.#options.log.delete(group.id)
  }
}

function isSame(one: readonly Group[], other: readonly Group[]): boolean {
  return one.length === other.length && one.every((group, index) => group === other[index])
}

import type { Clock } from '#lib/clock.ts'
import type { LabelSet } from '#lib/labels.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { Alert } from './alert.ts'
import type { Replica } from './cluster/replica.ts'
import type { Turns } from './cluster/turns.ts'
import type { AlertmanagerConfig } from './config/alertmanager-yml.ts'
import { isLabelName } from './config/label-names.ts'
import type { ReceiverConfig } from './config/receivers/receivers.ts'
import type { RouterEvents } from './events.ts'
import type { FlushDelays } from './group/dispatcher.ts'
import type { Group } from './group/group.ts'
import { buildInForce, type InForce } from './in-force.ts'
import type { Inhibition } from './inhibit/inhibitor.ts'
import type { Muter } from './mute/mute.ts'
import { type TimeMute, timeMuteOf } from './mute/time-mute.ts'
import { type BuildDeps, buildReceivers, templateLibrary } from './notify/build-receivers.ts'
import type { Receiver } from './notify/receiver.ts'
import { OwnSources } from './own-alerts/sources.ts'
import { Admission } from './receive/admission.ts'
import type { PostableAlert } from './receive/postable-alerts.ts'
import { type Received, receiveAlerts } from './receive/receive.ts'
import type { Route } from './route/tree.ts'
import type { Silences } from './silence/silences.ts'
import { RouterState, type StateOptions } from './store/state.ts'
import type { TemplateLibrary } from './template/templates.ts'
import { dispatchAll } from './tracing/routed-alerts.ts'
import { NO_SPAN, type Span } from './tracing/span.ts'
import { NO_TRACER, type Tracer } from './tracing/tracer.ts'

export interface PipelineOptions extends BuildDeps, StateOptions {
  readonly config: AlertmanagerConfig
  readonly clock: Clock
  readonly events: RouterEvents
  /** Which of the members that share the state tells. */
  readonly turns: Turns
  readonly random: () => number
  /** Most alerts that are kept, resolved ones that are still to be told included. */
  readonly maxAlerts: number
  /** How much all of them may be together, in bytes. */
  readonly maxAlertBytes: number
  /** Most alerts of one alertname, beyond which new ones are dropped; none unless told. */
  readonly maxAlertsPerName?: number
  readonly observeLatency: (integration: string, seconds: number) => void
  readonly observeDispatch: (seconds: number, alerts: number) => void
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
  readonly state: RouterState
  /** What raises alerts within the router. */
  readonly own: OwnSources
  readonly #options: PipelineOptions
  readonly #admission: Admission
  #built: InForce | undefined
  #running = false
  /** Tracers of configurations before that still send what they have. */
  #closing: Promise<unknown> = Promise.resolve()
  /** Until when the timers of the groups ran before those of now, epoch milliseconds. */
  #ranUntilMs = 0

  constructor(options: PipelineOptions) {
    this.#options = options
    this.state = new RouterState(options, (name) => isLabelName(name, this.config.matcherMode))
    this.own = new OwnSources({ ...options, state: this.state, put: (alerts) => void this.#put(alerts) })
    this.#admission = new Admission({
      ...{ ...options, alerts: this.state.alerts, maxBytes: options.maxAlertBytes },
      maxAlertsPerName: options.maxAlertsPerName ?? 0,
      makeRoom: () => this.collectAlerts(),
    })
    this.dispatching = {
      name: 'alert dispatcher',
      start: () => {
        this.#running = true
        this.#inForce.dispatcher.start()
        this.own.start()
      },
      stop: async (deadline) => {
        this.#running = false
        this.own.stop()
        await this.#inForce.dispatcher.stop(deadline)
      },
    }
  }

  /** Loads what the process before left, and rebuilds the groups. */
  async start(): Promise<void> {
    const nowMs = this.#options.clock.nowMs()
    const { config } = this.#options
    this.state.load({ nowMs, graceMs: config.resolveTimeoutMs })
    this.#admission.load(this.state.alerts.values(), nowMs)
    this.#ranUntilMs = this.state.ranUntilMs
    this.#enforce(await buildInForce(config, this.state, this.#options))
    this.own.load(config.own)
  }

  /** Sends the traces that are left. */
  async stop(deadline: AbortSignal): Promise<void> {
    await Promise.all([this.#closing, this.tracer.close(deadline)])
  }

  /** Takes alerts: receive > store > route > group. */
  receive(incoming: readonly PostableAlert[], span: Span = NO_SPAN): Received {
    const nowMs = this.#options.clock.nowMs()
    const { resolveTimeoutMs, matcherMode } = this.config
    const { events } = this.#options
    const received = receiveAlerts(incoming, {
      ...{ nowMs, resolveTimeoutMs, matcherMode, events },
      known: (fingerprint) => this.state.alerts.get(fingerprint),
    })
    const { alerts, problems } = this.own.alerts.refuse(received)
    const admitted = this.#admission.admit(alerts, nowMs)
    const { stored, safe } = this.#put(admitted.alerts, span)
    this.own.heartbeats.heard(stored)
    const { limited, oversized } = admitted
    return { problems, limited, oversized, safe }
  }

  /** Stores alerts, received ones or the router's own, and puts them into their groups. */
  #put(alerts: readonly Alert[], parent: Span = NO_SPAN): ReturnType<RouterState['alerts']['put']> {
    const { acknowledgements } = this.state
    const attributes = { 'alerting.alerts.count': alerts.length }
    const span = parent.child('provider.mem.Put', { kind: 'producer', attributes })
    // An occurrence may have run out unnoticed, or end with what came now.
    acknowledgements.release(alerts)
    const { stored, safe } = this.state.alerts.put(alerts, this.#options.clock.nowMs())
    this.#take(stored, span)
    span.end()
    return { stored, safe }
  }

  /** Takes over alerts that another member of the cluster received; returns those that this changed. */
  merge(replicas: readonly Replica[]): readonly Alert[] {
    const alerts = replicas.map(({ alert }) => alert)
    const admitted = this.#admission.admit(alerts, this.#options.clock.nowMs())
    const changed = this.state.alerts.merge(admitted.alerts)
    const delaysOf = new Map(replicas.map(({ alert, delays }) => [alert.labels.fingerprint, delays]))
    this.#take(changed, NO_SPAN, (alert) => delaysOf.get(alert.labels.fingerprint))
    this.own.heartbeats.heard(changed, true)
    return changed
  }

  /** What is stored goes where it belongs. */
  #take(stored: readonly Alert[], span: Span, delaysOf?: (alert: Alert) => FlushDelays | undefined): void {
    const { clock, observeDispatch } = this.#options
    this.state.acknowledgements.release(stored)
    // All of one request inhibit before the first of them can be told.
    for (const alert of stored) this.#inForce.inhibitor.put(alert)
    const startedMs = clock.monotonicMs()
    dispatchAll(stored, this.#inForce.dispatcher, span, delaysOf)
    observeDispatch((clock.monotonicMs() - startedMs) / 1_000, stored.length)
  }

  /** When the groups of an alert flush next, so that those of other members can flush at the same time. */
  flushDelays(labels: LabelSet): FlushDelays {
    return this.#inForce.dispatcher.flushDelays(labels)
  }

  /**
   * Puts another configuration in force. Groups that it makes too keep their timers. Rejects, and changes nothing,
   * when a receiver of it cannot be built, or a file for tracing not be read.
   */
  async apply(config: AlertmanagerConfig): Promise<void> {
    const { clock } = this.#options
    const before = this.#inForce
    const next = await buildInForce(config, this.state, this.#options, before)
    const stoppedMs = clock.nowMs()
    const deadline = new AbortController()
    const cancel = clock.after(RELOAD_DRAIN_MS, () => deadline.abort())
    await before.dispatcher.stop(deadline.signal)
    cancel()
    // A timer that was due in this very millisecond may not have fired. Before the start none has.
    if (this.#running) this.#ranUntilMs = stoppedMs - 1
    this.#enforce(next)
    if (this.#running) next.dispatcher.start()
    this.own.configure(config.own)
    // Who takes traces may hang, and the reload is done.
    if (before.tracer !== next.tracer) this.#closing = Promise.all([this.#closing, before.tracer.close()])
  }

  /** What inhibits is complete before the first group can be told. */
  #enforce(next: InForce): void {
    for (const alert of this.state.alerts.values()) next.inhibitor.put(alert)
    next.dispatcher.restore({ alerts: this.state.alerts.values(), ranUntilMs: this.#ranUntilMs })
    this.#built = next
  }

  get #inForce(): InForce {
    if (this.#built === undefined) throw new Error('the pipeline is not started')
    return this.#built
  }

  /** Keeps what the disk knows of firing alerts from running out. */
  saveEnds(): void {
    this.state.alerts.saveEnds(this.#options.clock.nowMs())
  }

  /** Forgets resolved alerts that every group has told about. */
  collectAlerts(): void {
    this.#inForce.inhibitor.collectGarbage()
    this.#admission.collectGarbage(this.#options.clock.nowMs())
    // Mostly there is nobody of whom to ask.
    let held: ReadonlySet<string> | undefined
    this.state.alerts.collectGarbage(this.#options.clock.nowMs(), (fingerprint) => {
      held ??= this.state.groups.heldAlerts()
      return held.has(fingerprint)
    })
    this.state.acknowledgements.collectGarbage()
  }

  /** Forgets notifications that are past their expiry. */
  collectNotifications(): void {
    this.state.collectNotifications()
  }

  /** What keeps single alerts from being told, in the order in which it is asked. */
  get muters(): readonly Muter[] {
    return this.#inForce.muters
  }

  /** What inhibits an alert with these labels. */
  inhibitionOf(labels: LabelSet): Inhibition | undefined {
    return this.#inForce.inhibitor.inhibitionOf(labels)
  }

  /** Whether the time is one at which a route tells nothing; now unless told. */
  timeMuteOf(route: Route, atMs = this.#options.clock.nowMs()): TimeMute | undefined {
    return timeMuteOf(route, this.#inForce.timeIntervals, atMs)
  }

  get silences(): Silences {
    return this.state.silences
  }

  get config(): AlertmanagerConfig {
    return this.#built?.config ?? this.#options.config
  }

  /** Starts traces of what is done by the configuration in force. */
  get tracer(): Tracer {
    return this.#built?.tracer ?? NO_TRACER
  }

  get root(): Route {
    return this.#inForce.dispatcher.root
  }

  /** The receivers of the routes that an alert with these labels takes. Often the very list that others have. */
  receiversOf(labels: LabelSet): readonly string[] {
    return this.#inForce.dispatcher.receiversOf(labels)
  }

  /** The texts in force; where nobody is told anything, the default ones. */
  async templates(): Promise<TemplateLibrary> {
    return templateLibrary(this.#inForce.templates, this.#options)
  }

  /** A receiver that is ready to notify by the texts in force, whether or not a route leads to it. */
  async buildReceiver(receiver: ReceiverConfig): Promise<Receiver> {
    const config = { ...this.config, receivers: [receiver] }
    const built = await buildReceivers(config, new Set([receiver.name]), await this.templates(), this.#options)
    return built.get(receiver.name)!
  }

  /** Base of links back to this router, without a slash at the end. */
  get externalUrl(): string {
    return this.#options.externalUrl()
  }

  alerts(): Iterable<Alert> {
    return this.state.alerts.values()
  }

  /** The groups by their labels, then by their receivers. */
  orderedGroups(): readonly Group[] {
    return this.#inForce.dispatcher.ordered
  }

  groups(): Iterable<Group> {
    return this.#inForce.dispatcher.groups
  }

  groupOf(id: string): Group | undefined {
    return this.#inForce.dispatcher.get(id)
  }

  /** Whether groups tell when their time comes. */
  get isDispatching(): boolean {
    return this.#running
  }
}

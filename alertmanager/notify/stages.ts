import type { Acknowledgements } from '../acknowledge/acknowledgements.ts'
import type { Turns } from '../cluster/turns.ts'
import type { FallbackRule } from '../config/fallback.ts'
import type { Flush, FlushedAlert, FlushOutcome } from '../group/flush.ts'
import type { QuietKind } from '../journal/journal.ts'
import { type MuteReason, type Muter, type Sifted, sift } from '../mute/mute.ts'
import type { TimeIntervals } from '../mute/time-intervals.ts'
import { timeMuteOf } from '../mute/time-mute.ts'
import type { FailureLog } from '../store/failures.ts'
import { type NotificationEntry, type NotificationKey, type NotificationLog, printKey } from '../store/nflog.ts'
import { withFingerprints } from '../store/nflog-snapshot.ts'
import { inSpan } from '../tracing/span.ts'
import { alertSets, notificationReason } from './dedup.ts'
import { FallbackOfFlush, type FallbackScope } from './fallback.ts'
import type { Integration, Receiver, ReceiverData } from './receiver.ts'
import { type SendOptions, send } from './send.ts'
import { inTurn } from './take-turn.ts'
import { isOpen, withMuted } from './told.ts'

export interface NotifyOptions extends SendOptions {
  readonly receivers: ReadonlyMap<string, Receiver>
  readonly muters: readonly Muter[]
  readonly timeIntervals: TimeIntervals
  readonly nflog: NotificationLog
  readonly acknowledgements: Pick<Acknowledgements, 'covers'>
  readonly retentionMs: number
  /** Who is told in place of whom. */
  readonly fallback: FallbackRule | undefined
  readonly failures: FailureLog
  readonly turns: Turns
}

const NOTHING: FlushOutcome = { told: true, held: new Set() }
const FAILED: FlushOutcome = { told: false, held: new Set() }

/**
 * Brings a flush to its receiver: mute > dedup > retry > record, each integration for itself. A muted alert is not told,
 * with one exception: the end of what a receiver was told about. It is told while the alert is silenced or inhibited,
 * since nobody else would close what the firing opened; at times at which the route tells nothing it is held until then.
 */
export function createNotify(options: NotifyOptions): (flush: Flush) => Promise<FlushOutcome> {
  const { receivers, muters, timeIntervals, events, journal, turns } = options
  const notify = async (begun: Flush): Promise<FlushOutcome> => {
    const mustSettle = !turns.isSettled
    if (mustSettle) await turns.settled(stopOf(begun))
    if (!turns.isSettled) return FAILED
    const flush = mustSettle ? renewed(begun) : begun
    const timeMute = timeMuteOf(flush.route, timeIntervals, flush.tickMs)
    const muting = flush.span.child('notify.MuteStage.Exec', { attributes: countOf(flush.alerts) })
    const onSuppressed = (reason: MuteReason, count: number) => {
      muting.event('muted alerts', { 'alerting.suppressed.reason': reason, 'alerting.alerts.muted.count': count })
      events.suppressed({ reason }, { count })
    }
    const sifted = sift(flush.alerts, { muters, timeMute, onSuppressed })
    muting.set({
      'alerting.alerts.muted.count': sifted.muted.length,
      'alerting.alerts.filtered.count': sifted.told.size,
    })
    muting.end()
    const integrationsOf = (receiver: string) => receivers.get(receiver)?.integrations ?? []
    const tell = async (integration: Integration, to = flush, scope: FallbackScope = 'everything') => {
      const delivery = new Delivery(integration, to, sifted, options, scope)
      return timeMute === undefined ? await delivery.tell() : delivery.hold()
    }
    const fallback = FallbackOfFlush.begin(flush, { ...options, rule: options.fallback, integrationsOf, tell })
    if (integrationsOf(flush.route.receiver).length === 0) journal.quiet(flush, undefined, { kind: 'no_integration' })
    const outcomes = await Promise.all(
      integrationsOf(flush.route.receiver).map(
        (integration) => fallback?.watch(integration, tell) ?? tell(integration),
      ),
    )
    return [...outcomes, ...((await fallback?.ended()) ?? [])].reduce(joined, NOTHING)
  }
  return (flush) => {
    const attributes = { 'alerting.notify.receiver.name': flush.route.receiver, ...countOf(flush.alerts) }
    const routing = flush.span.child('notify.RoutingStage.Exec', { attributes })
    return inSpan(routing, (span) => notify({ ...flush, span }))
  }
}

function countOf(alerts: readonly FlushedAlert[]) {
  return { 'alerting.alerts.count': alerts.length }
}

function joined(a: FlushOutcome, b: FlushOutcome): FlushOutcome {
  return { told: a.told && b.told, held: b.held.size === 0 ? a.held : new Set([...a.held, ...b.held]) }
}

/** The flush with the alerts as they are now. */
function renewed(flush: Flush): Flush {
  return { ...flush, alerts: flush.alertsNow() }
}

function stopOf({ signal, draining }: Flush): AbortSignal {
  return AbortSignal.any([signal, draining])
}

/** One flush on its way through one integration. */
class Delivery {
  readonly #integration: Integration
  readonly #flush: Flush
  readonly #sifted: Sifted
  readonly #options: NotifyOptions
  readonly #scope: FallbackScope
  readonly #key: NotificationKey
  /** What was told last, as it is to be seen now. */
  readonly #last: NotificationEntry | undefined

  constructor(integration: Integration, flush: Flush, sifted: Sifted, options: NotifyOptions, scope: FallbackScope) {
    const { kind, index, sendResolved } = integration
    this.#integration = integration
    this.#flush = flush
    this.#sifted = sifted
    this.#options = options
    this.#scope = scope
    this.#key = { groupKey: flush.logKey, receiver: flush.route.receiver, integration: kind, index }
    const logged = options.nflog.get(this.#key)
    this.#last = logged && this.#upToDate(withMuted(this.#named(logged), sifted.muted, sendResolved), logged)
  }

  /** At a time at which nothing is told: keeps the ends that are to be told later. */
  hold(): FlushOutcome {
    const held = this.#sifted.muted.filter((flushed) => !flushed.firing && this.#isOpen(flushed))
    this.#quiet('muted_by_time', held.length)
    return { told: true, held: new Set(held.map(({ alert }) => alert.labels.fingerprint)) }
  }

  async tell(hasWaited = false): Promise<FlushOutcome> {
    const { sendResolved } = this.#integration
    const { alerts, sets, reason } = this.#tracedNews()
    if (alerts.length === 0) return this.#quiet(this.#scope === 'open' ? 'nothing_new' : 'muted')
    if (reason === 'none') return this.#quiet('nothing_new')
    if (reason === 'repeat interval elapsed' && this.#isAcknowledged(alerts)) return this.#quiet('acknowledged')
    if (!hasWaited && this.#options.turns.mustWait(printKey(this.#key))) return this.#tellInTurn()

    let receiverData = this.#last?.receiverData ?? {}
    // Where the end is not told, the log still has to know of it.
    if (sendResolved || sets.firing.size > 0) {
      const spoken = alerts.filter(({ firing }) => firing || sendResolved)
      const message = { reason, alerts: spoken, receiverData, mutedBy: this.#sifted.mutedBy }
      const turn = this.#inTurn()
      const result = await send(message, this.#flush, turn.integration, this.#options)
      if (!result.ok) return FAILED
      if (turn.isSuperseded()) return NOTHING
      receiverData = result.receiverData ?? receiverData
    } else this.#quiet('end_not_wanted')
    this.#record(alerts, receiverData)
    return NOTHING
  }

  /** Tells the journal why nothing is sent. */
  #quiet(kind: QuietKind, held = 0): FlushOutcome {
    this.#options.journal.quiet(this.#flush, this.#integration, { kind, held, mutedBy: this.#sifted.mutedBy })
    return NOTHING
  }

  #tracedNews() {
    const attributes = { 'alerting.group.key': this.#flush.groupKey, ...countOf(this.#flush.alerts) }
    const span = this.#flush.span.child('notify.DedupStage.Exec', { attributes })
    const news = this.#news()
    span.set({ 'alerting.notify.integration.name': this.#integration.kind, 'alerting.notify.reason': news.reason })
    span.end()
    return news
  }

  /** What there is to tell, and why. */
  #news() {
    const { told } = this.#sifted
    const alerts = this.#flush.alerts.filter((flushed) => {
      return this.#isConcerned(flushed) && (told.has(flushed) || (!flushed.firing && this.#isOpen(flushed)))
    })
    const sets = alertSets(alerts)
    if (alerts.length === 0) return { alerts, sets, reason: 'none' as const }
    this.#options.events.nflogQueried({})
    const { sendResolved } = this.#integration
    const reason = notificationReason(sets, this.#last, { ...this.#flush, ...this.#flush.route, sendResolved })
    const isNothing = this.#scope === 'open' && reason === 'repeat interval elapsed'
    return { alerts, sets, reason: isNothing ? ('none' as const) : reason }
  }

  /** Other members may have the same to tell. What is told after the waiting is what there is then. */
  async #tellInTurn(): Promise<FlushOutcome> {
    const stop = stopOf(this.#flush)
    const { turns, journal } = this.#options
    const detail = 'its turn among the members of the cluster'
    journal.quiet(this.#flush, this.#integration, { kind: 'waiting', detail })
    const isItsTurn = await turns.wait(printKey(this.#key), this.#isNews, stop)
    if (isItsTurn) return this.#renewed().tell(true)
    return stop.aborted ? FAILED : this.#quiet('nothing_new')
  }

  #inTurn() {
    const { turns } = this.#options
    if (turns.isAlone) return { integration: this.#integration, isSuperseded: () => false }
    return inTurn(this.#integration, { turns, id: printKey(this.#key), isNews: this.#isNews })
  }

  readonly #isNews = (): boolean => this.#renewed().#news().reason !== 'none'

  #renewed(): Delivery {
    const { muters } = this.#options
    const flush = renewed(this.#flush)
    const sifted = sift(flush.alerts, { muters, timeMute: undefined, onSuppressed: () => {} })
    return new Delivery(this.#integration, flush, sifted, this.#options, this.#scope)
  }

  #named(entry: NotificationEntry): NotificationEntry {
    return withFingerprints(entry, () => this.#flush.alerts.map(({ alert }) => alert.labels))
  }

  #isConcerned(flushed: FlushedAlert): boolean {
    if (this.#scope === 'everything') return true
    return flushed.firing ? this.#last?.firing.has(flushed.alert.labels.fingerprint) === true : this.#isOpen(flushed)
  }

  /** Whether somebody looks after all that fires: then it is not told once more. */
  #isAcknowledged(alerts: readonly FlushedAlert[]): boolean {
    const { acknowledgements, events } = this.#options
    const isAcknowledged = alerts.every(({ alert, firing }) => !firing || acknowledgements.covers(alert))
    if (isAcknowledged) events.acknowledged({}, { groupKey: this.#flush.groupKey })
    return isAcknowledged
  }

  #isOpen(flushed: FlushedAlert): boolean {
    return this.#last !== undefined && isOpen(this.#last, flushed)
  }

  #record(alerts: readonly FlushedAlert[], receiverData: ReceiverData): void {
    const sets = alertSets(alerts)
    const attributes = {
      ...{ 'alerting.group.key': this.#flush.groupKey, ...countOf(alerts) },
      'alerting.alerts.firing.count': sets.firing.size,
      'alerting.alerts.resolved.count': sets.resolved.size,
    }
    const span = this.#flush.span.child('notify.SetNotifiesStage.Exec', { attributes })
    const untold = this.#scope === 'open' ? this.#flush.alerts : this.#sifted.muted
    const stillMuted = untold.filter(({ firing }) => firing)
    const fingerprints = new Set(stillMuted.map(({ alert }) => alert.labels.fingerprint))
    const parked = this.#last?.parked.intersection(fingerprints) ?? new Set()
    this.#save({
      ...sets,
      parked,
      receiverData,
      sentAtMs: this.#sentAtMs(),
      expiresAtMs: this.#expiry(),
    })
    span.end()
  }

  /** A member whose clock is behind must not have told before what it follows. */
  #sentAtMs(): number {
    const { turns, nflog } = this.#options
    const lastMs = turns.isAlone ? undefined : nflog.get(this.#key)?.sentAtMs
    return Math.max(this.#flush.tickMs, (lastMs ?? 0) + 1)
  }

  /** Keeps what is told of alerts that are still there from being forgotten, however long they are muted. */
  #upToDate(entry: NotificationEntry, logged: NotificationEntry): NotificationEntry {
    const { alerts, route } = this.#flush
    const endsSoon = entry.expiresAtMs < this.#options.clock.nowMs() + 2 * route.groupIntervalMs
    const kept =
      endsSoon && alerts.some((flushed) => isOpen(entry, flushed))
        ? { ...entry, expiresAtMs: Math.max(entry.expiresAtMs, this.#expiry()) }
        : entry
    if (kept !== logged) this.#save(kept)
    return kept
  }

  /** Upstream's; but an entry that is gone at the next tick would make the end of an alert unknown. */
  #expiry(): number {
    const { repeatIntervalMs, groupIntervalMs } = this.#flush.route
    const kept = Math.min(this.#options.retentionMs, 2 * repeatIntervalMs)
    return Math.round(this.#options.clock.nowMs() + Math.max(kept, 3 * groupIntervalMs))
  }

  #save(entry: NotificationEntry): void {
    // A full disk must not make anyone hear the same again: memory knows, and the file follows when it can.
    void this.#options.nflog.record(this.#key, entry)
  }
}

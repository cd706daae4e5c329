import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import { isLabelName } from '../../config/label-names.ts'
import type { RouterEvents } from '../../events.ts'
import type { Pipeline } from '../../pipeline.ts'
import type { Channel, Remote } from '../channel.ts'
import type { Cluster } from '../cluster.ts'
import type { Turns } from '../turns.ts'
import { AcknowledgementState } from './acknowledgement-state.ts'
import { AlertState } from './alert-state.ts'
import { inParts } from './comparison.ts'
import { Ends } from './ends.ts'
import { Inbox } from './inbox.ts'
import { NotificationState } from './nflog-state.ts'
import { Session } from './session.ts'
import type { MergeResult, SharedState, StateKey } from './shared-state.ts'
import { SilenceState } from './silence-state.ts'
import { Tombstones } from './tombstones.ts'

export interface ReplicationOptions {
  readonly channel: Channel
  readonly cluster: Cluster
  readonly pipeline: Pipeline
  readonly turns: Turns
  readonly clock: Clock
  readonly events: RouterEvents
  /** How long changes of alerts are collected before they are sent. */
  readonly gossipIntervalMs: number
  /** How often members compare all that they know. */
  readonly pushpullIntervalMs: number
}

/** Most alerts of which it is remembered that they ended. */
const MAX_TOMBSTONES = 50_000
/** Longest that a member which has just come waits for what the others know before it tells anybody. */
const MAX_SYNC_WAIT_MS = 15_000

/**
 * Keeps silences, what was told, acknowledgements, and alerts alike on all members of a cluster. What changes here is sent to all others;
 * what comes from them is not passed on, as they all know each other. Now and then, and when a connection is made, two
 * members compare what they know, and send each other what differs.
 */
export class Replication implements Service {
  readonly name = 'replication'
  /** How many records of other members told something new. */
  readonly news: Record<StateKey, number> = { sil: 0, nfl: 0, akn: 0, alr: 0 }
  readonly #options: ReplicationOptions
  readonly #alerts: AlertState
  readonly #states: ReadonlyMap<StateKey, SharedState>
  readonly #ends: Ends
  readonly #inboxes = new Map<Remote, Inbox>()
  readonly #behind = new Set<Remote>()
  readonly #inSync = Promise.withResolvers<void>()
  /** Alerts and attempts that others are to hear of soon. */
  readonly #changed = new Set<string>()
  readonly #attempts = new Map<string, boolean>()
  #isStopped = false
  readonly #cancels = new Set<() => void>()

  constructor(options: ReplicationOptions) {
    const { pipeline, clock, turns } = options
    const { alerts, silences, nflog, acknowledgements } = pipeline.state
    this.#options = options
    const tombstones = new Tombstones(MAX_TOMBSTONES)
    this.#alerts = new AlertState({ pipeline, clock, tombstones, onMerged: (merged) => this.#ends.expect(merged) })
    const names = (name: string) => isLabelName(name, pipeline.config.matcherMode)
    const states = [
      new SilenceState({ silences, clock, isLabelName: names }),
      new NotificationState({ nflog, clock }),
      new AcknowledgementState({ acknowledgements, clock, isLabelName: names }),
      this.#alerts,
    ]
    this.#states = new Map(states.map((state) => [state.key, state]))
    this.#ends = new Ends({
      ...{ alerts, clock, pause: this.#pause },
      ask: (ends) => this.#sessions((session) => session.ask(ends)),
    })
    silences.watch(({ silence, merged }) => {
      if (!merged) this.#sessions(({ outbox }) => outbox.add('update', 'sil', silence.id))
    })
    nflog.watch(({ id, merged }) => {
      if (!merged) this.#sessions(({ outbox }) => outbox.add('update', 'nfl', id))
    })
    acknowledgements.watch(({ id, merged }) => {
      if (!merged) this.#sessions(({ outbox }) => outbox.add('update', 'akn', id))
    })
    alerts.watch({
      changed: (changed) => this.#tellLater(changed.map(({ labels }) => labels.fingerprint)),
      forgotten: (forgotten) => {
        for (const alert of forgotten) tombstones.add(alert)
      },
    })
    turns.announceTo(
      (id, isUnderWay) => this.#announce(id, isUnderWay),
      () => this.#whenInSync(),
    )
  }

  start(): void {
    const { channel } = this.#options
    channel.listen({
      onConnect: (remote) => this.#connect(remote),
      onMessage: (remote, _type, message) => this.#inboxes.get(remote)?.add(message),
      onDisconnect: (remote) => this.#disconnect(remote),
    })
    for (const remote of channel.remotes) this.#connect(remote)
    this.#ends.start()
    this.#compareLater()
  }

  stop(): void {
    this.#isStopped = true
    this.#ends.stop()
    for (const cancel of this.#cancels) cancel()
    for (const remote of this.#inboxes.keys()) this.#close(remote)
  }

  readonly #pause = (): Promise<void> => this.#options.clock.sleep(0)

  #sessions(visit: (session: Session) => void): void {
    for (const { session } of this.#inboxes.values()) visit(session)
  }

  #connect(remote: Remote): void {
    if (this.#isStopped || this.#inboxes.has(remote)) return
    const { cluster, clock, turns, gossipIntervalMs, events } = this.#options
    const session = new Session({
      ...{ remote, clock, turns, states: this.#states, alerts: this.#alerts, pause: this.#pause },
      isLeading: cluster.name < remote.name,
      retryMs: gossipIntervalMs,
      onMerged: (key, result) => this.#onMerged(remote, key, result),
      onOversized: (key) => events.replicaOversized({ key }),
      onMalformed: (name, problem) => events.clusterMessageRefused({}, { remote: name, problem }),
      onSkew: (name, aheadMs) => events.clockSkewed({}, { remote: name, ahead_ms: aheadMs }),
      onInSync: () => this.#settle(remote),
    })
    this.#inboxes.set(remote, new Inbox(session, this.#pause))
    this.#behind.add(remote)
    session.compare()
  }

  #disconnect(remote: Remote): void {
    this.#close(remote)
    this.#options.turns.forget(remote.name)
  }

  #close(remote: Remote): void {
    this.#inboxes.get(remote)?.close()
    this.#inboxes.delete(remote)
    this.#settle(remote)
  }

  #settle(remote: Remote): void {
    this.#behind.delete(remote)
    if (this.#behind.size === 0) this.#inSync.resolve()
  }

  async #whenInSync(): Promise<void> {
    if (this.#behind.size > 0) await Promise.race([this.#inSync.promise, this.#options.clock.sleep(MAX_SYNC_WAIT_MS)])
  }

  #onMerged(remote: Remote, key: StateKey, { news, same, stale, refused }: MergeResult): void {
    const { events, turns } = this.#options
    this.news[key] += news
    if (refused.length > 0) {
      events.replicaRefused({ key }, { count: refused.length, remote: remote.name, problem: refused[0] })
    }
    if (key === 'nfl') for (const id of [...same, ...stale]) turns.note(remote.name, id, false)
    // Whoever told this member told all others.
    if (key === 'alr') for (const id of same) this.#changed.delete(id)
    this.#sessions(({ outbox }) => {
      for (const id of same) outbox.spare(key, id)
    })
  }

  /** Where senders send to all members, most of what one would tell the others it hears from one of them meanwhile. */
  #tellLater(fingerprints: readonly string[]): void {
    if (this.#inboxes.size === 0) return
    const isFirst = this.#changed.size === 0
    for (const fingerprint of fingerprints) this.#changed.add(fingerprint)
    if (!isFirst) return
    this.#after(this.#options.gossipIntervalMs, () => {
      this.#sessions(({ outbox }) => {
        for (const fingerprint of this.#changed) outbox.add('update', 'alr', fingerprint)
      })
      this.#changed.clear()
    })
  }

  #announce(id: string, isUnderWay: boolean): void {
    if (this.#inboxes.size === 0) return
    if (this.#attempts.size === 0) this.#after(0, () => this.#sendAttempts())
    this.#attempts.set(id, isUnderWay)
  }

  #sendAttempts(): void {
    const attempts = inParts([...this.#attempts])
    this.#attempts.clear()
    for (const part of attempts) this.#sessions((session) => session.send('update', { t: 'turn', a: part }))
  }

  #compareLater(): void {
    this.#after(this.#options.pushpullIntervalMs, () => {
      this.#sessions((session) => session.compare())
      this.#compareLater()
    })
  }

  #after(delayMs: number, act: () => void): void {
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#cancels.delete(cancel)
      act()
    })
    this.#cancels.add(cancel)
  }
}

import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { Clock } from '#lib/clock.ts'
import { parseDuration } from '#lib/duration.ts'
import { LabelSet } from '#lib/labels.ts'
import { Replication } from '../../../../alertmanager/cluster/replication/replication.ts'
import { Turns } from '../../../../alertmanager/cluster/turns.ts'
import { momentOf } from '../../../../alertmanager/moment.ts'
import type { Transports } from '../../../../alertmanager/notify/build-receivers.ts'
import type { HttpResponse } from '../../../../alertmanager/notify/http/request.ts'
import { ManualClock } from '../../../support/manual-clock.ts'
import { memoryDirectory } from '../../../support/temporary.ts'
import { postable } from '../../support/postable.ts'
import { startTestRouter, type TestRouter } from '../../support/test-router.ts'
import { Network, type NetworkOptions } from './network.ts'
import { SkewedClock } from './skewed-clock.ts'

export const PEER_TIMEOUT_MS = 15_000

/** A notification as it arrived: when, from whom, where to, and the alerts, named by their `alertname` and `n`. */
export interface ClusterArrival {
  readonly atMs: number
  readonly by: string
  readonly receiver: string
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
}

export interface ClusterExpected {
  readonly firing?: readonly string[]
  readonly resolved?: readonly string[]
  /** The member that tells. */
  readonly by?: string
}

export interface ClusterStoryOptions extends Omit<NetworkOptions, 'clock'> {
  readonly yaml: string
  readonly members?: readonly string[]
  /** By how much the clocks of members are ahead, in milliseconds. */
  readonly aheadMs?: Readonly<Record<string, number>>
}

type Labels = Readonly<Record<string, string>>

export interface RunningMember {
  readonly router: TestRouter
  readonly replication: Replication
  readonly clock: Clock
}

/** How often senders say again what fires, and how long that is good for: Prometheus' defaults. */
const RESEND_MS = 60_000
const GRANTED_MS = 240_000

/**
 * A story of alerts that several members of a cluster hear of, on one clock that moves by itself:
 *
 *     const story = clusterTimeline(t, { yaml })
 *     story.at('1s').fire({ alertname: 'A' })
 *     story.at('20s').kill('a')
 *     story.between('31s', '31s').webhook('team', { firing: ['A'], by: 'b' })
 *     await story.run('10m')
 *
 * Whatever arrives and was not expected fails the story.
 */
export function clusterTimeline(t: TestContext, options: ClusterStoryOptions): ClusterTimeline {
  return new ClusterTimeline(t, options)
}

export class ClusterTimeline {
  readonly clock = new ManualClock()
  readonly network: Network
  readonly arrivals: ClusterArrival[] = []
  readonly #options: ClusterStoryOptions
  readonly #directory: string
  readonly #names: readonly string[]
  readonly #members = new Map<string, RunningMember>()
  readonly #steps: { atMs: number; act: () => Promise<void> | void }[] = []
  readonly #expected: { fromMs: number; toMs: number; receiver: string; what: ClusterExpected }[] = []
  /** What senders say again and again, and to whom. */
  readonly #sending = new Map<string, { labels: Labels; to: readonly string[]; startMs: number }>()
  readonly #failing = new Map<string, number>()
  readonly #delays = new Map<string, number>()

  constructor(t: TestContext, options: ClusterStoryOptions) {
    this.#options = options
    this.#names = options.members ?? ['a', 'b', 'c']
    this.network = new Network({ ...options, clock: this.clock })
    this.#directory = memoryDirectory(t)
    t.after(() => Promise.all(this.#names.map((name) => this.kill(name))))
  }

  at(time: string) {
    const atMs = ms(time)
    const step = (act: () => Promise<void> | void) => void this.#steps.push({ atMs, act })
    return {
      /** A sender begins to send an alert, to these members only or else to all, and goes on. */
      fire: (labels: Labels, ...to: string[]) => step(() => this.fire(labels, to.length > 0 ? to : this.#names)),
      /** The alert has ended, and its sender says so to those who heard of it. */
      resolve: (labels: Labels) => step(() => this.resolve(labels)),
      /** The sender is gone, without a word. */
      forsake: (labels: Labels) => step(() => void this.#sending.delete(nameOf(labels))),
      /** Sends an alert once, to these members only, good for so long. */
      pushFor: (left: string, labels: Labels, ...to: string[]) => step(() => this.#send(labels, to, ms(left))),
      silence: (member: string, time: string, labels: Labels) => step(() => this.silence(member, labels, ms(time))),
      unsilence: (member: string) => step(() => this.unsilence(member)),
      kill: (...names: string[]) =>
        step(async () => {
          await Promise.all(names.map((name) => this.kill(name)))
        }),
      start: (...names: string[]) =>
        step(async () => {
          for (const name of names) await this.start(name)
        }),
      partition: (...sets: string[][]) => step(() => this.network.partition(...sets)),
      heal: () => step(() => this.network.heal()),
      /** From here on receivers, or this one, answer what this member sends with this status; 200 mends it. */
      answer: (member: string, status: number, receiver = '') =>
        step(() => void this.#failing.set(member + receiver, status)),
      /** From here on what this member sends takes so long. */
      delay: (member: string, time: string) => step(() => void this.#delays.set(member, ms(time))),
      check: (inspect: (members: ReadonlyMap<string, RunningMember>) => void) => step(() => inspect(this.#members)),
    }
  }

  between(from: string, to: string) {
    const [fromMs, toMs] = [ms(from), ms(to)]
    return {
      webhook: (receiver: string, what: ClusterExpected) => void this.#expected.push({ fromMs, toMs, receiver, what }),
    }
  }

  get members(): ReadonlyMap<string, RunningMember> {
    return this.#members
  }

  async run(until: string): Promise<void> {
    await this.begin()
    for (const { atMs, act } of this.#steps.sort((a, b) => a.atMs - b.atMs)) {
      await this.moveTo(atMs)
      await act()
    }
    await this.moveTo(ms(until))
    this.#verify()
  }

  /** Starts all members, and the sender. */
  async begin(): Promise<void> {
    for (const name of this.#names) await this.start(name)
    const resend = (): void => {
      for (const { labels, to, startMs } of this.#sending.values()) this.#send(labels, to, GRANTED_MS, startMs)
      this.clock.after(RESEND_MS, resend)
    }
    this.clock.after(RESEND_MS, resend)
  }

  async moveTo(atMs: number): Promise<void> {
    await this.clock.advance(Math.max(0, atMs - this.clock.monotonicMs()))
  }

  fire(labels: Labels, to: readonly string[] = this.#names): void {
    const startMs = this.clock.nowMs()
    this.#sending.set(nameOf(labels), { labels, to, startMs })
    this.#send(labels, to, GRANTED_MS, startMs)
  }

  resolve(labels: Labels): void {
    const { to, startMs } = this.#sending.get(nameOf(labels)) ?? { to: this.#names, startMs: this.clock.nowMs() }
    this.#sending.delete(nameOf(labels))
    this.#send(labels, to, 0, startMs)
  }

  silence(member: string, labels: Labels, lengthMs: number): void {
    const matchers = Object.entries(labels).map(([name, value]) => ({ name, operator: '=' as const, value }))
    const { pipeline } = this.#members.get(member)!.router
    const rest = { createdBy: 'me', comment: '', annotations: LabelSet.empty, startsAtMs: undefined, id: undefined }
    assert.ok(pipeline.silences.set({ ...rest, matchers, endsAtMs: this.clock.nowMs() + lengthMs }).ok)
  }

  unsilence(member: string): void {
    const { silences } = this.#members.get(member)!.router.pipeline
    for (const { id } of silences.sorted()) void silences.expire(id)
  }

  async start(name: string): Promise<void> {
    if (this.#members.has(name)) return
    const directory = join(this.#directory, name)
    mkdirSync(directory, { recursive: true })
    const clock = new SkewedClock(this.clock, this.#options.aheadMs?.[name] ?? 0)
    const member = this.network.join(name)
    const turns = new Turns({ cluster: member, clock, peerTimeoutMs: PEER_TIMEOUT_MS })
    const { yaml } = this.#options
    const router = await startTestRouter({ yaml, clock, directory, turns, transports: this.#transportsOf(name) })
    const { pipeline, events } = router
    const replication = new Replication({
      ...{ channel: member, cluster: member, pipeline, turns, clock, events },
      ...{ gossipIntervalMs: 200, pushpullIntervalMs: 60_000 },
    })
    replication.start()
    this.#members.set(name, { router, replication, clock })
  }

  async kill(name: string): Promise<void> {
    const member = this.#members.get(name)
    if (member === undefined) return
    this.#members.delete(name)
    this.network.leave(name)
    member.replication.stop()
    await member.router.kill()
  }

  #send(labels: Labels, to: readonly string[], leftMs: number, startMs = this.clock.nowMs()): void {
    const moments = { startsAt: momentOf(startMs), endsAt: momentOf(this.clock.nowMs() + leftMs) }
    for (const name of to) this.#members.get(name)?.router.pipeline.receive([postable(labels, moments)])
  }

  #transportsOf(member: string): Transports {
    return {
      http: () => async (request, signal) => {
        const delayMs = this.#delays.get(member) ?? 0
        if (delayMs > 0) await this.clock.sleep(delayMs, signal)
        // Who was killed meanwhile tells nothing.
        signal.throwIfAborted()
        return this.#arrive(member, JSON.parse(request.body) as WebhookBody)
      },
      mail: () => () => Promise.reject(new Error('no mail in timelines')),
    }
  }

  #arrive(by: string, { receiver, alerts }: WebhookBody): HttpResponse {
    const status = this.#failing.get(by + receiver) ?? this.#failing.get(by) ?? 200
    const named = (wanted: string) =>
      alerts.filter((alert) => alert.status === wanted).map(({ labels }) => nameOf(labels))
    const atMs = this.clock.monotonicMs()
    if (status === 200) {
      this.arrivals.push({ atMs, by, receiver, firing: named('firing'), resolved: named('resolved') })
    }
    return { status, headers: {}, body: '' }
  }

  #verify(): void {
    const open = [...this.#expected].sort((a, b) => a.fromMs - b.fromMs)
    for (const arrival of this.arrivals) {
      const index = open.findIndex((expected) => matches(expected, arrival))
      assert.notEqual(index, -1, `unexpected: ${JSON.stringify(arrival)} among ${JSON.stringify(this.arrivals)}`)
      open.splice(index, 1)
    }
    assert.deepEqual(open, [], 'expected, but never arrived')
  }
}

interface WebhookBody {
  readonly receiver: string
  readonly alerts: readonly { readonly status: string; readonly labels: Labels }[]
}

function nameOf({ alertname, n = '' }: Labels): string {
  return `${alertname}${n}`
}

function matches(
  { fromMs, toMs, receiver, what }: { fromMs: number; toMs: number; receiver: string; what: ClusterExpected },
  arrival: ClusterArrival,
): boolean {
  const same = (wanted: readonly string[] = [], got: readonly string[]) => wanted.join() === got.join()
  return (
    arrival.receiver === receiver &&
    arrival.atMs >= fromMs &&
    arrival.atMs <= toMs &&
    same(what.firing, arrival.firing) &&
    same(what.resolved, arrival.resolved) &&
    (what.by === undefined || what.by === arrival.by)
  )
}

function ms(time: string): number {
  const parsed = parseDuration(time)
  assert.notEqual(parsed, undefined, `${time} is not a duration`)
  return parsed!
}

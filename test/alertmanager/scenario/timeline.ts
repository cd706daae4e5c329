import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { parseDuration } from '#lib/duration.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import type { Transports } from '../../../alertmanager/notify/build-receivers.ts'
import type { HttpResponse } from '../../../alertmanager/notify/http-request.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { postable } from '../support/postable.ts'
import { configOf, startTestRouter, type TestRouter } from '../support/test-router.ts'

/** A notification as it arrived: when, where, and which alerts, named by their `alertname` and `n`. */
interface Arrival {
  readonly atMs: number
  readonly receiver: string
  readonly firing: readonly string[]
  readonly resolved: readonly string[]
  readonly reason: string
}

export interface Expected {
  readonly firing?: readonly string[]
  readonly resolved?: readonly string[]
  readonly reason?: string
}

type Labels = Readonly<Record<string, string>>

/**
 * A story of alerts and of what must be told, on a clock that moves by itself:
 *
 *     const story = timeline(t, yaml)
 *     story.at('1s').push({ alertname: 'A' })
 *     story.between('31s', '31s').webhook('team', { firing: ['A'] })
 *     await story.run('10m')
 *
 * Whatever arrives and was not expected fails the story.
 */
export function timeline(t: TestContext, yaml: string): Timeline {
  return new Timeline(t, yaml)
}

class Timeline {
  readonly #clock = new ManualClock()
  readonly #directory: string
  readonly #steps: { atMs: number; act: () => Promise<void> | void }[] = []
  readonly #expected: { fromMs: number; toMs: number; receiver: string; what: Expected }[] = []
  readonly #arrivals: Arrival[] = []
  readonly #failing = new Map<string, number>()
  #delayMs = 0
  #yaml: string
  #router: TestRouter | undefined

  constructor(t: TestContext, yaml: string) {
    this.#directory = temporaryDirectory(t)
    this.#yaml = yaml
    t.after(() => this.#router?.kill())
  }

  at(time: string) {
    const atMs = ms(time)
    const step = (act: () => Promise<void> | void) => void this.#steps.push({ atMs, act })
    return {
      /** Sends alerts as Prometheus does: they end four minutes on unless sent again. */
      push: (...labels: Labels[]) => step(() => this.#push(labels, 240_000)),
      /** Sends alerts with this much time left. */
      pushFor: (left: string, ...labels: Labels[]) => step(() => this.#push(labels, ms(left))),
      /** Sends alerts without an end, as simple clients do. */
      pushOpen: (...labels: Labels[]) => step(() => this.#push(labels, undefined)),
      /** Sends alerts that end now. */
      resolve: (...labels: Labels[]) => step(() => this.#push(labels, 0)),
      /** From here on the receiver answers with this status; 200 mends it. */
      answer: (receiver: string, status: number) => step(() => void this.#failing.set(receiver, status)),
      /** From here on every receiver takes this long to answer. */
      delay: (time: string) =>
        step(() => {
          this.#delayMs = ms(time)
        }),
      /** Ends the router as kill -9 does. */
      kill: () => step(() => this.#kill()),
      start: (yaml?: string) => step(() => this.#start(yaml)),
      reload: (yaml: string) => step(() => this.#reload(yaml)),
      stepClock: (delta: number) => step(() => this.#clock.step(delta)),
      check: (inspect: (router: TestRouter) => void) => step(() => inspect(this.#router!)),
    }
  }

  between(from: string, to: string) {
    const [fromMs, toMs] = [ms(from), ms(to)]
    return {
      webhook: (receiver: string, what: Expected) => void this.#expected.push({ fromMs, toMs, receiver, what }),
    }
  }

  async run(until: string): Promise<void> {
    await this.#start()
    const steps = this.#steps.sort((a, b) => a.atMs - b.atMs)
    for (const { atMs, act } of steps) {
      await this.#moveTo(atMs)
      await act()
    }
    await this.#moveTo(ms(until))
    this.#verify()
  }

  async #moveTo(atMs: number): Promise<void> {
    await this.#clock.advance(Math.max(0, atMs - this.#clock.monotonicMs()))
  }

  #push(labels: readonly Labels[], leftMs: number | undefined): void {
    const nowMs = this.#clock.nowMs()
    const end = leftMs === undefined ? {} : { endsAt: momentOf(nowMs + leftMs) }
    const start = leftMs === 0 ? {} : { startsAt: momentOf(nowMs) }
    this.#router?.pipeline.receive(labels.map((set) => postable(set, { ...start, ...end })))
  }

  async #start(yaml = this.#yaml): Promise<void> {
    this.#yaml = yaml
    const [clock, directory] = [this.#clock, this.#directory]
    this.#router = await startTestRouter({ yaml, clock, directory, transports: this.#transports() })
  }

  async #kill(): Promise<void> {
    await this.#router?.kill()
    this.#router = undefined
  }

  #reload(yaml: string): void {
    this.#yaml = yaml
    // Not awaited: it may have to wait for the clock.
    void this.#router?.pipeline.apply(configOf(yaml))
  }

  #transports(): Transports {
    return {
      http: async () => async (request, signal) => {
        if (this.#delayMs > 0) await this.#clock.sleep(this.#delayMs, signal)
        signal.throwIfAborted()
        return this.#arrive(JSON.parse(request.body) as WebhookBody)
      },
      mail: () => Promise.reject(new Error('no mail in timelines')),
    }
  }

  #arrive({ receiver, alerts, notification_reason }: WebhookBody): HttpResponse {
    const status = this.#failing.get(receiver) ?? 200
    const names = (wanted: string) =>
      alerts.filter((alert) => alert.status === wanted).map(({ labels }) => `${labels.alertname}${labels.n ?? ''}`)
    if (status === 200) {
      const atMs = this.#clock.monotonicMs()
      const [firing, resolved] = [names('firing'), names('resolved')]
      this.#arrivals.push({ atMs, receiver, firing, resolved, reason: notification_reason })
    }
    return { status, body: '' }
  }

  #verify(): void {
    const open = [...this.#expected].sort((a, b) => a.fromMs - b.fromMs)
    for (const arrival of this.#arrivals) {
      const index = open.findIndex((expected) => matches(expected, arrival))
      assert.notEqual(index, -1, `unexpected at ${at(arrival.atMs)}: ${JSON.stringify(arrival)}`)
      open.splice(index, 1)
    }
    const missing = open.map(
      (expected) => `${at(expected.fromMs)}-${at(expected.toMs)} ${JSON.stringify(expected.what)}`,
    )
    assert.deepEqual(missing, [], 'expected, but never arrived')
  }
}

interface WebhookBody {
  readonly receiver: string
  readonly notification_reason: string
  readonly alerts: readonly { readonly status: string; readonly labels: Labels }[]
}

function matches(
  { fromMs, toMs, receiver, what }: { fromMs: number; toMs: number; receiver: string; what: Expected },
  arrival: Arrival,
): boolean {
  const same = (wanted: readonly string[] = [], got: readonly string[]) => wanted.join() === got.join()
  return (
    arrival.receiver === receiver &&
    arrival.atMs >= fromMs &&
    arrival.atMs <= toMs &&
    same(what.firing, arrival.firing) &&
    same(what.resolved, arrival.resolved) &&
    (what.reason === undefined || what.reason === arrival.reason)
  )
}

function ms(time: string): number {
  const parsed = parseDuration(time)
  assert.notEqual(parsed, undefined, `${time} is not a duration`)
  return parsed!
}

function at(timeMs: number): string {
  return `${timeMs / 1_000}s`
}

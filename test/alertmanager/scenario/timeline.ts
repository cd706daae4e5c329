import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { parseDuration } from '#lib/duration.ts'
import { LabelSet } from '#lib/labels.ts'
import { parseMatchers } from '#lib/matcher-syntax.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryDirectory } from '../../support/temporary.ts'
import { postable } from '../support/postable.ts'
import { configOf, startTestRouter, type TestRouter, type TestRouterOptions } from '../support/test-router.ts'
import { Arrivals, type Expected } from './arrivals.ts'
import { Services } from './services.ts'

type Labels = Readonly<Record<string, string>>

interface TimelineOptions extends Pick<TestRouterOptions, 'maxAlerts' | 'maxAlertsPerName' | 'retentionMs'> {
  /** What the wall clock shows at the beginning, as RFC 3339; midnight of some day if not given. */
  readonly begins?: string
  readonly startDelay?: string
}

/** The times of alerts, counted from when they are sent (`-5m`, `1h`), and what else they carry. */
interface Times {
  readonly from?: string
  readonly until?: string
  readonly annotations?: Labels
}

interface SilenceOptions {
  /** How long until it begins. */
  readonly after?: string
  /** What later steps call it; a silence of a name that there is already is changed. */
  readonly name?: string
}

/**
 * A story of alerts and of what must be told, on a clock that moves by itself:
 *
 *     const story = timeline(t, routerYaml({ wait: '30s' }))
 *     story.at('1s').push({ alertname: 'A' })
 *     story.exactly('31s').webhook('team', { firing: ['A'] })
 *     await story.run('10m')
 *
 * Times count from the beginning of the story. What is due at a time happens before the steps at that time. Whatever
 * arrives and was not expected fails the story.
 */
export function timeline(t: TestContext, yaml: string, options: TimelineOptions = {}): Timeline {
  return new Timeline(t, yaml, options)
}

class Timeline {
  readonly #clock: ManualClock
  readonly #options: TimelineOptions
  readonly #directory: string
  readonly #services: Services
  readonly #arrivals = new Arrivals()
  readonly #steps: { atMs: number; act: () => Promise<void> | void }[] = []
  readonly #silences = new Map<string, string>()
  #yaml: string
  #router: TestRouter | undefined
  #stopped: Promise<void> | undefined

  constructor(t: TestContext, yaml: string, options: TimelineOptions) {
    this.#clock = new ManualClock(options.begins === undefined ? undefined : Date.parse(options.begins))
    this.#services = new Services(this.#clock, (arrival) => this.#arrivals.add(arrival))
    // Before the directory goes.
    t.after(() => this.#kill())
    this.#directory = memoryDirectory(t)
    this.#options = options
    this.#yaml = yaml
  }

  at(time: string) {
    const atMs = ms(time)
    const step = (act: () => Promise<void> | void) => void this.#steps.push({ atMs, act })
    const services = this.#services
    return {
      /** Sends alerts as Prometheus does: they end four minutes on unless sent again. */
      push: (...labels: Labels[]) => step(() => this.#send({ from: '0s', until: '4m' }, labels)),
      /** Sends alerts with this much time left. */
      pushFor: (until: string, ...labels: Labels[]) => step(() => this.#send({ from: '0s', until }, labels)),
      /** Sends alerts without an end, as simple clients do. */
      pushOpen: (...labels: Labels[]) => step(() => this.#send({ from: '0s' }, labels)),
      /** Sends alerts that end now. */
      resolve: (...labels: Labels[]) => step(() => this.#send({ until: '0s' }, labels)),
      /** Sends alerts with these times, or without. */
      send: (times: Times, ...labels: Labels[]) => step(() => this.#send(times, labels)),
      /** From here on the service answers with this status; 200 mends it. */
      answer: (host: string, status: number, headers?: Labels) => step(() => services.answer(host, status, headers)),
      /** From here on requests to the service take this long to arrive. */
      delay: (host: string, time: string) => step(() => services.delay(host, ms(time))),
      /** From here on the service takes this long to answer what has arrived. */
      think: (host: string, time: string) => step(() => services.think(host, ms(time))),
      /** Silences what matches (`a="b", c!~"d|e"`), for this long. */
      silence: (time: string, matchers: string, options?: SilenceOptions) =>
        step(() => this.#silence(time, matchers, options)),
      /** Ends a silence by its name. */
      expire: (name: string) => step(() => this.#router!.pipeline.silences.expire(this.#silences.get(name)!)),
      /** Ends the router as kill -9 does. */
      kill: () => step(() => this.#kill()),
      /** Ends it in good order. */
      stop: () => step(() => this.#stop()),
      start: (yaml?: string) => step(() => this.#start(yaml)),
      reload: (yaml: string) => step(() => this.#reload(yaml)),
      /** Sets the wall clock forward or, with a minus, back. */
      stepClock: (delta: string) => step(() => this.#clock.step(signedMs(delta))),
      check: (inspect: (router: TestRouter) => void) => step(() => inspect(this.#router!)),
    }
  }

  between(from: string, to: string) {
    const [fromMs, toMs] = [ms(from), ms(to)]
    return {
      webhook: (receiver: string, what: Expected) => this.#arrivals.expect(fromMs, toMs, receiver, what),
      /** An attempt that the service answers with this status. */
      refused: (host: string, status: number) => this.#arrivals.expectRefusal(fromMs, toMs, host, status),
    }
  }

  exactly(time: string) {
    return this.between(time, time)
  }

  async run(until: string): Promise<void> {
    await this.#start()
    const steps = this.#steps.sort((a, b) => a.atMs - b.atMs)
    for (const { atMs, act } of steps) {
      await this.#moveTo(atMs)
      await act()
    }
    await this.#moveTo(ms(until))
    this.#arrivals.verify()
  }

  async #moveTo(atMs: number): Promise<void> {
    await this.#clock.advance(Math.max(0, atMs - this.#clock.monotonicMs()))
  }

  async #send({ from, until, annotations = {} }: Times, labels: readonly Labels[]): Promise<void> {
    const momentIn = (time: string | undefined) =>
      time === undefined ? undefined : momentOf(this.#clock.nowMs() + signedMs(time))
    const [startsAt, endsAt] = [momentIn(from), momentIn(until)]
    const moments = { ...(startsAt && { startsAt }), ...(endsAt && { endsAt }) }
    await this.#router?.pipeline.receive(labels.map((set) => postable(set, { annotations, ...moments }))).safe
  }

  #silence(time: string, text: string, { after, name = text }: SilenceOptions = {}): void {
    const parsed = parseMatchers(text)
    assert.ok(parsed.ok, text)
    const { silences } = this.#router!.pipeline
    const nowMs = this.#clock.nowMs()
    const known = silences.get(this.#silences.get(name) ?? '')
    const startsAtMs = after === undefined ? known?.startsAtMs : nowMs + ms(after)
    const endsAtMs = nowMs + ms(after ?? '0s') + ms(time)
    const what = { matchers: parsed.matchers, createdBy: 'me', comment: '', annotations: LabelSet.empty }
    const result = silences.set({ id: known?.id, startsAtMs, endsAtMs, ...what })
    assert.ok(result.ok)
    this.#silences.set(name, result.id)
  }

  async #start(yaml = this.#yaml): Promise<void> {
    await this.#stopped
    this.#yaml = yaml
    const { startDelay = '0s', ...options } = this.#options
    const { transports } = this.#services
    const where = { clock: this.#clock, directory: this.#directory, transports }
    this.#router = await startTestRouter({ ...options, ...where, yaml, startDelayMs: ms(startDelay) })
  }

  async #kill(): Promise<void> {
    await this.#router?.kill()
    this.#router = undefined
  }

  #stop(): void {
    // Not awaited: an attempt under way may have to wait for the clock.
    this.#stopped = this.#router?.stop()
    this.#router = undefined
  }

  #reload(yaml: string): void {
    this.#yaml = yaml
    // Not awaited: it may have to wait for the clock.
    void this.#router?.pipeline.apply(configOf(yaml))
  }
}

function ms(time: string): number {
  const parsed = parseDuration(time)
  assert.notEqual(parsed, undefined, `${time} is not a duration`)
  return parsed!
}

function signedMs(time: string): number {
  return time.startsWith('-') ? -ms(time.slice(1)) : ms(time)
}

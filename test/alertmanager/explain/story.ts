import assert from 'node:assert/strict'
import type { TestContext } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { explainAlert } from '../../../alertmanager/explain/explain.ts'
import type { Explanation } from '../../../alertmanager/explain/explanation.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { postable } from '../support/postable.ts'
import { startTestRouter, type TestRouter } from '../support/test-router.ts'

type Labels = Readonly<Record<string, string>>

/** Routes to receivers of every kind of quietness. */
export const YAML = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    - {receiver: nobody, matchers: ['team="none"']}
    - {receiver: quiet, matchers: ['team="quiet"']}
    - {receiver: team, matchers: ['team="day"'], mute_time_intervals: [afternoon]}
    - {receiver: team, matchers: ['team="office"'], active_time_intervals: [office]}
    - {receiver: two, matchers: ['team="two"']}
    - {receiver: team, matchers: ['team="both"'], continue: true}
    - {receiver: quiet, matchers: ['team="both"']}
receivers:
  - name: team
    webhook_configs: [{url: 'http://x'}]
  - name: nobody
  - name: quiet
    webhook_configs: [{url: 'http://x', send_resolved: false}]
  - name: two
    webhook_configs: [{url: 'http://x'}]
    email_configs: [{to: a@x.test, from: r@x.test, smarthost: 'x.test:25', send_resolved: true}]
time_intervals:
  - {name: afternoon, time_intervals: [{times: [{start_time: '12:00', end_time: '13:00'}]}]}
  - {name: office, time_intervals: [{weekdays: ['monday:friday'], times: [{start_time: '08:30', end_time: '18:00'}]}]}
inhibit_rules:
  - {name: down, source_matchers: ['alertname="Down"'], target_matchers: ['severity="low"'], equal: [node]}
`

/** Noon of a Saturday. */
const START_MS = Date.UTC(2026, 10, 21, 12)

/** A router on a manual clock, beginning at noon; webhooks answer as told. */
export async function startStory(t: TestContext, yaml: string): Promise<Story> {
  const story = new Story(yaml, temporaryDirectory(t))
  await story.start()
  t.after(() => story.kill())
  return story
}

class Story {
  readonly clock = new ManualClock(START_MS)
  /** What webhooks of a receiver answer; `hang` for nothing. */
  readonly answers = new Map<string, number | 'hang'>()
  readonly #yaml: string
  readonly #directory: string
  #router: TestRouter | undefined

  constructor(yaml: string, directory: string) {
    this.#yaml = yaml
    this.#directory = directory
  }

  get router(): TestRouter {
    assert.ok(this.#router !== undefined)
    return this.#router
  }

  async start(): Promise<void> {
    const { clock } = this
    this.#router = await startTestRouter({
      ...{ yaml: this.#yaml, clock, directory: this.#directory },
      transports: {
        http: () => async (request, signal) => {
          const { receiver } = JSON.parse(request.body) as { readonly receiver: string }
          const answer = this.answers.get(receiver) ?? 200
          if (answer === 'hang')
            await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
          return { status: Number(answer), headers: {}, body: '' }
        },
        mail: () => () => Promise.reject(new Error('no mail here')),
      },
    })
  }

  async kill(): Promise<void> {
    await this.#router?.kill()
    this.#router = undefined
  }

  /** Moves the clock to so many seconds after noon. */
  async at(seconds: number): Promise<void> {
    await this.clock.advance(START_MS + seconds * 1_000 - this.clock.nowMs())
  }

  push(labels: Labels, leftSeconds = 43_200): void {
    const nowMs = this.clock.nowMs()
    const endsAt = momentOf(nowMs + leftSeconds * 1_000)
    const start = leftSeconds === 0 ? {} : { startsAt: momentOf(nowMs) }
    this.router.pipeline.receive([postable(labels, { ...start, endsAt })])
  }

  resolve(labels: Labels): void {
    this.push(labels, 0)
  }

  /** Returns the id. */
  silence(labels: Labels, seconds: number): string {
    const result = this.router.pipeline.silences.set({
      ...{ id: undefined, startsAtMs: undefined, endsAtMs: this.clock.nowMs() + seconds * 1_000 },
      ...{ createdBy: 'alice', comment: 'at work', annotations: LabelSet.empty },
      matchers: Object.entries(labels).map(([name, value]) => ({ name, operator: '=' as const, value })),
    })
    assert.ok(result.ok)
    return result.id
  }

  explain(labels: Labels): Promise<Explanation> {
    return explainAlert(LabelSet.from(labels), { pipeline: this.router.pipeline, clock: this.clock })
  }

  async verdict(labels: Labels): Promise<string> {
    return (await this.explain(labels)).verdict
  }
}

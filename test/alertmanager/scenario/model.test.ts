import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareUtf8 } from '#lib/labels.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import type { Transports } from '../../../alertmanager/notify/build-receivers.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { postable } from '../support/postable.ts'
import { startTestRouter } from '../support/test-router.ts'
import { type Settings, type Step, type Told, whatIsTold } from './model.ts'

const HOUR = 3_600_000

interface WebhookBody {
  readonly notification_reason: string
  readonly groupLabels: { readonly alertname: string }
  readonly alerts: readonly { readonly status: string; readonly labels: { readonly n: string } }[]
}

/** What the whole pipeline tells, with its timers, routes and files. */
async function whatIsReallyTold(
  directory: string,
  steps: readonly Step[],
  settings: Settings,
  untilMs: number,
): Promise<readonly Told[]> {
  const clock = new ManualClock()
  const told: Told[] = []
  const transports: Transports = {
    http: async () => async (request) => {
      const { notification_reason, groupLabels, alerts } = JSON.parse(request.body) as WebhookBody
      const named = (status: string) => alerts.filter((alert) => alert.status === status).map(({ labels }) => labels.n)
      const [firing, resolved] = [named('firing'), named('resolved')]
      told.push({
        ...{ atMs: clock.monotonicMs(), group: groupLabels.alertname, firing, resolved },
        reason: notification_reason,
      })
      return { status: 200, body: '' }
    },
    mail: () => Promise.reject(new Error('no mail here')),
  }
  const { waitMs, intervalMs, repeatMs, sendResolved } = settings
  const yaml = `
route: {receiver: a, group_by: [alertname], group_wait: ${waitMs}ms, group_interval: ${intervalMs}ms, repeat_interval: ${repeatMs}ms}
receivers: [{name: a, webhook_configs: [{url: http://hook.test/, send_resolved: ${sendResolved}}]}]
`
  const options = { yaml, clock, directory, transports }
  let router = await startTestRouter(options)
  for (const step of steps) {
    await clock.advance(step.atMs - clock.monotonicMs())
    if (step.kind === 'restart') {
      await router.kill()
      router = await startTestRouter(options)
      continue
    }
    const nowMs = clock.nowMs()
    const moments =
      step.kind === 'fire'
        ? { startsAt: momentOf(nowMs), endsAt: momentOf(nowMs + step.leftMs) }
        : { endsAt: momentOf(nowMs) }
    await router.pipeline.receive([postable({ alertname: step.group, n: step.n }, moments)]).safe
  }
  await clock.advance(untilMs - clock.monotonicMs())
  await router.kill()
  return told
}

const seconds = (min: number, max: number) => fc.integer({ min, max }).map((value) => value * 1_000)

const settings: fc.Arbitrary<Settings> = fc.record({
  waitMs: seconds(0, 60),
  intervalMs: seconds(20, 200),
  repeatMs: seconds(20, 900),
  sendResolved: fc.boolean(),
})

/** Steps one after the other. Each has milliseconds of its own, so that none falls on the tick that another began. */
function stepsOf(left: fc.Arbitrary<number>, kinds: readonly Step['kind'][]): fc.Arbitrary<readonly Step[]> {
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    gapMs: seconds(1, 150),
    group: fc.constantFrom('A', 'B'),
    n: fc.constantFrom('1', '2', '3'),
    leftMs: left,
  })
  return fc.array(step, { minLength: 1, maxLength: 16 }).map((steps) => {
    let atMs = 0
    return steps.map(({ gapMs, ...rest }, index) => {
      atMs += gapMs
      return { ...rest, atMs: atMs + index } as Step
    })
  })
}

/** Groups that a restart made flush together go on in step, in no order. */
function inOrder(told: readonly Told[]): readonly Told[] {
  return told.toSorted((a, b) => a.atMs - b.atMs || compareUtf8(a.group, b.group))
}

async function check(directory: string, steps: readonly Step[], chosen: Settings): Promise<void> {
  const untilMs = steps.at(-1)!.atMs + 5 * chosen.intervalMs + 1_000_000
  const expected = whatIsTold(steps, chosen, untilMs)
  const actual = await whatIsReallyTold(mkdtempSync(join(directory, 'run-')), steps, chosen, untilMs)
  assert.deepEqual(inOrder(actual), inOrder(expected))
}

/** Each run syncs a database to disk some dozen times, which may take long where others use the same disk. */
const RUNS = { numRuns: 25, interruptAfterTimeLimit: 5_000 }

test('any story of alerts is told as the rules say', async (t) => {
  const directory = temporaryDirectory(t)
  const steps = stepsOf(seconds(5, 600), ['fire', 'fire', 'resolve'])
  await fc.assert(
    fc.asyncProperty(steps, settings, (story, chosen) => check(directory, story, chosen)),
    RUNS,
  )
})

test('any story is told the same however often the router is killed in it', async (t) => {
  const directory = temporaryDirectory(t)
  const steps = stepsOf(fc.constant(100 * HOUR), ['fire', 'fire', 'resolve', 'restart'])
  await fc.assert(
    fc.asyncProperty(steps, settings, (story, chosen) => check(directory, story, chosen)),
    RUNS,
  )
})

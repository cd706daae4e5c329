import assert from 'node:assert/strict'
import { mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareUtf8, LabelSet } from '#lib/labels.ts'
import { momentOf } from '../../../alertmanager/moment.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { memoryDirectory } from '../../support/temporary.ts'
import { postable } from '../support/postable.ts'
import { startTestRouter, type TestRouter } from '../support/test-router.ts'
import { type Arrival, isAccepted } from './arrivals.ts'
import { type Settings, type Step, type Told, whatIsTold } from './model.ts'
import { routerYaml } from './router-yaml.ts'
import { Services } from './services.ts'

const HOUR = 3_600_000

/** What the whole pipeline tells, with its timers, routes and files. */
async function whatIsReallyTold(
  directory: string,
  steps: readonly Step[],
  settings: Settings,
  untilMs: number,
): Promise<readonly Told[]> {
  const clock = new ManualClock()
  const arrivals: Arrival[] = []
  const services = new Services(clock, (arrival) => arrivals.push(arrival))
  const options = { yaml: yamlOf(settings), clock, directory, transports: services.transports }
  let router = await startTestRouter(options)
  for (const step of steps) {
    await clock.advance(step.atMs - clock.monotonicMs())
    if (step.kind === 'restart') {
      if (step.noted) await router.pipeline.receive([postable({ alertname: 'Z', at: `${step.atMs}` })]).safe
      await router.kill()
      router = await startTestRouter(options)
    } else if (step.kind === 'break' || step.kind === 'mend') {
      services.answer('hook.test', step.kind === 'break' ? 400 : 200)
    } else {
      await act(router, step, clock.nowMs())
    }
  }
  await clock.advance(untilMs - clock.monotonicMs())
  await router.kill()
  return arrivals.filter(isAccepted).map(toTold)
}

function yamlOf({ waitMs, intervalMs, repeatMs, sendResolved, inhibits, quiet }: Settings): string {
  const timeOf = (minute: number) => `'${new Date(minute * 60_000).toISOString().slice(11, 16)}'`
  const { startMinute = 0, endMinute = 0 } = quiet ?? {}
  const times = `[{start_time: ${timeOf(startMinute)}, end_time: ${timeOf(endMinute)}}]`
  return routerYaml({
    ...{ wait: `${waitMs}ms`, interval: `${intervalMs}ms`, repeat: `${repeatMs}ms` },
    hook: `send_resolved: ${sendResolved}`,
    routes: [
      'receiver: nobody, matchers: [alertname=Z]',
      ...(quiet === undefined ? [] : ['mute_time_intervals: [quiet]']),
    ],
    sections: [
      inhibits ? 'inhibit_rules: [{source_matchers: [alertname=B], target_matchers: [alertname=A], equal: [n]}]' : '',
      quiet === undefined ? '' : `time_intervals: [{name: quiet, time_intervals: [{times: ${times}}]}]`,
    ].join('\n'),
  })
}

async function act(
  { pipeline }: TestRouter,
  step: Extract<Step, { readonly kind: 'fire' | 'resolve' | 'silence' }>,
  nowMs: number,
): Promise<void> {
  if (step.kind === 'silence') {
    const matchers = [
      { name: 'alertname', operator: '=' as const, value: step.group },
      ...(step.n === undefined ? [] : [{ name: 'n', operator: '=' as const, value: step.n }]),
    ]
    const what = { createdBy: 'me', comment: '', annotations: LabelSet.empty, matchers }
    const result = pipeline.silences.set({ ...what, id: undefined, startsAtMs: nowMs, endsAtMs: nowMs + step.leftMs })
    assert.ok(result.ok)
    await result.safe
    return
  }
  const leftMs = step.kind === 'fire' ? step.leftMs : 0
  const startsAt = step.kind === 'fire' ? { startsAt: momentOf(nowMs) } : {}
  const moments = { ...startsAt, endsAt: momentOf(nowMs + leftMs) }
  await pipeline.receive([postable({ alertname: step.group, n: step.n }, moments)]).safe
}

function toTold({ atMs, body }: Arrival): Told {
  const named = (status: string) =>
    body.alerts.filter((alert) => alert.status === status).map(({ labels }) => labels.n ?? '')
  const [firing, resolved] = [named('firing'), named('resolved')]
  return { atMs, group: body.groupLabels.alertname ?? '', firing, resolved, reason: body.notification_reason }
}

const seconds = (min: number, max: number) => fc.integer({ min, max }).map((value) => value * 1_000)

const PLAIN = {
  waitMs: seconds(0, 60),
  intervalMs: seconds(20, 200),
  repeatMs: seconds(20, 900),
  sendResolved: fc.boolean(),
}

const plain: fc.Arbitrary<Settings> = fc.record({
  ...PLAIN,
  ...{ inhibits: fc.constant(false), quiet: fc.constant(undefined) },
})

const muting: fc.Arbitrary<Settings> = fc.record({
  ...PLAIN,
  inhibits: fc.boolean(),
  quiet: fc.option(
    fc
      .record({ startMinute: fc.integer({ min: 0, max: 20 }), minutes: fc.integer({ min: 1, max: 20 }) })
      .map(({ startMinute, minutes }) => ({ startMinute, endMinute: startMinute + minutes })),
    { nil: undefined },
  ),
})

interface Steps {
  /** How long alerts have still to fire. */
  readonly left: fc.Arbitrary<number>
  readonly kinds: readonly Step['kind'][]
  /** Whether the disk is told something just before each restart. */
  readonly noted?: boolean
}

/** Steps one after the other. Each has milliseconds of its own, so that none falls on the tick that another began. */
function stepsOf({ left, kinds, noted = false }: Steps): fc.Arbitrary<readonly Step[]> {
  const step = fc.record({
    kind: fc.constantFrom(...kinds),
    gapMs: seconds(1, 150),
    group: fc.constantFrom('A', 'B'),
    n: fc.constantFrom('1', '2', '3'),
    alertMs: left,
    silenceMs: seconds(10, 900),
    wide: fc.boolean(),
  })
  return fc.array(step, { minLength: 1, maxLength: 16 }).map((steps) => {
    let atMs = 0
    return steps.map(({ gapMs, kind, group, n, alertMs, silenceMs, wide }, index): Step => {
      atMs += gapMs
      const at = { atMs: atMs + index }
      if (kind === 'fire') return { ...at, kind, group, n, leftMs: alertMs }
      if (kind === 'resolve') return { ...at, kind, group, n }
      if (kind === 'silence') return { ...at, kind, group, n: wide ? undefined : n, leftMs: silenceMs }
      return kind === 'restart' ? { ...at, kind, noted } : { ...at, kind }
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

/** Each run is some dozen flushes of a whole router, with its files. */
const RUNS = { numRuns: 25 }
const ENDLESS = fc.constant(100 * HOUR)

interface Property {
  readonly title: string
  readonly steps: fc.Arbitrary<readonly Step[]>
  readonly settings: fc.Arbitrary<Settings>
}

const PROPERTIES: readonly Property[] = [
  {
    title: 'any story of alerts is told as the rules say',
    steps: stepsOf({ left: seconds(5, 600), kinds: ['fire', 'fire', 'resolve'] }),
    settings: plain,
  },
  {
    title: 'any story is told the same however often the router is killed in it',
    steps: stepsOf({ left: ENDLESS, kinds: ['fire', 'fire', 'resolve', 'restart'] }),
    settings: plain,
  },
  {
    title: 'any story with silences, inhibition, quiet times and refusals is told as the rules say',
    steps: stepsOf({ left: seconds(5, 600), kinds: ['fire', 'fire', 'resolve', 'silence', 'break', 'mend'] }),
    settings: muting,
  },
  {
    title: 'so it is however often the router is killed in it',
    steps: stepsOf({ left: ENDLESS, kinds: ['fire', 'fire', 'resolve', 'silence', 'restart'], noted: true }),
    settings: muting,
  },
]

for (const { title, steps, settings } of PROPERTIES) {
  test(title, async (t) => {
    const directory = memoryDirectory(t)
    await fc.assert(
      fc.asyncProperty(steps, settings, (story, chosen) => check(directory, story, chosen)),
      RUNS,
    )
  })
}

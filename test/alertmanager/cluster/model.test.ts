import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { compareUtf8 } from '#lib/labels.ts'
import { isResolved } from '../../../alertmanager/alert.ts'
import { type ClusterTimeline, clusterTimeline } from './support/cluster-timeline.ts'
import { sharedState } from './support/shared-state.ts'

const yaml = `
route: {receiver: team, group_by: [alertname], group_wait: 10s, group_interval: 1m, repeat_interval: 24h}
receivers: [{name: team, webhook_configs: [{url: http://hook.test/}]}]
`
const NAMES = ['a', 'b', 'c'] as const
const MINUTE = 60_000
/** A story takes a second or so. */
const RUNS = { numRuns: Number(process.env.VEDETTE_CLUSTER_RUNS ?? 5) }

interface Step {
  readonly gapMs: number
  readonly kind: 'fire' | 'resolve' | 'silence' | 'unsilence' | 'kill' | 'start' | 'partition' | 'heal'
  readonly group: string
  readonly n: string
  readonly member: string
  readonly to: readonly string[]
}

function stepsOf(...kinds: readonly Step['kind'][]): fc.Arbitrary<readonly Step[]> {
  const step = fc.record({
    gapMs: fc.integer({ min: 1, max: 120_000 }),
    kind: fc.constantFrom(...kinds),
    group: fc.constantFrom('A', 'B'),
    n: fc.constantFrom('1', '2'),
    member: fc.constantFrom(...NAMES),
    to: fc.subarray([...NAMES], { minLength: 1 }),
  })
  return fc.array(step, { minLength: 3, maxLength: 20 })
}

const delays = fc.array(fc.integer({ min: 0, max: 100 }), { minLength: 1, maxLength: 50 })

/** Plays the steps, and says how long each alert has been firing at the end of them, unsilenced. */
async function play(story: ClusterTimeline, steps: readonly Step[]): Promise<void> {
  await story.begin()
  for (const { gapMs, kind, group, n, member, to } of steps) {
    await story.moveTo(story.clock.monotonicMs() + gapMs)
    const labels = { alertname: group, n }
    if (kind === 'fire') story.fire(labels, to)
    else if (kind === 'resolve') story.resolve(labels)
    else if (kind === 'silence' && story.members.has(member)) story.silence(member, labels, 5 * MINUTE)
    else if (kind === 'unsilence' && story.members.has(member)) story.unsilence(member)
    else if (kind === 'kill' && story.members.size > 1) await story.kill(member)
    else if (kind === 'start') await story.start(member)
    else if (kind === 'partition')
      story.network.partition(
        [member],
        NAMES.filter((name) => name !== member),
      )
    else if (kind === 'heal') story.network.heal()
  }
}

function storyOf(t: TestContext, delayMs: readonly number[]): ClusterTimeline {
  let count = 0
  return clusterTimeline(t, { yaml, delayMs: () => delayMs[count++ % delayMs.length]! })
}

test('without faults nothing is told twice, and all is told, whoever hears of it', async (t) => {
  await fc.assert(
    fc.asyncProperty(stepsOf('fire', 'fire', 'resolve'), delays, async (steps, delayMs) => {
      const story = storyOf(t, delayMs)
      await play(story, steps)
      await story.moveTo(story.clock.monotonicMs() + 5 * MINUTE)
      for (const group of ['A', 'B']) {
        const told = story.arrivals.filter(({ firing, resolved }) => [...firing, ...resolved][0]?.startsWith(group))
        const texts = told.map(({ firing, resolved }) => `${firing} / ${resolved}`)
        const repeated = texts.filter((text, index) => text === texts[index - 1])
        assert.deepEqual(repeated, [], JSON.stringify(story.arrivals))
        const { alerts } = story.members.get('a')!.router.pipeline.state
        const firing = [...alerts.values()].filter(
          (alert) => alert.labels.get('alertname') === group && !isResolved(alert, story.clock.nowMs()),
        )
        const names = firing.map(({ labels }) => `${group}${labels.get('n')}`).sort(compareUtf8)
        assert.deepEqual(told.at(-1)?.firing ?? [], names, JSON.stringify(story.arrivals))
      }
      for (const name of [...story.members.keys()]) await story.kill(name)
    }),
    RUNS,
  )
})

test('after any faults all members are the same again, and all that still fires has been told', async (t) => {
  const kinds = [
    'fire',
    'fire',
    'fire',
    'resolve',
    'silence',
    'unsilence',
    'kill',
    'start',
    'partition',
    'heal',
  ] as const
  await fc.assert(
    fc.asyncProperty(stepsOf(...kinds), delays, async (steps, delayMs) => {
      const story = storyOf(t, delayMs)
      await play(story, steps)
      story.network.heal()
      for (const name of NAMES) await story.start(name)
      await story.moveTo(story.clock.monotonicMs() + 15 * MINUTE)
      const nowMs = story.clock.nowMs()
      const states = Array.from(story.members.values(), sharedState)
      assert.deepEqual(states[1], states[0])
      assert.deepEqual(states[2], states[0])
      const told = new Set(story.arrivals.flatMap(({ firing }) => firing))
      for (const { labels, endsAt } of story.members.get('a')!.router.pipeline.alerts()) {
        if (endsAt.ms > nowMs) assert.ok(told.has(`${labels.get('alertname')}${labels.get('n')}`), `${labels}`)
      }
      const last = new Map<string, string>()
      for (const { firing, resolved } of story.arrivals) {
        last.set([...firing, ...resolved][0]!.slice(0, 1), firing.join())
      }
      const open = states[0]!.alerts.map((text) => /alertname="(.)"/.exec(text)![1])
      for (const [group, firing] of last) if (!open.includes(group)) assert.equal(firing, '', 'an end was not told')
      for (const name of [...story.members.keys()]) await story.kill(name)
    }),
    RUNS,
  )
})

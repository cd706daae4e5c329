import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { NO_SPAN } from '../../../alertmanager/tracing/span.ts'
import { startStory, YAML } from './story.ts'

const A = { alertname: 'A' }

test('one whose receiver refuses, does not answer, and takes it at last', async (t) => {
  const story = await startStory(t, YAML)
  story.answers.set('team', 400)
  story.push(A)
  await story.at(60)
  const refused = await story.verdict(A)
  assert.match(
    refused,
    /^not sent: it failed \(1 attempt, last at 12:00:30 UTC\): .*400.*; tried again at 12:05:30 UTC$/,
  )
  await story.at(340)
  assert.match(
    await story.verdict(A),
    /^not sent: it failed \(since 12:00:30 UTC, 2 attempts, last at 12:05:30 UTC\): /,
  )
  story.answers.set('team', 500)
  await story.at(640)
  assert.match(await story.verdict(A), /^being sent since 12:10:30 UTC: \d+ attempts failed, the last one with: .*500/)
  story.answers.set('team', 200)
  await story.at(700)
  assert.match(await story.verdict(A), /^sent at 12:10:30 UTC \(first notification\); sent again at 16:10:30 UTC/)
  const [sent, failed] = story.router.pipeline.state.history.page({}, 9)
  assert.deepEqual([sent?.outcome, failed?.outcome, failed?.details.flushes], ['sent', 'failed', 2])
  assert.equal(sent?.details.attempts?.at(-1)?.error, undefined)
})

test('one that was sent, while what came after it fails', async (t) => {
  const story = await startStory(t, YAML)
  story.push({ ...A, n: '1' })
  await story.at(60)
  story.answers.set('team', 403)
  story.push({ ...A, n: '2' })
  await story.at(340)
  assert.match(
    await story.verdict({ ...A, n: '1' }),
    /^sent at 12:00:30 UTC; what is new since then is not sent: it failed \(1 attempt, last at 12:05:30 UTC\): /,
  )
  assert.match(await story.verdict({ ...A, n: '2' }), /^not sent: it failed/)
  story.resolve({ ...A, n: '1' })
  assert.match(await story.verdict({ ...A, n: '1' }), /^ended at 12:05:40 UTC; its end is not sent: it failed/)
})

test('one that is on its way', async (t) => {
  const story = await startStory(t, YAML)
  story.answers.set('team', 'hang')
  story.push(A)
  await story.at(45)
  assert.equal(await story.verdict(A), 'being sent since 12:00:30 UTC')
})

test('one with two integrations of which one fails', async (t) => {
  const story = await startStory(t, YAML)
  const two = { ...A, team: 'two' }
  story.push(two)
  await story.at(31)
  const verdict = await story.verdict(two)
  assert.match(verdict, /webhook\[0\]: sent at 12:00:30 UTC \(first notification\)/)
  assert.match(verdict, /email\[0\]: (?:being sent since|not sent: it failed).*no mail here/)
})

test('one that goes to two receivers', async (t) => {
  const story = await startStory(t, YAML)
  const both = { ...A, team: 'both' }
  story.answers.set('quiet', 404)
  story.push(both)
  await story.at(60)
  const { verdict, places } = await story.explain(both)
  assert.match(verdict, /^team: sent at 12:00:30 UTC .*; quiet: not sent: it failed .*404/)
  assert.deepEqual(
    places.map(({ route }) => route.receiver),
    ['team', 'quiet'],
  )
})

test('one that a fallback is told of, in place of a receiver that refuses', async (t) => {
  const yaml = `{route: {receiver: team}, receivers: [{name: team, webhook_configs: [{url: 'http://x'}]}, {name: other, webhook_configs: [{url: 'http://x'}]}], vedette: {fallback: {receiver: other}}}`
  const story = await startStory(t, yaml)
  story.push({ ...A, n: '1' })
  await story.at(31)
  assert.match(
    await story.verdict({ ...A, n: '1' }),
    /^sent at 12:00:30 UTC \(first notification\); sent again at \S+ UTC if nothing changes$/,
  )
  story.answers.set('team', 400)
  story.push({ ...A, n: '2' })
  await story.at(400)
  const { verdict, places } = await story.explain({ ...A, n: '2' })
  assert.match(verdict, /^not sent: it failed .*; in its place, other: sent at 12:05:30 UTC \(first notification\)/)
  assert.deepEqual(
    places[0]?.fallback?.integrations.map(({ told }) => told),
    ['firing'],
  )
  const outcomes = story.router.pipeline.state.history
    .page({}, 9)
    .map(({ place, outcome }) => `${place.receiver} ${outcome}`)
  assert.deepEqual(outcomes.sort(), ['other sent', 'team failed', 'team sent'])
})

test('one that somebody looks after', async (t) => {
  const story = await startStory(t, YAML)
  story.push({ ...A, n: '1' })
  story.push({ ...A, n: '2' })
  await story.at(31)
  const { acknowledgements, alerts } = story.router.pipeline.state
  const acknowledge = (owner: string, count: number) => {
    const result = acknowledgements.add({
      ...{ owner, comment: '', matchers: [], endsAtMs: story.clock.nowMs() + 36_000_000 },
      alerts: [...alerts.values()].slice(0, count),
    })
    assert.ok(result.ok)
  }
  acknowledge('ann', 1)
  const [first] = alerts.values()
  const labels = Object.fromEntries(first!.labels)
  assert.equal(
    await story.verdict(labels),
    'sent at 12:00:30 UTC (first notification); acknowledged by ann (until 22:00:31 UTC); sent again at 16:00:30 UTC if nothing changes',
  )
  acknowledge('bob', 2)
  assert.match(
    await story.verdict(labels),
    /acknowledged by \w+ \(until 22:00:31 UTC\), so it is not sent again before$/,
  )
  await story.at(15_000)
  const { places } = await story.explain(labels)
  assert.equal(places[0]?.integrations[0]?.standing?.outcome, 'acknowledged')
  assert.match(places[0]!.verdict, /^sent at 12:00:30 UTC/)
})

test('one that waits for another member of the cluster', async (t) => {
  const story = await startStory(t, YAML)
  story.push(A)
  const { root, state } = story.router.pipeline
  const signal = new AbortController().signal
  const empty = LabelSet.empty
  const flush = {
    ...{ groupKey: '{}:{alertname="A"}', logKey: `${root.id}:{alertname="A"}`, route: root, alerts: [], tickMs: 0 },
    ...{ groupLabels: empty, routeLabels: empty, alertsNow: () => [] },
    ...{ signal, halt: signal, draining: signal, timeMs: 10_000, span: NO_SPAN },
  }
  const integration = {
    kind: 'webhook',
    index: 0,
    sendResolved: true,
    notify: () => Promise.reject(new Error('not here')),
  } as const
  state.journal.quiet(flush, integration, { kind: 'waiting', detail: 'am-0, which comes first' })
  assert.equal(await story.verdict(A), 'not sent yet: it waits for am-0, which comes first')
})

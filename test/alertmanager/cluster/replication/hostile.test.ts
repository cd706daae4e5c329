import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ClusterTimeline, clusterTimeline } from '../support/cluster-timeline.ts'
import { Liar } from '../support/liar.ts'

const yaml = `
route: {receiver: team, group_wait: 30s, group_interval: 5m, repeat_interval: 4h}
receivers: [{name: team, webhook_configs: [{url: http://hook.test/}]}]
`
const RECORDS = { t: 'records', why: 'update' }

async function lie(story: ClusterTimeline, liar: Liar, ...messages: unknown[]): Promise<readonly string[]> {
  const { router } = story.members.get('b')!
  const before = router.logLines.length
  for (const message of messages) liar.say(message)
  await story.moveTo(story.clock.monotonicMs() + 20_000)
  return router.logLines.slice(before).filter((line) => line.includes('refused'))
}

function stateOf(story: ClusterTimeline) {
  const { alerts, silences, nflog } = story.members.get('b')!.router.pipeline.state
  return [alerts.size, silences.size, nflog.size]
}

/** Both members that come before and after by name lie: one leads comparisons, the other is led. */
for (const name of ['a', 'c']) {
  test(`a lying member ${name} neither stops others nor gets in what the API would refuse`, async (t) => {
    const story = clusterTimeline(t, { yaml, members: ['b', 'd'] })
    await story.begin()
    const liar = new Liar(story.network, name)
    await story.moveTo(1_000)
    liar.say({ t: 'hello', v: 1, now: story.clock.nowMs() })
    liar.say({ t: 'clock', ahead: 0 })
    const now = story.clock.nowMs()
    const at = (ms: number) => new Date(ms).toISOString()
    const alert = { l: ['alertname', 'A'], a: [], s: at(now), e: at(now + 60_000), u: now, t: 0, g: '', w: [] }
    const silence = {
      ...{ id: 'x', m: [['a', '=', 'b']], startsAtMs: now, endsAtMs: now + 60_000, updatedAtMs: now },
      ...{ createdBy: 'me', comment: '', a: [] },
    }
    const entry = {
      k: ['{}:{}', 'other', 'webhook', 0],
      f: [],
      r: [],
      p: [],
      d: [],
      sentAtMs: now,
      expiresAtMs: now + 9e6,
    }
    const alerts = [
      { ...alert, l: [] },
      { ...alert, l: ['alertname'] },
      { ...alert, l: ['alertname', ''] },
      { ...alert, l: ['', 'x'] },
      { ...alert, l: Array(2_002).fill('a') },
      { ...alert, l: [1, 2] },
      { ...alert, l: ['a', '\ud800'] },
      { ...alert, e: at(now - 1) },
      { ...alert, e: 'soon' },
      { ...alert, u: now + 86_400_000 },
      { ...alert, u: null },
      { ...alert, g: 'nowhere' },
      { ...alert, w: [['g', -1]] },
      { ...alert, a: ['x', 'y'.repeat(2_000_000)] },
      7,
    ]
    const silences = [
      { ...silence, m: [] },
      { ...silence, m: [['a', '=~', '(']] },
      { ...silence, m: [['a', '=~', '.*']] },
      { ...silence, m: [['a', '~', 'b']] },
      { ...silence, endsAtMs: now - 1 },
      { ...silence, endsAtMs: 1e300 },
      { ...silence, updatedAtMs: now + 2 * 86_400_000 },
      { ...silence, id: 'x'.repeat(101) },
    ]
    const entries = [
      { ...entry, f: ['no fingerprint'] },
      { ...entry, k: [] },
      { ...entry, k: ['', '', '', -1] },
      { ...entry, sentAtMs: now + 86_400_000 },
      { ...entry, expiresAtMs: now - 1 },
      { ...entry, expiresAtMs: now + 1e12 },
      { ...entry, d: ['a'] },
    ]
    for (const [s, records] of [
      ['alr', alerts],
      ['sil', silences],
      ['nfl', entries],
    ] as const) {
      for (const record of records) {
        const refused = await lie(story, liar, { ...RECORDS, s, r: [record] })
        assert.equal(refused.length, 1, JSON.stringify(record).slice(0, 200))
      }
    }
    assert.deepEqual(stateOf(story), [0, 0, 0])
    // One that is wrong costs the others nothing.
    await lie(
      story,
      liar,
      { ...RECORDS, s: 'sil', r: [silences[0], silence] },
      { ...RECORDS, s: 'nfl', r: [entries[0], entry] },
    )
    await lie(story, liar, {
      ...RECORDS,
      s: 'alr',
      r: [alerts[0], { ...alert, l: ['alertname', 'A', 'x', 'y'], e: at(now + 9e6) }],
    })
    assert.deepEqual(stateOf(story).slice(0, 2), [1, 1])
    const key = { groupKey: '{}:{}', receiver: 'other', integration: 'webhook', index: 0 }
    assert.equal(story.members.get('b')!.router.pipeline.state.nflog.get(key)?.sentAtMs, now)
  })
}

test('no message of another member brings one down', async (t) => {
  const text = fc.string({ maxLength: 20 })
  const keys = ['v', 'now', 'ahead', 's', 'd', 'b', 'e', 'last', 'ids', 'why', 'r', 'a']
  const values = fc.oneof(
    fc.jsonValue({ maxDepth: 2 }),
    fc.constantFrom('sil', 'nfl', 'alr', 'full_state', true),
    fc.nat(),
  )
  const messages = fc.oneof(
    fc
      .tuple(
        fc.constantFrom('hello', 'clock', 'digest', 'list', 'want', 'done', 'records', 'ack', 'turn', 'ask', 'other'),
        fc.dictionary(fc.constantFrom(...keys), values),
      )
      .map(([kind, fields]) => Buffer.from(JSON.stringify({ ...fields, t: kind }))),
    text.map((garbage) => Buffer.from(garbage)),
  )
  const story = clusterTimeline(t, { yaml, members: ['b', 'd'] })
  await story.begin()
  const liars = ['a', 'c'].map((name) => new Liar(story.network, name))
  await fc.assert(
    fc.asyncProperty(fc.array(messages, { minLength: 50, maxLength: 100 }), async (said) => {
      for (const message of said) for (const liar of liars) liar.sayBytes(message)
      await story.moveTo(story.clock.monotonicMs() + 1_000)
    }),
    { numRuns: 10 },
  )
  story.fire({ alertname: 'A' }, ['b'])
  await story.moveTo(story.clock.monotonicMs() + 5_000)
  assert.equal(story.members.get('d')!.router.pipeline.state.alerts.size, 1, 'the others go on')
})

test('records that cannot be taken are acknowledged too: who sent them has more to say', async (t) => {
  const story = clusterTimeline(t, { yaml, members: ['b'] })
  await story.begin()
  let acknowledged = 0
  const newer = new Liar(story.network, 'c', (message) => {
    if (message.t === 'ack') acknowledged += 1
  })
  await story.moveTo(1_000)
  for (const record of [
    { s: 'of a later version', r: [] },
    { s: 'sil', r: 'none' },
    { s: 'sil', r: [{}] },
  ]) {
    newer.say({ ...RECORDS, ...record })
  }
  await story.moveTo(5_000)
  assert.equal(acknowledged, 3)
})

test('a flood of alerts ends at the limit', async (t) => {
  const story = clusterTimeline(t, { yaml, members: ['b'] })
  await story.begin()
  const liar = new Liar(story.network, 'c')
  await story.moveTo(1_000)
  liar.say({ t: 'hello', v: 1, now: story.clock.nowMs() })
  const now = story.clock.nowMs()
  const [s, e] = [new Date(now).toISOString(), new Date(now + 9e6).toISOString()]
  for (let part = 0; part < 10; part++) {
    const r = Array.from({ length: 200 }, (_, n) => ({
      l: ['n', `${part} ${n}`],
      a: [],
      s,
      e,
      u: now,
      t: 0,
      g: '',
      w: [],
    }))
    liar.say({ ...RECORDS, s: 'alr', r })
  }
  await story.moveTo(10_000)
  assert.deepEqual(stateOf(story), [1_000, 0, 0])
  assert.ok(story.members.get('b')!.router.logLines.some((line) => line.includes('refused new alerts: the limit')))
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startStory, YAML } from './story.ts'

const A = { alertname: 'A' }

test('one that is not known: what would become of it', async (t) => {
  const story = await startStory(t, YAML)
  assert.equal(await story.verdict(A), 'would be sent 30s after it came in (group_wait)')
  story.push({ ...A, n: '1' })
  await story.at(10)
  assert.equal(await story.verdict({ ...A, n: '2' }), 'would be sent with the next flush of its group, at 12:00:30 UTC')
  const id = story.silence(A, 3_600)
  assert.equal(await story.verdict(A), `would not be sent: silenced by ${id} (alice, until 13:00:10 UTC)`)
  const nobody = { alertname: 'B', team: 'none' }
  assert.equal(await story.verdict(nobody), 'would not be sent: receiver "nobody" has no integrations')
  assert.equal((await story.explain(A)).state, 'unknown')
})

test('one within group_wait, and one that joins a group', async (t) => {
  const story = await startStory(t, YAML)
  story.push({ ...A, n: '1' })
  await story.at(1)
  const first = await story.explain({ ...A, n: '1' })
  assert.equal(first.verdict, 'not sent yet: its group waits until 12:00:30 UTC (group_wait 30s)')
  assert.deepEqual(
    [first.state, first.places[0]?.group.hasAlert, first.places[0]?.group.alertCount],
    ['active', true, 1],
  )
  await story.at(40)
  story.push({ ...A, n: '2' })
  assert.equal(
    await story.verdict({ ...A, n: '2' }),
    'not sent yet: goes out with the next flush of its group, at 12:05:30 UTC (group_interval 5m)',
  )
})

test('one that was sent, and when it is repeated; the same after a restart', async (t) => {
  const story = await startStory(t, YAML)
  story.push(A)
  await story.at(60)
  const sent = 'sent at 12:00:30 UTC (first notification); sent again at 16:00:30 UTC if nothing changes'
  assert.equal(await story.verdict(A), sent)
  await story.at(700)
  const { places, lastNotification } = await story.explain(A)
  assert.equal(places[0]?.verdict, sent)
  assert.equal(places[0]?.integrations[0]?.standing?.outcome, 'nothing_new')
  assert.equal(places[0]?.group.lastFlushMs, Date.UTC(2026, 10, 21, 12, 10, 30))
  assert.equal(lastNotification?.outcome, 'sent')
  await story.kill()
  await story.start()
  assert.equal(await story.verdict(A), sent.replace('16:00:30', '16:01:40'), 'a flush was made up for at once')
  await story.at(15_000)
  assert.equal(
    await story.verdict(A),
    'sent at 16:01:40 UTC (repeat interval elapsed); sent again at 20:01:40 UTC if nothing changes',
  )
})

test('one that is silenced: before anything was sent, after that, and when the silence is over', async (t) => {
  const story = await startStory(t, YAML)
  const id = story.silence(A, 86_400)
  story.push(A)
  await story.at(60)
  const silenced = `not sent: silenced by ${id} (alice, until 2026-11-22 12:00:00 UTC)`
  assert.equal(await story.verdict(A), silenced)
  assert.equal((await story.explain(A)).places[0]?.integrations[0]?.standing?.outcome, 'muted')
  void story.router.pipeline.silences.expire(id)
  assert.equal(
    await story.verdict(A),
    'not sent yet: goes out with the next flush of its group, at 12:05:30 UTC (group_interval 5m)',
  )
  await story.at(400)
  const other = story.silence(A, 3_600)
  const again = `not sent: silenced by ${other} (alice, until 13:06:40 UTC); it was sent before it was muted`
  assert.equal(await story.verdict(A), again)
  await story.at(700)
  assert.equal(await story.verdict(A), again, 'parked by now')
  void story.router.pipeline.silences.expire(other)
  assert.equal(
    await story.verdict(A),
    'not sent yet: goes out with the next flush of its group, at 12:15:30 UTC (group_interval 5m), as it is muted no more',
  )
})

test('one with more silences than one wants to read', async (t) => {
  const story = await startStory(t, YAML)
  for (let index = 0; index < 5; index++) story.silence(A, 3_600)
  story.push(A)
  assert.match(
    await story.verdict(A),
    /^not sent: (?:silenced by \S+ \(alice, until 13:00:00 UTC\), and ){3}by 2 more$/,
  )
})

test('one that is inhibited, by what and by which rule', async (t) => {
  const story = await startStory(t, YAML)
  const low = { alertname: 'Slow', severity: 'low', node: 'a' }
  story.push({ alertname: 'Down', node: 'a' })
  story.push(low)
  await story.at(60)
  assert.equal(
    await story.verdict(low),
    'not sent: inhibited by {alertname="Down", node="a"} (inhibit_rules[0], "down")',
  )
  assert.equal((await story.explain(low)).state, 'suppressed')
})

test('one that is muted by the time, and until when', async (t) => {
  const story = await startStory(t, YAML)
  const day = { ...A, team: 'day' }
  story.push(day)
  await story.at(60)
  assert.equal(await story.verdict(day), 'not sent: muted by time interval afternoon (until 13:00:00 UTC)')
  const office = { ...A, team: 'office' }
  story.push(office)
  assert.equal(await story.verdict(office), 'not sent: outside of time interval office (until 2026-11-23 08:30:00 UTC)')
  await story.at(3_700)
  assert.match(await story.verdict(day), /^sent at 13:00:30 UTC \(first notification\)/)
})

test('one whose end waits for the time to allow it', async (t) => {
  const story = await startStory(t, YAML)
  const day = { ...A, team: 'day' }
  // Told at eleven of the next day.
  await story.at(82_800)
  story.push(day)
  await story.at(86_410)
  assert.match(
    await story.verdict(day),
    /^not sent: muted by time interval afternoon .*; it was sent before it was muted$/,
  )
  story.resolve(day)
  await story.at(86_800)
  assert.equal(
    await story.verdict(day),
    'ended at 12:00:10 UTC; its end is sent when the time allows it: muted by time interval afternoon (until 13:00:00 UTC)',
  )
  assert.equal((await story.explain(day)).places[0]?.integrations[0]?.standing?.outcome, 'muted_by_time')
  await story.at(90_200)
  assert.equal(
    await story.verdict(day),
    'ended at 2026-11-22 12:00:10 UTC; its end was sent at 13:00:30 UTC'.replace('2026-11-22 ', ''),
  )
})

test('one that ended: before and after its end was sent, and one that nobody had heard of', async (t) => {
  const story = await startStory(t, YAML)
  story.push(A)
  story.push({ alertname: 'B' })
  await story.at(10)
  story.resolve({ alertname: 'B' })
  await story.at(60)
  story.resolve(A)
  assert.equal(
    await story.verdict(A),
    'ended at 12:01:00 UTC; its end goes out with the next flush of its group, at 12:05:30 UTC',
  )
  assert.equal(
    await story.verdict({ alertname: 'B' }),
    'ended at 12:00:10 UTC; its firing was not sent, so there is no end to send',
  )
  await story.at(400)
  assert.equal(await story.verdict(A), 'ended at 12:01:00 UTC; its end was sent at 12:05:30 UTC')
  assert.equal((await story.explain(A)).state, 'resolved')
})

test('one whose end is not wanted', async (t) => {
  const story = await startStory(t, YAML)
  const quiet = { ...A, team: 'quiet' }
  story.push(quiet)
  await story.at(60)
  story.resolve(quiet)
  const verdict = 'ended at 12:01:00 UTC; ends are not sent there (send_resolved: false)'
  assert.equal(await story.verdict(quiet), verdict)
  await story.at(400)
  assert.equal(await story.verdict(quiet), verdict)
  const { history } = story.router.pipeline.state
  assert.equal(history.page({}, 1)[0]?.outcome, 'end_not_wanted')
})

test('one that nobody is told of', async (t) => {
  const story = await startStory(t, YAML)
  const none = { ...A, team: 'none' }
  story.push(none)
  await story.at(60)
  assert.equal(await story.verdict(none), 'not sent: receiver "nobody" has no integrations')
  assert.deepEqual(story.router.pipeline.state.history.page({}, 1), [])
})

test('one that no group takes in before the router tells', async (t) => {
  const story = await startStory(t, YAML)
  await story.router.pipeline.dispatching.stop?.(AbortSignal.abort())
  story.push(A)
  assert.equal(
    await story.verdict(A),
    'not sent yet: the router is starting, settling, stopping, or within --dispatch.start-delay',
  )
  assert.equal(
    await story.verdict({ alertname: 'B' }),
    'would be sent once groups tell: the router is starting, settling, stopping, or within --dispatch.start-delay',
  )
})

test('the way through the tree, with the very matcher that failed', async (t) => {
  const story = await startStory(t, YAML)
  const { route } = await story.explain({ ...A, team: 'both' })
  assert.deepEqual(
    route.routes.map(({ name, fate, failing, value, after }) => [name, fate, failing ?? after, value]),
    [
      ['{team="none"}', 'refused', 'team="none"', 'both'],
      ['{team="quiet"}', 'refused', 'team="quiet"', 'both'],
      ['{team="day"}', 'refused', 'team="day"', 'both'],
      ['{team="office"}', 'refused', 'team="office"', 'both'],
      ['{team="two"}', 'refused', 'team="two"', 'both'],
      ['{team="both"}', 'tells', undefined, undefined],
      ['{team="both"}', 'tells', undefined, undefined],
    ],
  )
  assert.equal(route.fate, 'entered')
  const missing = await story.explain({ alertname: 'A' })
  assert.deepEqual([missing.route.fate, missing.route.routes[0]?.value], ['tells', undefined])
  const none = await story.explain({ alertname: 'A', team: 'none' })
  assert.equal(none.route.routes[1]?.after, '{team="none"}')
})

import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { captureServer } from '../../alertmanager/support/capture-server.ts'
import { startRouter } from '../../alertmanager/support/router-process.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type Run, runner } from './run.ts'

const MAIN = join(import.meta.dirname, '../../../cli/main.ts')

function vedette(t: TestContext, url: string): Run {
  const run = runner(t, process.execPath, [MAIN])
  return (args, options) => run([...args, `--alertmanager.url=${url}`, '--no-version-check'], options)
}

const SENT = {
  ...{ id: '12', outcome: 'sent', reason: 'first notification', receiver: 'team', integration: 'webhook', index: 0 },
  ...{ groupKey: '{}:{alertname="A"}', startedAt: '2026-11-21T12:00:30.000Z', endedAt: '2026-11-21T12:00:30.500Z' },
  ...{ attemptCount: 1, counts: { firing: 2, resolved: 1 } },
  alerts: [{ fingerprint: '4286ff98cb992798', status: 'firing', labels: { alertname: 'A', n: '1' } }],
}
const FAILED = {
  ...SENT,
  ...{
    id: '11',
    outcome: 'failed',
    integration: 'email',
    attemptCount: 20,
    failedFlushes: 3,
    error: 'the answer is 500',
  },
  attempts: [
    { at: '2026-11-21T12:00:30.000Z', durationMs: 12, ok: false, error: 'the answer is 500', retryable: true },
    { at: '2026-11-21T12:00:31.000Z', durationMs: 7, ok: true },
  ],
}
const MUTED = {
  ...{ id: '10', outcome: 'muted', receiver: 'team', integration: 'webhook', index: 0, groupKey: '{}:{}' },
  ...{ startedAt: '2026-11-21T11:00:30.000Z', endedAt: '2026-11-21T11:00:30.000Z', heldEnds: 1 },
  ...{ mutedBy: { silence: ['s1', 's2'] }, counts: { firing: 1, resolved: 0 }, alerts: [], attempts: [] },
}
const VERDICT = 'not sent: silenced by s1 (alice, until 14:00:00 UTC)'
const STORY = {
  ...{ fingerprint: '4286ff98cb992798', labels: { alertname: 'A', n: '1' }, verdict: VERDICT, state: 'suppressed' },
  ...{ startsAt: '2026-11-21T12:00:00.000Z', endsAt: '2026-11-21T13:00:00.000Z', lastNotification: SENT },
  acknowledgement: { owner: 'ann', comment: 'on it', endsAt: '2026-11-21T15:00:00.000Z' },
  places: [
    {
      ...{ receiver: 'team', verdict: VERDICT, group: { key: '{}:{alertname="A"}', exists: true, alerts: 3 } },
      timers: {
        ...{ groupWaitSeconds: 30, groupIntervalSeconds: 300, repeatIntervalSeconds: 14_400 },
        ...{ lastFlush: '2026-11-21T12:05:30.000Z', nextFlush: '2026-11-21T12:10:30.000Z' },
      },
      mutedBy: [
        {
          ...{ by: 'silence', id: 's1', createdBy: 'alice', comment: 'at work', endsAt: '2026-11-21T14:00:00.000Z' },
          matchers: ['alertname="A"'],
        },
        {
          ...{ by: 'inhibition', fingerprint: '00ff', source: { alertname: 'Down' } },
          rule: { index: 0, name: 'down', equal: [] },
        },
        { by: 'mute_time_interval', intervals: ['night'], until: '2026-11-21T13:00:00.000Z' },
        { by: 'active_time_interval', intervals: ['office'] },
      ],
      integrations: [
        {
          ...{ integration: 'webhook', index: 0, verdict: VERDICT },
          lastDecision: { outcome: 'muted', since: '2026-11-21T12:05:30.000Z', at: '2026-11-21T12:05:30.000Z' },
          lastNotification: SENT,
        },
      ],
      fallback: { receiver: 'sms', integrations: [{ integration: 'sms', index: 0, verdict: 'sent at 12:10:30 UTC' }] },
    },
  ],
  route: {
    ...{ name: 'default-route', receiver: 'team', continue: false, fate: 'tells' },
    routes: [
      {
        ...{ name: '{team="x"}', receiver: 'x', continue: false, fate: 'refused', failing: 'team="x"', label: 'team' },
        routes: [],
      },
    ],
  },
}
const WOULD = { ...STORY, state: 'unknown', verdict: 'would be sent 30s after it came in (group_wait)' }

function answers(path: string): unknown {
  if (path.startsWith('/api/vedette/v1/notifications/11')) return FAILED
  if (path.startsWith('/api/vedette/v1/notifications/10')) return MUTED
  if (path.includes('/notifications?') && path.includes('cursor=12')) return { notifications: [FAILED, MUTED] }
  if (path.includes('/notifications?')) return { notifications: [SENT], next: '12' }
  if (path.includes('filter=alertname%3D%22Gone')) return { total: 0, explanations: [] }
  if (path.includes('filter=alertname%3D%7E')) return { total: 0, explanations: [] }
  if (path.includes('/explain?')) return { total: 3, explanations: [STORY] }
  return WOULD
}

async function cannedServer(t: TestContext) {
  return captureServer(t, ({ path }) => ({
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(answers(path)),
  }))
}

test('vedette notifications lists page after page, and shows one with its attempts', async (t) => {
  const server = await cannedServer(t)
  const run = vedette(t, server.url)
  const list = await run([
    'notifications',
    'Disk',
    '--receiver=team',
    '--outcome=failed',
    '--outcome=muted',
    '--since=2026-11-21T00:00:00Z',
  ])
  assert.deepEqual([list.stderr, list.code], ['', 0])
  assert.equal(
    list.stdout.replace(/ +$/gm, ''),
    `ID  Started At               Receiver  Integration  Outcome  Reason              Alerts
12  2026-11-21 12:00:30 UTC  team      webhook[0]   sent     first notification  2 firing, 1 resolved
11  2026-11-21 12:00:30 UTC  team      email[0]     failed   first notification  2 firing, 1 resolved
10  2026-11-21 11:00:30 UTC  team      webhook[0]   muted                        1 firing
`,
  )
  const asked = server.requests.map(({ path }) => path)
  const query =
    'filter=alertname%3D%22Disk%22&limit=50&outcome=failed&outcome=muted&receiver=team&since=2026-11-21T00%3A00%3A00.000Z'
  assert.deepEqual(asked, [
    `/api/vedette/v1/notifications?${query}`,
    `/api/vedette/v1/notifications?cursor=12&${query.replace('limit=50', 'limit=49')}`,
  ])
  const extended = await run(['notifications', 'list', '-o', 'extended'])
  assert.equal(
    extended.stdout.split('\n')[3]?.replace(/ {2,}/g, ' | ').trimEnd(),
    '10 | 2026-11-21 11:00:30 UTC | 2026-11-21 11:00:30 UTC | team | webhook[0] | muted | 1 firing | {}:{} | silence s1 s2 |',
  )
  const json = await run(['notifications', '-o', 'json'])
  assert.deepEqual(JSON.parse(json.stdout), [SENT, FAILED, MUTED])

  const shown = await run(['notifications', 'show', '11'])
  assert.equal(
    shown.stdout,
    `ID:          11
Outcome:     failed
Reason:      first notification
Receiver:    team email[0]
Group Key:   {}:{alertname="A"}
Started At:  2026-11-21 12:00:30 UTC
Ended At:    2026-11-21 12:00:30 UTC
Error:       the answer is 500
Alerts:      2 firing, 1 resolved
  4286ff98cb992798  firing  {alertname="A", n="1"}
Attempts: 20 over 3 flushes, the first and the last of them
  2026-11-21 12:00:30 UTC  12ms  the answer is 500
  2026-11-21 12:00:31 UTC  7ms   ok
`,
  )
  const muted = await run(['notifications', 'show', '10'])
  assert.match(muted.stdout, /^Left out by: {2}silence s1 s2\nEnds held: {4}1\nAlerts: {7}1 firing\n$/m)
  const bare = await run(['notifications', 'show'])
  assert.deepEqual([bare.code, bare.stderr.trimEnd()], [1, 'vedette: error: no notification ID specified'])
  const badTime = await run(['notifications', '--since=yesterday'])
  assert.match(badTime.stderr, /parsing time "yesterday"/)
})

test('vedette alert explain says the verdict, and all that it follows from', async (t) => {
  const server = await cannedServer(t)
  const run = vedette(t, server.url)
  const simple = await run(['alert', 'explain', 'A', 'n=1'])
  assert.equal(simple.stdout, `{alertname="A", n="1"}\n  ${VERDICT}\n`)
  assert.equal(simple.stderr, '2 more alerts match: see --limit\n')
  const { stdout } = await run(['alert', 'explain', '-o', 'extended', '--fingerprint=4286ff98cb992798', '--limit=1'])
  assert.equal(
    stdout,
    `Alert:         {alertname="A", n="1"} 4286ff98cb992798
State:         suppressed, 2026-11-21 12:00:00 UTC to 2026-11-21 13:00:00 UTC
Verdict:       ${VERDICT}
Acknowledged:  by ann until 2026-11-21 15:00:00 UTC: on it
Last heard:    team, #12 sent at 2026-11-21 12:00:30 UTC (first notification)

Routes
.
└── default-route  tells team
    └── {team="x"}  refused: team is not there

Receiver team
  Group:       {}:{alertname="A"}, 3 alerts
  Timers:      group_wait 30s, group_interval 5m, repeat_interval 4h
  Last flush:  2026-11-21 12:05:30 UTC
  Next flush:  2026-11-21 12:10:30 UTC
  Muted by:    silence s1 of alice until 2026-11-21 14:00:00 UTC {alertname="A"}: at work
  Muted by:    alert 00ff {alertname="Down"} by inhibit_rules[0] "down"
  Muted by:    the time, night until 2026-11-21 13:00:00 UTC
  Muted by:    the time, outside of office
  webhook[0]: ${VERDICT}
    Last decision:      muted at 2026-11-21 12:05:30 UTC, so since 2026-11-21 12:05:30 UTC
    Last notification:  #12 sent at 2026-11-21 12:00:30 UTC (first notification)
  In its place: sms
  sms[0]: sent at 12:10:30 UTC
`,
  )
  const json = await run(['alert', 'explain', '-o', 'json', 'A'])
  assert.deepEqual(JSON.parse(json.stdout), [STORY])
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    [
      '/api/vedette/v1/explain?filter=alertname%3D%22A%22&filter=n%3D1&limit=10',
      '/api/vedette/v1/explain?fingerprint=4286ff98cb992798&limit=1',
      '/api/vedette/v1/explain?filter=alertname%3D%22A%22&limit=10',
    ],
  )
})

test('vedette alert explain makes do with labels of an alert that there is not', async (t) => {
  const server = await cannedServer(t)
  const run = vedette(t, server.url)
  const gone = await run(['alert', 'explain', 'Gone', 'n=1'])
  assert.equal(gone.stdout, `{alertname="A", n="1"} (not known)\n  ${WOULD.verdict}\n`)
  assert.equal(server.requests.at(-1)?.body, '{"labels":{"alertname":"Gone","n":"1"}}')
  const none = await run(['alert', 'explain', 'alertname=~Gone.*'])
  assert.deepEqual([none.code, none.stdout], [1, ''])
  assert.match(none.stderr, /^vedette: error: no alert matches; with labels alone/)
  const bare = await run(['alert', 'explain'])
  assert.deepEqual([bare.code, bare.stderr.trimEnd()], [1, 'vedette: error: no matchers specified'])
})

test('both ask a real router', async (t) => {
  const hook = await captureServer(t)
  const yaml = `{route: {receiver: team, group_wait: 10ms}, receivers: [{name: team, webhook_configs: [{url: '${hook.url}'}]}]}`
  const router = await startRouter(t, temporaryDirectory(t), yaml)
  await router.push([{ alertname: 'A', n: '1' }])
  await router.reached('alertmanager_notifications_total{integration="webhook"}', 1)
  const run = vedette(t, router.url)
  const explained = await run(['alert', 'explain', 'A'])
  assert.match(
    explained.stdout,
    /^\{alertname="A", n="1"\}\n {2}sent at \S+ UTC \(first notification\); sent again at .*\n$/,
  )
  const extended = await run(['alert', 'explain', 'A', '-o', 'extended'])
  assert.match(extended.stdout, /^Receiver team\n {2}Group: {7}\{\}:\{\}, 1 alert$/m)
  assert.match(
    (await run(['notifications'])).stdout,
    /^1 .* team +webhook\[0\] +sent +first notification +1 firing +$/m,
  )
  assert.match((await run(['notifications', 'show', '1'])).stdout, /^Attempts: 1\n.* ok\n$/m)
  const missing = await run(['notifications', 'show', '99'])
  assert.deepEqual(
    [missing.code, missing.stderr.trimEnd()],
    [1, 'vedette: error: [GET /notifications/{id}] getNotification (status 404): "notification not found"'],
  )
  assert.match(
    (await run(['alert', 'explain', 'B', 'n=2'])).stdout,
    /\(not known\)\n {2}would be sent with the next flush/,
  )
})

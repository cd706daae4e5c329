import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { captureServer } from '../support/capture-server.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'

interface Summary {
  readonly id: string
  readonly outcome: string
  readonly receiver: string
  readonly reason?: string
  readonly error?: string
  readonly attempts?: readonly { readonly ok: boolean }[]
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>> }[]
}

const yamlFor = (url: string) => `
route:
  receiver: good
  group_by: [alertname]
  group_wait: 20ms
  group_interval: 1h
  routes: [{receiver: bad, matchers: [team=bad]}]
receivers:
  - {name: good, webhook_configs: [{url: "${url}/good/s3cr3t"}]}
  - {name: bad, webhook_configs: [{url: "${url}/bad/s3cr3t"}]}
`

const API = '/api/vedette/v1'
const TOLD = 'alertmanager_notifications_total{integration="webhook"}'

async function list(
  router: RouterClient,
  query = '',
): Promise<{ readonly notifications: Summary[]; readonly next?: string }> {
  const response = await router.get(`${API}/notifications${query}`)
  assert.equal(response.status, 200)
  return (await response.json()) as { notifications: Summary[]; next?: string }
}

const named = ({ notifications }: { readonly notifications: readonly Summary[] }) =>
  notifications.map(({ outcome, alerts }) => `${outcome} ${alerts.map(({ labels }) => labels.alertname)}`)

test('the notification log answers what was told, whom, and how that went; kill -9 does not cost it', async (t) => {
  const directory = temporaryDirectory(t)
  const hook = await captureServer(t, ({ path }) => (path.startsWith('/bad') ? { status: 400, body: 'no' } : {}))
  const first = await startRouter(t, directory, yamlFor(hook.url))
  const alerts: Record<string, string>[] = [
    { alertname: 'A' },
    { alertname: 'B', team: 'bad' },
    { alertname: 'C', zone: 'x' },
  ]
  for (const [index, labels] of alerts.entries()) {
    await first.push([labels])
    await first.reached(TOLD, index + 1)
  }
  await first.metric(TOLD)
  const before = await list(first)
  assert.deepEqual(named(before), ['sent C', 'failed B', 'sent A'])
  await first.child.kill('SIGKILL')

  const router = await startRouter(t, directory, yamlFor(hook.url))
  assert.deepEqual((await list(router, '?outcome=sent,failed')).notifications.slice(-3), before.notifications)
  for (const [query, expected] of [
    ['?receiver=good', ['sent C', 'sent A']],
    ['?outcome=failed', ['failed B']],
    ['?outcome=sent&limit=1', ['sent C']],
    ['?integration=email', []],
    ['?filter=alertname%3D~%22A%7CB%22', ['failed B', 'sent A']],
    ['?filter=zone%3Dx', ['sent C']],
    ['?since=2999-01-01T00:00:00Z', []],
    ['?until=2000-01-01T00:00:00Z', []],
    ['?fingerprint=ffffffffffffffff', []],
    [`?cursor=${before.notifications[0]!.id}&outcome=all`, ['failed B', 'sent A']],
    [`?group_key=${encodeURIComponent('{}:{alertname="A"}')}`, ['sent A']],
  ] as const) {
    assert.deepEqual(named(await list(router, query)), expected, query)
  }
  const page = await list(router, '?limit=2')
  assert.deepEqual(named(await list(router, `?limit=2&cursor=${page.next}`)), ['sent A'])

  const failed = before.notifications[1]!
  const shown = await router.get(`${API}/notifications/${failed.id}`)
  const text = await shown.text()
  assert.equal(text.includes('s3cr3t'), false)
  const { attempts = [], error = '' } = JSON.parse(text) as Summary
  assert.deepEqual(
    attempts.map(({ ok }) => ok),
    [false],
  )
  assert.match(error, /400/)
  assert.equal((await router.get(`${API}/notifications/99999`)).status, 404)
  assert.equal((await router.get(`${API}/notifications/x`)).status, 404)
  assert.equal(await router.metric('alertmanager_history_entries'), 3)
  assert.equal(await router.metric('alertmanager_history_entries_dropped_total{reason="limit"}'), 0)
  await router.metric('alertmanager_oldest_unsent_group_seconds')
})

test('what cannot be asked is said', async (t) => {
  const router = await startRouter(t, temporaryDirectory(t), undefined)
  for (const [path, problem] of [
    [
      '/notifications?outcome=nope',
      /bad outcome \\"nope\\": known are all, sent, partly_sent, told_elsewhere, failed, nothing_new/,
    ],
    ['/notifications?since=yesterday', /bad since \\"yesterday\\": write a time as in RFC 3339/],
    ['/notifications?limit=0', /bad limit \\"0\\": write a number from 1 to 1000/],
    ['/notifications?cursor=x', /bad cursor/],
    ['/notifications?fingerprint=12', /bad fingerprint \\"12\\": it has 16 hexadecimal digits/],
    ['/notifications?filter=a', /bad matcher format: a/],
    ['/explain', /say which alerts: with filter or fingerprint/],
    ['/explain?filter=a', /bad matcher format: a/],
    ['/explain?filter=a%3Db&limit=1000', /bad limit \\"1000\\": write a number from 1 to 100/],
    ['/explain?fingerprint=x', /bad fingerprint/],
  ] as const) {
    const response = await router.get(API + path)
    assert.deepEqual([response.status, problem.test(await response.text())], [400, true], path)
  }
  assert.equal((await router.get(`${API}/explain?fingerprint=ffffffffffffffff`)).status, 404)
  assert.equal((await router.post(`${API}/explain`, { labels: {} })).status, 400)
  assert.equal((await router.post(`${API}/explain`, { labels: { a: 1 } })).status, 400)
  assert.equal((await router.post(`${API}/explain`, {})).status, 422)
})

test('explain tells the story of alerts that there are, were, or might be', async (t) => {
  const hook = await captureServer(t)
  const router = await startRouter(t, temporaryDirectory(t), yamlFor(hook.url))
  await router.push([
    { alertname: 'A', n: '1' },
    { alertname: 'A', n: '2' },
  ])
  await router.reached(TOLD, 1)
  const asked = await router.get(`${API}/explain?filter=alertname%3DA&limit=1`)
  const { total, explanations } = (await asked.json()) as {
    total: number
    explanations: { verdict: string; fingerprint: string }[]
  }
  assert.deepEqual([total, explanations.length], [2, 1])
  const { verdict, fingerprint } = explanations[0]!
  assert.match(verdict, /^sent at \S+ UTC \(first notification\); sent again at /)
  const same = (await (await router.get(`${API}/explain?fingerprint=${fingerprint}`)).json()) as {
    explanations: object[]
  }
  assert.deepEqual(same.explanations, explanations)
  const posted = await router.post(`${API}/explain`, { labels: { alertname: 'Z', team: 'bad', empty: '' } })
  const would = (await posted.json()) as Readonly<Record<string, unknown>>
  assert.deepEqual(would, {
    fingerprint: 'ad5e926f50c87326',
    labels: { alertname: 'Z', team: 'bad' },
    verdict: 'would be sent 20ms after it came in (group_wait)',
    state: 'unknown',
    places: [
      {
        receiver: 'bad',
        verdict: 'would be sent 20ms after it came in (group_wait)',
        group: {
          key: '{}/{team="bad"}:{alertname="Z"}',
          labels: { alertname: 'Z' },
          exists: false,
          alerts: 0,
          hasAlert: false,
          isAcknowledged: false,
        },
        timers: { groupWaitSeconds: 0.02, groupIntervalSeconds: 3_600, repeatIntervalSeconds: 14_400 },
        mutedBy: [],
        integrations: [
          {
            ...{ integration: 'webhook', index: 0, verdict: 'would be sent 20ms after it came in (group_wait)' },
            ...{ sendResolved: true, told: 'nothing' },
          },
        ],
      },
    ],
    route: {
      ...{ name: 'default-route', receiver: 'good', continue: false },
      routes: [{ name: '{team="bad"}', receiver: 'bad', continue: false, routes: [], fate: 'tells' }],
      fate: 'entered',
    },
  })
})

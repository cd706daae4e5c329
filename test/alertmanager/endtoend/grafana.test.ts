import assert from 'node:assert/strict'
import { test } from 'node:test'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'
import { type Alert, type Group, MILLIS, type Silence, startWithAlerts, YAML } from './shown-alerts.ts'

/** What Grafana's proxy of data sources sends along. */
const GRAFANA = {
  'user-agent': 'Grafana/12.0.0',
  'accept-encoding': 'gzip',
  'x-forwarded-for': '10.0.0.7',
  'x-grafana-org-id': '1',
}
const byName = (a: string, b: string) => a.localeCompare(b)

/** Asks as Grafana does, and reads JSON only where it says that it is. */
async function grafana<T>(router: RouterClient, path: string, init: RequestInit = {}): Promise<T> {
  const answer = await fetch(router.url + path, { ...init, headers: { ...GRAFANA, ...init.headers } })
  const text = await answer.text()
  assert.equal(answer.status, 200, `${path}: ${text}`)
  assert.match(answer.headers.get('content-type') ?? '', /json/, path)
  return JSON.parse(text) as T
}

test('Grafana as a client', async (t) => {
  const router = await startWithAlerts(t)
  await t.test(
    "Grafana's test of the data source takes the router for Prometheus' Alertmanager, below a prefix too",
    async (t) => {
      const statusOf = async (url: string) => (await fetch(url, { headers: GRAFANA })).status
      assert.equal(await statusOf(`${router.url}/api/v2/status`), 200)
      // Who answers there with 200 is taken for Mimir.
      assert.equal(await statusOf(`${router.url}/alertmanager/api/v2/status`), 404)
      assert.notEqual(await statusOf(`${router.url}/api/v1/status/buildinfo`), 200)

      const below = await startRouter(t, temporaryDirectory(t), YAML, ['--web.route-prefix=/alertmanager'])
      assert.equal(await statusOf(`${below.url}/alertmanager/api/v2/status`), 200)
      assert.equal(await statusOf(`${below.url}/alertmanager/alertmanager/api/v2/status`), 404)
      assert.notEqual(await statusOf(`${below.url}/api/v2/status`), 200)
    },
  )

  await t.test("Grafana's list of alerts: by state, by matchers as it writes them", async () => {
    const list = async (query: string) => {
      const alerts = await grafana<Alert[]>(router, `/api/v2/alerts${query}`)
      return alerts.map(({ labels }) => `${labels.alertname} ${labels.host}`).toSorted(byName)
    }
    const [disk, other, latency] = ['Disk a', 'Disk b', 'Latency "p99" a']
    assert.deepEqual(await list(''), [disk, other, latency])
    assert.deepEqual(await list('?silenced=true&active=true&inhibited=true&unprocessed=true'), [disk, other, latency])
    assert.deepEqual(await list('?inhibited=false'), [disk, other])
    assert.deepEqual(await list('?active=false&silenced=false'), [latency])
    const by = (...filters: string[]) =>
      list(`?${filters.map((filter) => `filter=${encodeURIComponent(filter)}`).join('&')}`)
    assert.deepEqual(await by('alertname="Disk"', 'host="a"'), [disk])
    assert.deepEqual(await by('alertname=~"Di.*|x"', 'host!="a"'), [other])
    assert.deepEqual(await by('alertname="Latency \\"p99\\""'), [latency])
    assert.deepEqual(await by('"with space"="x\\\\y"'), [other])
    assert.deepEqual(await by('team!~".+"'), [disk, latency])
    const [alert] = await grafana<Alert[]>(router, `/api/v2/alerts?filter=${encodeURIComponent('severity="warning"')}`)
    assert.deepEqual(alert!.status.state, 'suppressed')
    assert.equal(alert!.status.inhibitedBy.length, 1)
    assert.deepEqual(alert!.receivers, [{ name: 'team' }])
    for (const time of [alert!.startsAt, alert!.endsAt, alert!.updatedAt]) assert.match(time, MILLIS)
    const refused = await router.get(`/api/v2/alerts?filter=${encodeURIComponent('a b')}`)
    assert.deepEqual([refused.status, await refused.json()], [400, 'bad matcher format: a b'])
  })

  await t.test("Grafana's groups have a receiver, labels and alerts each", async () => {
    const list = async (query: string) =>
      (await grafana<Group[]>(router, `/api/v2/alerts/groups${query}`)).map(
        ({ receiver, labels, alerts }) => `${receiver.name} ${JSON.stringify(labels)} ${alerts.length}`,
      )
    const [team, latency, other] = [
      'team {"alertname":"Disk"} 1',
      'team {"alertname":"Latency \\"p99\\""} 1',
      'other {"alertname":"Disk","severity":"info"} 1',
    ]
    assert.deepEqual(await list(''), [team, latency, other])
    assert.deepEqual(await list('?receiver=other'), [other])
    assert.deepEqual(await list('?active=true&silenced=false&inhibited=false'), [team, other])
    assert.deepEqual(await list(`?filter=${encodeURIComponent('host="b"')}`), [other])
  })

  await t.test("Grafana's silences: made, shown, changed, ended", async () => {
    const headers = { 'content-type': 'application/json' }
    const save = (silence: object) =>
      grafana<{ silenceID: string }>(router, '/api/v2/silences', {
        method: 'POST',
        headers,
        body: JSON.stringify(silence),
      })
    const inMs = (ms: number) => new Date(Date.now() + ms).toISOString()
    const matchers = [{ name: 'host', value: 'a|b', isRegex: true, isEqual: true }]
    const posted = {
      id: '',
      comment: 'upgrade',
      createdBy: 'admin',
      matchers,
      startsAt: inMs(-1_000),
      endsAt: inMs(7_200_000),
    }
    const { silenceID } = await save(posted)

    // What the query of its own API is carried along with means nothing here.
    const all = await grafana<Silence[]>(router, '/api/v2/silences?ruleMetadata=true&accesscontrol=true')
    assert.deepEqual(
      all.map(({ id, status, comment, createdBy }) => [id, status.state, comment, createdBy]),
      [[silenceID, 'active', 'upgrade', 'admin']],
    )
    const one = await grafana<Silence>(router, `/api/v2/silence/${silenceID}?ruleMetadata=true&accesscontrol=true`)
    assert.deepEqual(one, all[0])
    assert.deepEqual(one.matchers, matchers)
    for (const time of [one.startsAt, one.endsAt, one.updatedAt]) assert.match(time, MILLIS)
    const silenced = await grafana<Alert[]>(router, '/api/v2/alerts?active=false&inhibited=false')
    assert.deepEqual(
      silenced.map(({ status }) => [status.state, status.silencedBy]),
      [
        ['suppressed', [silenceID]],
        ['suppressed', [silenceID]],
      ],
    )

    // Its form sends back what it was shown, with another end or another comment.
    const { id, comment: _comment, createdBy, startsAt } = one
    assert.deepEqual(await save({ id, comment: 'longer', createdBy, matchers, startsAt, endsAt: inMs(9_000_000) }), {
      silenceID,
    })
    const moved = await save({
      id,
      comment: 'other host',
      createdBy,
      startsAt,
      endsAt: inMs(9_000_000),
      matchers: [{ ...matchers[0], value: 'a' }],
    })
    assert.notEqual(moved.silenceID, silenceID)

    const remove = (of: string, init: RequestInit = {}) =>
      fetch(`${router.url}/api/v2/silence/${of}`, {
        method: 'DELETE',
        ...init,
        headers: { ...GRAFANA, ...init.headers },
      })
    const ended = await remove(moved.silenceID, { headers })
    assert.deepEqual([ended.status, await ended.text()], [200, ''])
    const states = await grafana<Silence[]>(router, '/api/v2/silences')
    assert.deepEqual(
      states.map(({ status }) => status.state),
      ['expired', 'expired'],
    )
    assert.equal((await remove('9f0c6c5e-0000-4000-8000-000000000000')).status, 404)
    const gone = await router.get('/api/v2/silence/9f0c6c5e-0000-4000-8000-000000000000')
    assert.equal(gone.status, 404)
  })

  await t.test("Grafana's view of the configuration comes from the status", async () => {
    const status = await grafana<{
      cluster: { peers: unknown[]; status: string }
      config: { original: string }
      uptime: string
      versionInfo: Record<string, string>
    }>(router, '/api/v2/status')
    assert.match(status.uptime, MILLIS)
    assert.deepEqual([status.cluster.peers, status.cluster.status], [[], 'disabled'])
    assert.deepEqual(Object.keys(status.versionInfo).toSorted(byName), [
      'branch',
      'buildDate',
      'buildUser',
      'goVersion',
      'revision',
      'version',
    ])
    for (const key of ['global:', 'route:', 'inhibit_rules:', 'receivers:'])
      assert.ok(status.config.original.includes(key))
    const receivers = await grafana<{ name: string }[]>(router, '/api/v2/receivers')
    assert.deepEqual(receivers, [{ name: 'team' }, { name: 'other' }])
  })

  await t.test("what Grafana's own alerts look like is taken", async () => {
    const alert = {
      annotations: {
        __dashboardUid__: 'abc',
        __panelId__: '4',
        __value_string__: "[ var='A' value=1 ]",
        __values__: '{"A":1}',
      },
      labels: {
        __alert_rule_uid__: 'de1',
        alertname: 'From Grafana',
        grafana_folder: 'ops / db',
        __alert_rule_namespace_uid__: 'n',
      },
      startsAt: new Date().toISOString(),
      endsAt: new Date(Date.now() + 240_000).toISOString(),
      generatorURL: 'http://grafana.test/alerting/grafana/de1/view?orgId=1',
    }
    const answer = await fetch(`${router.url}/api/v2/alerts`, {
      method: 'POST',
      headers: { 'user-agent': 'Grafana/12.0.0', 'content-type': 'application/json' },
      body: JSON.stringify([alert]),
    })
    assert.equal(answer.status, 200)
    const filter = encodeURIComponent('__alert_rule_uid__="de1"')
    const [shown] = await grafana<Alert[]>(router, `/api/v2/alerts?filter=${filter}`)
    assert.deepEqual(
      [shown?.labels, shown?.annotations, shown?.generatorURL],
      [alert.labels, alert.annotations, alert.generatorURL],
    )
  })
})

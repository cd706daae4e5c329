import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { lastingPort } from '../../support/lasting-port.ts'
import { PEERS, skipWithout } from '../../support/peer-program.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'
import { type RouterClient, startRouter } from '../support/router-process.ts'
import { AlertingPrometheus } from './alerting-prometheus.ts'
import { channels, type WebhookBody } from './channels.ts'
import { faultTarget } from './fault-target.ts'

const skip = skipWithout(PEERS.prometheus)
const ZERO_TIME = '0001-01-01T00:00:00Z'

const yamlFor = (configs: string, groupBy: string) => `
route: {receiver: ops.team, group_by: [${groupBy}], group_wait: 500ms, group_interval: 1s, repeat_interval: 1h}
receivers:
  - {name: ops.team, ${configs}}
`

const hostOf = (router: RouterClient) => new URL(router.url).host

/** Every notification that is due has been decided about: a tick of a group has come and gone. */
async function hasFlushed(router: RouterClient): Promise<void> {
  const flushed = await router.metric('alertmanager_nflog_queries_total')
  await router.reached('alertmanager_nflog_queries_total', flushed + 2)
}

// Most of the time Prometheus looks for its targets, which it does every five seconds.
suite('with Prometheus', { skip, concurrency: true }, () => {
  test('two replicas of Prometheus fire and resolve: webhook, mail and DingTalk are told once of each', async (t) => {
    const directory = temporaryDirectory(t)
    const [to, target] = [await channels(t), await faultTarget(t, ['sda', 'sdb'])]
    const router = await startRouter(t, directory, yamlFor(to.configs, 'alertname'))
    const start = (replica: string) =>
      AlertingPrometheus.start(t, directory, { replica, target: target.address, router: hostOf(router) })
    const replicas = await Promise.all([start('a'), start('b')])
    for (const prometheus of replicas) {
      await until('the router is known', async () => (await prometheus.alertmanagers()).length > 0)
      assert.deepEqual(await prometheus.alertmanagers(), [`${router.url}/api/v2/alerts`])
    }

    target.broken.add('sda')
    await to.told(1)
    // The other one may still be about to say it.
    await router.reached('alertmanager_alerts_received_total{status="firing",version="v2"}', 2)
    await hasFlushed(router)
    const active = (await (await router.get('/api/v2/alerts')).json()) as { labels: object }[]
    assert.deepEqual(
      active.map(({ labels }) => labels),
      [{ alertname: 'DiskBroken', disk: 'sda', job: 'disks', severity: 'critical' }],
    )
    target.broken.clear()
    await to.told(2)
    await router.reached('alertmanager_alerts_received_total{status="resolved",version="v2"}', 2)
    for (const { url } of replicas) await until('rules are quiet', async () => (await countFiring(url)) === 0)

    const once = ['firing sda', 'resolved sda']
    assert.deepEqual(await to.heard(), { hook: once, mail: once, dingtalk: once })
    const [firing, resolved] = to.hook.requests.map(({ body }) => JSON.parse(body) as WebhookBody)
    checkWebhook(firing!, resolved!, router)
    checkMail(to.mail.letters, router)
    for (const prometheus of replicas) {
      const { sent, ...failures } = await prometheus.notifications()
      assert.ok(sent >= 2, `${sent} notifications`)
      assert.deepEqual(failures, { errors: 0, dropped: 0 })
    }
  })

  test('a router that is killed between the begin of an alert and its end tells nobody twice, and tells the end', async (t) => {
    const directory = temporaryDirectory(t)
    const [to, target] = [await channels(t), await faultTarget(t, ['sda', 'sdb'])]
    const yaml = yamlFor(to.configs, 'alertname, disk')
    const address = `127.0.0.1:${await lastingPort()}`
    const first = await startRouter(t, directory, yaml, [`--web.listen-address=${address}`])
    const prometheus = await AlertingPrometheus.start(t, directory, {
      ...{ replica: 'a', target: target.address, router: address, resendDelay: '1s' },
    })
    target.broken.add('sda').add('sdb')
    await to.told(2)
    await first.reached('alertmanager_notifications_total{integration="webhook"}', 2)
    await hasFlushed(first)
    assert.deepEqual((await prometheus.notifications()).errors, 0)

    await first.child.kill('SIGKILL')
    // One ends while nobody listens, the other one later.
    target.broken.delete('sda')
    await until('the rule has ended', async () => (await countFiring(prometheus.url)) === 1, { everyMs: 20 })
    const second = await startRouter(t, directory, yaml, [`--web.listen-address=${address}`])
    await to.told(3)
    await second.reached('alertmanager_alerts_received_total{status="firing",version="v2"}', 1)
    await hasFlushed(second)
    const { errors } = await prometheus.notifications()
    target.broken.clear()
    await to.told(4)
    await second.reached('alertmanager_alerts_received_total{status="resolved",version="v2"}', 2)

    const heard = await to.heard()
    for (const said of Object.values(heard) as (readonly string[])[]) {
      assert.deepEqual(said.slice(0, 2).toSorted(), ['firing sda', 'firing sdb'])
      assert.deepEqual(said.slice(2), ['resolved sda', 'resolved sdb'])
    }
    assert.equal((await prometheus.notifications()).errors, errors)
  })
})

function checkWebhook(firing: WebhookBody, resolved: WebhookBody, router: RouterClient): void {
  const labels = { alertname: 'DiskBroken', disk: 'sda', job: 'disks', severity: 'critical' }
  const annotations = { summary: 'Disk sda of disks <is> broken' }
  for (const body of [firing, resolved]) {
    assert.equal(body.receiver, 'ops\\.team')
    assert.equal(body.version, '4')
    assert.equal(body.groupKey, '{}:{alertname="DiskBroken"}')
    assert.equal(body.truncatedAlerts, 0)
    assert.equal(new URL(body.externalURL).port, new URL(router.url).port)
    assert.deepEqual(body.groupLabels, { alertname: 'DiskBroken' })
    assert.deepEqual(body.commonLabels, labels)
    assert.deepEqual(body.commonAnnotations, annotations)
    assert.equal(body.alerts.length, 1)
    const [alert] = body.alerts
    assert.deepEqual([alert?.status, alert?.labels, alert?.annotations], [body.status, labels, annotations])
    assert.match(alert!.fingerprint, /^[0-9a-f]{16}$/)
    assert.match(alert!.generatorURL, /^http:\/\/prometheus-[ab]\.test\/graph\?g0\.expr=disk_broken/)
  }
  assert.deepEqual([firing.status, firing.notification_reason], ['firing', 'first notification'])
  assert.deepEqual([resolved.status, resolved.notification_reason], ['resolved', 'all alerts resolved'])
  assert.equal(firing.alerts[0]?.endsAt, ZERO_TIME)
  const [startsAt, endsAt] = [resolved.alerts[0]!.startsAt, resolved.alerts[0]!.endsAt]
  assert.ok(Date.parse(startsAt) < Date.parse(endsAt) && Date.parse(endsAt) <= Date.now(), `${startsAt} to ${endsAt}`)
}

function checkMail(letters: Awaited<ReturnType<typeof channels>>['mail']['letters'], router: RouterClient): void {
  const subjects = ['[FIRING:1] DiskBroken (sda disks critical)', '[RESOLVED] DiskBroken (sda disks critical)']
  assert.deepEqual(
    letters.map(({ headers }) => headers.get('subject')),
    subjects,
  )
  for (const { from, to, headers, body } of letters) {
    assert.deepEqual([from, to], ['router@mail.test', ['ops@mail.test']])
    assert.match(headers.get('content-type') ?? '', /^multipart\/alternative/)
    assert.match(headers.get('message-id') ?? '', /^<.+@.+>$/)
    assert.match(body, /Disk sda of disks &lt;is&gt; broken/)
    assert.match(body, new RegExp(`:${new URL(router.url).port}/#/alerts\\?receiver=ops%5C\\.team`))
  }
}

async function countFiring(prometheusUrl: string): Promise<number> {
  const answer = await (await fetch(`${prometheusUrl}/api/v1/alerts`)).json()
  return (answer as { data: { alerts: unknown[] } }).data.alerts.length
}

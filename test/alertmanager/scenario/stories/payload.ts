import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const UNSORTED = [
  { alertname: 'A', n: '6' },
  { alertname: 'A', n: '5', instance: 'a' },
  { alertname: 'A', n: '4', instance: 'c', job: 'y' },
  { alertname: 'A', n: '3', instance: 'b', job: 'y' },
  { alertname: 'A', n: '2', job: 'x', rack: 'r' },
  { alertname: 'A', n: '1', job: 'x' },
]

test('payload: alerts stand by job, by instance, by the number of labels, then by these', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', ...UNSORTED)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2', 'A3', 'A4', 'A5', 'A6'] })
  await story.run('5m')
})

test('payload: the order is the same whatever was sent when, firing and ended ones mixed', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', ...UNSORTED.toReversed())
  story.at('100s').resolve(UNSORTED[1]!, UNSORTED[4]!)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2', 'A3', 'A4', 'A5', 'A6'] })
  const status = ['firing', 'resolved', 'firing', 'firing', 'resolved', 'firing']
  const alerts = status.map((name) => ({ status: name }))
  const names = { firing: ['A1', 'A3', 'A4', 'A6'], resolved: ['A2', 'A5'] }
  story.exactly('330s').webhook('team', { ...names, body: { alerts, status: 'firing' } })
  await story.run('10m')
})

test('payload: everything that a webhook gets', async (t) => {
  const receivers = ["name: 'a.b(c)', webhook_configs: [{url: 'http://c.test/'}]"]
  const root = 'labels: {tier: gold}'
  const story = timeline(t, routerYaml({ receivers, root }).replace('receiver: team', "receiver: 'a.b(c)'"))
  const annotations = { summary: 'it <burns>', runbook: 'http://r/?a=1&b' }
  story.at('5s').send({ until: '100s', from: '-15s', annotations }, { alertname: 'A', zone: 'é', n: '1' })
  story
    .at('6s')
    .send({ until: '1h', from: '-15s', annotations: { ...annotations, summary: 'b' } }, { alertname: 'A', zone: 'é' })
  const common = {
    receiver: 'a\\.b\\(c\\)',
    groupLabels: { alertname: 'A' },
    commonLabels: { alertname: 'A', zone: 'é' },
    commonAnnotations: { runbook: 'http://r/?a=1&b' },
    routeLabels: { tier: 'gold' },
    externalURL: 'http://router.test:9093',
    version: '4',
    groupKey: '{}:{alertname="A"}',
    truncatedAlerts: 0,
  }
  const zero = '0001-01-01T00:00:00Z'
  const both = [
    { status: 'firing', labels: { alertname: 'A', zone: 'é' }, endsAt: zero, startsAt: '2026-11-20T23:59:51Z' },
    { status: 'firing', endsAt: zero, startsAt: '2026-11-20T23:59:50Z', annotations, generatorURL: '' },
  ]
  const name = 'a\\.b\\(c\\)'
  story.exactly('35s').webhook(name, { firing: ['A', 'A1'], body: { ...common, alerts: both, status: 'firing' } })
  const half = [{ status: 'firing' }, { status: 'resolved', endsAt: '2026-11-21T00:01:45Z' }]
  story.exactly('335s').webhook(name, {
    ...{ firing: ['A'], resolved: ['A1'], reason: 'some alerts resolved' },
    body: { ...common, alerts: half, status: 'firing' },
  })
  await story.run('10m')
})

test('payload: when all have ended the status says so', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('100s', { alertname: 'A', n: '1' }, { alertname: 'A', n: '2' })
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'], body: { status: 'firing' } })
  story.exactly('330s').webhook('team', { resolved: ['A1', 'A2'], body: { status: 'resolved' } })
  await story.run('10m')
})

test('payload: fingerprints are the known ones', async (t) => {
  const story = timeline(t, routerYaml({ groupBy: "['...']" }))
  const vectors = [
    [{ alertname: 'unk' }, '2bb9a19a4199ebe2'],
    [{ alertname: 'ok1', zone: 'z' }, 'b9ed5e5ecee0c8eb'],
    [{ alertname: 'test1', severity: 'warning' }, '8f14a41207c8456c'],
  ] as const
  for (const [labels, fingerprint] of vectors) {
    story.at('0s').pushFor('1h', labels)
    story.exactly('30s').webhook('team', { firing: [labels.alertname], body: { alerts: [{ fingerprint }] } })
  }
  await story.run('5m')
})

const CUT = routerYaml({ hook: 'max_alerts: 2' })
const N = ['1', '2', '3', '4'].map((n) => ({ alertname: 'A', n, ...(n < '3' ? { half: 'first' } : {}) }))

test('max_alerts: cuts the list first: status and common labels are those of the rest', async (t) => {
  const story = timeline(t, CUT)
  story.at('0s').pushFor('1h', ...N)
  const rest = { truncatedAlerts: 2, commonLabels: { alertname: 'A' } }
  // Those with fewer labels come first.
  story.exactly('30s').webhook('team', { firing: ['A3', 'A4'], body: rest })
  story.at('100s').resolve(N[2]!, N[3]!)
  const ended = { truncatedAlerts: 2, status: 'resolved' }
  story.exactly('330s').webhook('team', { resolved: ['A3', 'A4'], body: ended, reason: 'some alerts resolved' })
  story.at('400s').resolve(N[0]!)
  story.at('700s').resolve(N[1]!)
  story.exactly('630s').webhook('team', { firing: ['A2'], resolved: ['A1'], body: { truncatedAlerts: 0 } })
  story.exactly('930s').webhook('team', { resolved: ['A2'], body: { commonLabels: N[1]!, status: 'resolved' } })
  await story.run('20m')
})

test('max_alerts: what was cut counts as told', async (t) => {
  const story = timeline(t, CUT)
  story.at('0s').pushFor('1h', ...N)
  story.at('100s').pushFor('1h', ...N)
  story.exactly('30s').webhook('team', { firing: ['A3', 'A4'] })
  await story.run('20m')
})

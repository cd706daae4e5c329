import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const ALERTS = [
  { alertname: 'A', n: '1', job: 'api' },
  { alertname: 'A', n: '2', job: 'api', cluster: 'east' },
  { alertname: 'B', n: '1', job: 'db', cluster: 'east' },
]

interface Grouping {
  readonly title: string
  readonly groupBy: string
  /** What each group is named by, and who is in it. */
  readonly groups: readonly (readonly [labels: string, ...alerts: string[]])[]
}

const GROUPINGS: readonly Grouping[] = [
  { title: 'an empty list makes one group of all', groupBy: '[]', groups: [['{}', 'A1', 'A2', 'B1']] },
  {
    title: 'one label makes a group for each of its values',
    groupBy: '[job]',
    groups: [
      ['{job="api"}', 'A1', 'A2'],
      ['{job="db"}', 'B1'],
    ],
  },
  {
    title: 'several labels make a group for each of their combinations, named in the order of the names',
    groupBy: '[job, alertname]',
    groups: [
      ['{alertname="A", job="api"}', 'A1', 'A2'],
      ['{alertname="B", job="db"}', 'B1'],
    ],
  },
  {
    title: 'alerts that lack the label are in a group without it',
    groupBy: '[cluster]',
    groups: [
      ['{cluster="east"}', 'A2', 'B1'],
      ['{}', 'A1'],
    ],
  },
  {
    title: 'an alert that lacks one of two labels is named by the other one',
    groupBy: '[alertname, cluster]',
    groups: [
      ['{alertname="A", cluster="east"}', 'A2'],
      ['{alertname="A"}', 'A1'],
      ['{alertname="B", cluster="east"}', 'B1'],
    ],
  },
  { title: 'a label that nobody has groups nothing', groupBy: '[rack]', groups: [['{}', 'A1', 'A2', 'B1']] },
  {
    title: 'three dots make a group of each alert, named by all its labels',
    groupBy: "['...']",
    groups: [
      ['{alertname="A", job="api", n="1"}', 'A1'],
      ['{alertname="A", cluster="east", job="api", n="2"}', 'A2'],
      ['{alertname="B", cluster="east", job="db", n="1"}', 'B1'],
    ],
  },
]

for (const { title, groupBy, groups } of GROUPINGS) {
  test(`group_by: ${title}`, async (t) => {
    const story = timeline(t, routerYaml({ groupBy }))
    story.at('0s').pushFor('1h', ...ALERTS)
    for (const [labels, ...firing] of groups) {
      story.exactly('30s').webhook('team', { firing, body: { groupKey: `{}:${labels}` } })
    }
    await story.run('20m')
  })
}

test('group_by: a label with an empty value is one that the alert lacks', async (t) => {
  const story = timeline(t, routerYaml({ groupBy: '[cluster]' }))
  story.at('0s').pushFor('1h', { alertname: 'A', n: '1', cluster: '' }, { alertname: 'A', n: '2' })
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'], body: { groupKey: '{}:{}', groupLabels: {} } })
  await story.run('20m')
})

test('group_by: without it all alerts of the root are one group', async (t) => {
  const story = timeline(t, routerYaml().replace('group_by: [alertname], ', ''))
  story.at('0s').pushFor('1h', ...ALERTS)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2', 'B1'], body: { groupKey: '{}:{}' } })
  await story.run('20m')
})

test('group_by: an empty list below three dots makes one group of all again', async (t) => {
  const story = timeline(t, routerYaml({ groupBy: "['...']", routes: ['matchers: [job=api], group_by: []'] }))
  story.at('0s').pushFor('1h', ...ALERTS)
  story.exactly('30s').webhook('team', { firing: ['A1', 'A2'], body: { groupKey: '{}/{job="api"}:{}' } })
  const labels = { alertname: 'B', cluster: 'east', job: 'db', n: '1' }
  story.exactly('30s').webhook('team', { firing: ['B1'], body: { groupLabels: labels } })
  await story.run('20m')
})

test('group_by: labels below three dots group by them again, and three dots below labels by all', async (t) => {
  const routes = ["matchers: [job=api], group_by: ['...'], routes: [{matchers: [cluster=east], group_by: [job]}]"]
  const story = timeline(t, routerYaml({ routes }))
  story.at('0s').pushFor('1h', ...ALERTS)
  const path = '{}/{job="api"}'
  const deep = `${path}/{cluster="east"}:{job="api"}`
  story.exactly('30s').webhook('team', { firing: ['A2'], body: { groupKey: deep } })
  const all = `${path}:{alertname="A", job="api", n="1"}`
  story.exactly('30s').webhook('team', { firing: ['A1'], body: { groupKey: all } })
  story.exactly('30s').webhook('team', { firing: ['B1'], body: { groupKey: '{}:{alertname="B"}' } })
  await story.run('20m')
})

test('each group has a timer of its own', async (t) => {
  const story = timeline(t, routerYaml())
  story.at('0s').pushFor('1h', { alertname: 'A' })
  story.at('7s').pushFor('1h', { alertname: 'B' })
  story.at('40s').pushFor('1h', { alertname: 'A', n: '2' }, { alertname: 'B', n: '2' })
  story.exactly('30s').webhook('team', { firing: ['A'] })
  story.exactly('37s').webhook('team', { firing: ['B'] })
  story.exactly('330s').webhook('team', { firing: ['A', 'A2'] })
  story.exactly('337s').webhook('team', { firing: ['B', 'B2'] })
  await story.run('20m')
})

test('a hundred groups that are due in the same millisecond are all told in it', async (t) => {
  const story = timeline(t, routerYaml({ groupBy: '[n]' }))
  const names = Array.from({ length: 100 }, (_, index) => `${1_000 + index}`)
  story.at('0s').pushFor('400s', ...names.map((n) => ({ alertname: 'A', n })))
  for (const n of names) {
    story.exactly('30s').webhook('team', { firing: [`A${n}`] })
    story.exactly('630s').webhook('team', { resolved: [`A${n}`] })
  }
  story.at('640s').check(({ pipeline }) => assert.deepEqual([...pipeline.groups()], []))
  await story.run('20m')
})

test('a group of a thousand is told whole, and only once', async (t) => {
  const story = timeline(t, routerYaml())
  const names = Array.from({ length: 1_000 }, (_, index) => `${1_000 + index}`)
  story.at('0s').pushFor('400s', ...names.map((n) => ({ alertname: 'A', n })))
  story.exactly('30s').webhook('team', { firing: names.map((n) => `A${n}`) })
  story.exactly('630s').webhook('team', { resolved: names.map((n) => `A${n}`) })
  await story.run('20m')
})

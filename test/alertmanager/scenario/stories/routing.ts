import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const RECEIVERS = ['r0', 'r1', 'r2', 'r3'].map((name) => `name: ${name}, webhook_configs: [{url: 'http://${name}/'}]`)

interface Routing {
  readonly title: string
  readonly routes: readonly string[]
  readonly labels: Readonly<Record<string, string>>
  /** Who is told, and the key of the route that leads there. */
  readonly told: readonly (readonly [receiver: string, key: string])[]
}

/** Of an alert `A` with further labels. */
const ROUTINGS: readonly Routing[] = [
  {
    title: 'what no route takes is told by the root',
    routes: ['receiver: r1, matchers: [team=x]'],
    labels: { team: 'y' },
    told: [['team', '{}']],
  },
  {
    title: 'the first route that matches is the last one tried',
    routes: ['receiver: r1, matchers: [team=x]', 'receiver: r2, matchers: [alertname=A]'],
    labels: { team: 'x' },
    told: [['r1', '{}/{team="x"}']],
  },
  {
    title: 'after one with continue further ones are tried, up to the next without',
    routes: [
      'receiver: r1, matchers: [team=x], continue: true',
      'receiver: r2, matchers: [alertname=A]',
      'receiver: r3, matchers: [team=x]',
    ],
    labels: { team: 'x' },
    told: [
      ['r1', '{}/{team="x"}'],
      ['r2', '{}/{alertname="A"}'],
    ],
  },
  {
    title: 'continue after the last route that matches does not lead to the root',
    routes: ['receiver: r1, matchers: [team=x], continue: true', 'receiver: r2, matchers: [team=y]'],
    labels: { team: 'x' },
    told: [['r1', '{}/{team="x"}']],
  },
  {
    title: 'continue is not inherited',
    routes: [
      'receiver: r1, matchers: [team=x], continue: true, routes: [{receiver: r2, matchers: [alertname=A]}, {receiver: r3}]',
      'receiver: r0, matchers: [team=x]',
    ],
    labels: { team: 'x' },
    told: [
      ['r2', '{}/{team="x"}/{alertname="A"}'],
      ['r0', '{}/{team="x"}'],
    ],
  },
  {
    title: 'the deepest route tells, not those above it',
    routes: ['receiver: r1, matchers: [team=x], routes: [{receiver: r2, matchers: [severity=page]}]'],
    labels: { team: 'x', severity: 'page' },
    told: [['r2', '{}/{team="x"}/{severity="page"}']],
  },
  {
    title: 'a route none of whose own matches tells itself',
    routes: ['receiver: r1, matchers: [team=x], routes: [{receiver: r2, matchers: [severity=page]}]'],
    labels: { team: 'x', severity: 'warn' },
    told: [['r1', '{}/{team="x"}']],
  },
  {
    title: 'a route without matchers takes all',
    routes: ['receiver: r1', 'receiver: r2, matchers: [team=x]'],
    labels: { team: 'x' },
    told: [['r1', '{}/{}']],
  },
  {
    title: 'all matchers of a route must hold, in one text or in several',
    routes: [
      "receiver: r1, matchers: ['team=x,severity=page', 'zone=z']",
      "receiver: r2, matchers: ['team=x,severity=warn', 'zone=z']",
    ],
    labels: { team: 'x', severity: 'warn', zone: 'z' },
    told: [['r2', '{}/{severity="warn",team="x",zone="z"}']],
  },
  {
    title: 'patterns match whole values, and stand in keys as they were written',
    routes: ["receiver: r1, matchers: ['team=~x|y']", "receiver: r2, matchers: ['team=~x.*|y.*']"],
    labels: { team: 'xx' },
    told: [['r2', '{}/{team=~"x.*|y.*"}']],
  },
  {
    title: 'a label that is missing is an empty one',
    routes: ['receiver: r1, matchers: [\'team!=""\']', "receiver: r2, matchers: ['team!~.+', 'zone=\"\"']"],
    labels: {},
    told: [['r2', '{}/{team!~".+",zone=""}']],
  },
  {
    title: 'match and match_re are matchers too; patterns of the latter show their anchors',
    routes: ['receiver: r1, match: {team: x}, match_re: {job: "a|b"}'],
    labels: { team: 'x', job: 'a' },
    told: [['r1', '{}/{job=~"^(?:a|b)$",team="x"}']],
  },
  {
    title: 'the receiver is inherited',
    routes: ['receiver: r1, matchers: [team=x], routes: [{matchers: [severity=page]}]'],
    labels: { team: 'x', severity: 'page' },
    told: [['r1', '{}/{team="x"}/{severity="page"}']],
  },
  {
    title: 'who is not told by any means hears nothing',
    routes: ['receiver: nobody, matchers: [team=x], continue: true', 'receiver: r1, matchers: [team=x]'],
    labels: { team: 'x' },
    told: [['r1', '{}/{team="x"}']],
  },
]

for (const { title, routes, labels, told } of ROUTINGS) {
  test(`routes: ${title}`, async (t) => {
    const story = timeline(t, routerYaml({ routes, receivers: RECEIVERS }))
    story.at('0s').pushFor('1h', { alertname: 'A', ...labels })
    for (const [receiver, key] of told) {
      story.exactly('30s').webhook(receiver, { firing: ['A'], body: { groupKey: `${key}:{alertname="A"}` } })
    }
    await story.run('20m')
  })
}

const TEAM_X = { alertname: 'A', team: 'x' }
const PAGE = { alertname: 'P', team: 'x', severity: 'page' }

test('routes: timers are inherited one by one', async (t) => {
  const page = 'matchers: [severity=page], group_interval: 1m'
  const routes = [`matchers: [team=x], group_wait: 10s, repeat_interval: 5m, routes: [{${page}}]`]
  const story = timeline(t, routerYaml({ routes }))
  story.at('0s').pushFor('700s', { alertname: 'A' }, TEAM_X, PAGE)
  story.exactly('30s').webhook('team', { firing: ['A'], body: { groupKey: '{}:{alertname="A"}' } })
  const key = '{}/{team="x"}:{alertname="A"}'
  for (const time of ['10s', '310s', '610s'])
    story.exactly(time).webhook('team', { firing: ['A'], body: { groupKey: key } })
  for (const time of ['10s', '310s', '610s']) story.exactly(time).webhook('team', { firing: ['P'] })
  // Ends are told at the next tick of each.
  story.exactly('730s').webhook('team', { resolved: ['P'] })
  story.exactly('910s').webhook('team', { resolved: ['A'], body: { groupKey: key } })
  story.exactly('930s').webhook('team', { resolved: ['A'], body: { groupKey: '{}:{alertname="A"}' } })
  await story.run('1h')
})

test('routes: one alert on two ways is told on each in its own time', async (t) => {
  const slow = 'receiver: other, matchers: [team=x], group_wait: 2m, group_interval: 10m, repeat_interval: 10m'
  const story = timeline(t, routerYaml({ routes: ['matchers: [team=x], continue: true', slow] }))
  story.at('0s').pushFor('1000s', TEAM_X)
  story.exactly('30s').webhook('team', { firing: ['A'] })
  story.exactly('2m').webhook('other', { firing: ['A'] })
  story.exactly('12m').webhook('other', { firing: ['A'], reason: 'repeat interval elapsed' })
  story.exactly('1230s').webhook('team', { resolved: ['A'] })
  story.exactly('22m').webhook('other', { resolved: ['A'] })
  await story.run('1h')
})

test('routes: groups of a receiver that tells nobody go when their alerts end', async (t) => {
  const story = timeline(t, routerYaml({ routes: ['receiver: nobody, matchers: [team=x]'] }))
  story.at('0s').pushFor('400s', TEAM_X)
  story.at('500s').check(({ pipeline }) => assert.equal([...pipeline.groups()].length, 1))
  story.at('631s').check(({ pipeline }) => assert.equal([...pipeline.groups()].length, 0))
  await story.run('20m')
})

test('routes: labels of routes come down the tree, the deeper ones win, and templates see what is told', async (t) => {
  const page = "matchers: [severity=page], labels: {tier: 'one', count: '{{ len .Alerts.Firing }}'}"
  const routes = [`matchers: [team=x], labels: {tier: two, owner: x}, routes: [{${page}}]`]
  const story = timeline(t, routerYaml({ routes, root: 'labels: {site: east}' }))
  story.at('0s').pushFor('1h', { alertname: 'R' }, TEAM_X, PAGE, { ...PAGE, n: '2' })
  story.exactly('30s').webhook('team', { firing: ['R'], body: { routeLabels: { site: 'east' } } })
  story
    .exactly('30s')
    .webhook('team', { firing: ['A'], body: { routeLabels: { owner: 'x', site: 'east', tier: 'two' } } })
  const routeLabels = { count: '2', owner: 'x', site: 'east', tier: 'one' }
  story.exactly('30s').webhook('team', { firing: ['P', 'P2'], body: { routeLabels } })
  await story.run('10m')
})

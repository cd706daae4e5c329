import assert from 'node:assert/strict'
import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

type Labels = Readonly<Record<string, string>>

interface RuleCase {
  readonly title: string
  readonly rules: string
  readonly alerts: readonly Labels[]
  /** Names of the alerts that are told; the others are inhibited. */
  readonly told: readonly string[]
}

const S = (labels: Labels = {}) => ({ alertname: 'S', ...labels })
const T = (labels: Labels = {}) => ({ alertname: 'T', ...labels })
const rule = (equal: string) => `{source_matchers: [alertname=S], target_matchers: [alertname=T], equal: [${equal}]}`

const RULES: readonly RuleCase[] = [
  {
    title: 'without equal labels any source inhibits any target',
    ...{ rules: rule(''), alerts: [S({ zone: 'a' }), T({ zone: 'b' })], told: ['S'] },
  },
  {
    title: 'all of the equal labels must be',
    rules: rule('zone, rack'),
    alerts: [S({ zone: 'a', rack: '1' }), T({ n: '1', zone: 'a', rack: '1' }), T({ n: '2', zone: 'a', rack: '2' })],
    told: ['S', 'T2'],
  },
  {
    title: 'an equal label that both lack is equal',
    ...{ rules: rule('zone'), alerts: [S(), T()], told: ['S'] },
  },
  {
    title: 'an equal label that one of them lacks is not',
    ...{ rules: rule('zone'), alerts: [S(), T({ zone: 'a' })], told: ['S', 'T'] },
  },
  {
    title: 'an equal label that one has empty and the other not at all is equal',
    ...{ rules: rule('zone'), alerts: [S({ zone: '' }), T()], told: ['S'] },
  },
  {
    title: 'an alert that is source and target does not inhibit itself',
    rules: '{source_matchers: [severity=page], target_matchers: [zone=a]}',
    alerts: [S({ severity: 'page', zone: 'a' })],
    told: ['S'],
  },
  {
    title: 'nor do two that are both inhibit each other',
    rules: '{source_matchers: [severity=page], target_matchers: [zone=a]}',
    alerts: [S({ severity: 'page', zone: 'a' }), T({ severity: 'page', zone: 'a' })],
    told: ['S', 'T'],
  },
  {
    title: 'one that is both inhibits one that is only a target',
    rules: '{source_matchers: [severity=page], target_matchers: [zone=a]}',
    alerts: [S({ severity: 'page', zone: 'a' }), T({ zone: 'a' })],
    told: ['S'],
  },
  {
    title: 'one that is both is inhibited by one that is only a source, whichever came first',
    rules: '{source_matchers: [severity=page], target_matchers: [zone=a]}',
    alerts: [T({ severity: 'page', zone: 'a' }), S({ severity: 'page', zone: 'b' })],
    told: ['S'],
  },
  {
    title: 'a rule without matchers of sources has every other alert for one, but none that is a target too',
    rules: '{target_matchers: [alertname=T]}',
    alerts: [S(), T({ n: '1' }), T({ n: '2' })],
    told: ['S'],
  },
  {
    title: 'a rule without matchers of targets: its sources are left',
    rules: '{source_matchers: [alertname=S]}',
    alerts: [S({ n: '1' }), S({ n: '2' }), T()],
    told: ['S1', 'S2'],
  },
  {
    title: 'what is inhibited inhibits all the same',
    rules: `${rule('')}, {source_matchers: [alertname=T], target_matchers: [alertname=U]}`,
    alerts: [S(), T(), { alertname: 'U' }],
    told: ['S'],
  },
  {
    title: 'two rules that name each other leave nothing to tell',
    rules: `${rule('')}, {source_matchers: [alertname=T], target_matchers: [alertname=S]}`,
    ...{ alerts: [S(), T()], told: [] },
  },
  {
    title: 'one rule that holds is enough',
    rules: `${rule('zone')}, ${rule('rack')}`,
    alerts: [S({ zone: 'a', rack: '1' }), T({ zone: 'b', rack: '1' })],
    told: ['S'],
  },
  {
    title: 'patterns and missing labels on both sides',
    rules: "{source_matchers: ['alertname=~S|X', 'zone=\"\"'], target_matchers: ['alertname!~S|X', 'n!=1']}",
    alerts: [S({ n: '5' }), S({ n: '6', zone: 'a' }), T({ n: '1' }), T({ n: '2' })],
    told: ['S5', 'S6', 'T1'],
  },
  {
    title: 'the older keys mean the same',
    rules: '{source_match: {alertname: S}, target_match_re: {alertname: "T|U"}, equal: [zone]}',
    alerts: [S({ zone: 'a' }), T({ zone: 'a' }), { alertname: 'U', zone: 'b' }],
    told: ['S', 'U'],
  },
  {
    title: 'an empty rule says nothing, as everything is on both sides',
    ...{ rules: '{}', alerts: [S(), T()], told: ['S', 'T'] },
  },
]

for (const { title, rules, alerts, told } of RULES) {
  test(`inhibition: ${title}`, async (t) => {
    const story = timeline(t, routerYaml({ groupBy: '[alertname, n]', sections: `inhibit_rules: [${rules}]` }))
    story.at('0s').pushFor('1h', ...alerts)
    for (const name of told) story.exactly('30s').webhook('team', { firing: [name] })
    await story.run('20m')
  })
}

const BY_ZONE = routerYaml({ interval: '1m', sections: `inhibit_rules: [${rule('zone')}]` })
const SOURCE = S({ n: '1', zone: 'a' })
const OTHER_SOURCE = S({ n: '2', zone: 'a' })
const TARGET = T({ zone: 'a' })

test('inhibition: a source that ends by itself inhibits until then', async (t) => {
  const story = timeline(t, BY_ZONE)
  story.at('0s').pushFor('90s', SOURCE)
  story.at('1s').pushFor('1h', TARGET)
  story.exactly('30s').webhook('team', { firing: ['S1'] })
  story.exactly('90s').webhook('team', { resolved: ['S1'] })
  story.exactly('91s').webhook('team', { firing: ['T'] })
  await story.run('20m')
})

test('inhibition: while one of two sources fires, the target is inhibited, in whatever order they end', async (t) => {
  const story = timeline(t, BY_ZONE)
  story.at('0s').pushFor('1h', SOURCE)
  story.at('1s').pushFor('2h', OTHER_SOURCE)
  story.at('1s').pushFor('3h', TARGET)
  // The one that would have ended later ends first.
  story.at('100s').resolve(OTHER_SOURCE)
  story.at('200s').check(({ pipeline }) => pipeline.collectAlerts())
  story.at('400s').resolve(SOURCE)
  story.exactly('30s').webhook('team', { firing: ['S1', 'S2'] })
  story.exactly('150s').webhook('team', { firing: ['S1'], resolved: ['S2'] })
  story.exactly('450s').webhook('team', { resolved: ['S1'] })
  story.exactly('451s').webhook('team', { firing: ['T'] })
  await story.run('20m')
})

test('inhibition: a source that comes after its target was told inhibits its repeats, and what is new of it', async (t) => {
  const story = timeline(t, BY_ZONE.replace('repeat_interval: 4h', 'repeat_interval: 2m'))
  story.at('0s').pushFor('1h', TARGET)
  story.at('40s').pushFor('150s', SOURCE)
  story.at('50s').pushFor('1h', T({ n: '2', zone: 'a' }))
  story.exactly('30s').webhook('team', { firing: ['T'] })
  story.exactly('70s').webhook('team', { firing: ['S1'] })
  story.exactly('190s').webhook('team', { resolved: ['S1'] })
  story.exactly('210s').webhook('team', { firing: ['T', 'T2'], reason: 'first notification' })
  story.exactly('330s').webhook('team', { firing: ['T', 'T2'], reason: 'repeat interval elapsed' })
  await story.run('400s')
})

test('inhibition: a source that is told to nobody, and one whose own time is muted, inhibit', async (t) => {
  const quiet = "time_intervals: [{name: all, time_intervals: [{times: [{start_time: '00:00', end_time: '24:00'}]}]}]"
  const routes = ['matchers: [alertname=S], mute_time_intervals: [all]', 'receiver: nobody, matchers: [n=2]']
  const sections = `inhibit_rules: [${rule('zone')}]\n${quiet}`
  const story = timeline(t, routerYaml({ routes, sections }))
  story.at('0s').pushFor('1h', SOURCE, TARGET, S({ n: '2', zone: 'b' }), T({ zone: 'b', n: '3' }))
  await story.run('20m')
})

test('inhibition: a source that fires again inhibits again', async (t) => {
  const story = timeline(t, BY_ZONE)
  story.at('0s').pushFor('1h', SOURCE, TARGET)
  story.at('40s').resolve(SOURCE)
  story.at('80s').pushFor('1h', SOURCE)
  story.at('100s').resolve(SOURCE)
  story.exactly('30s').webhook('team', { firing: ['S1'] })
  story.exactly('150s').webhook('team', { resolved: ['S1'] })
  story.exactly('150s').webhook('team', { firing: ['T'] })
  await story.run('5m')
})

test('inhibition: a target that ends while inhibited and never told is gone without a word', async (t) => {
  const story = timeline(t, BY_ZONE)
  story.at('0s').pushFor('1h', SOURCE, TARGET)
  story.at('40s').resolve(TARGET)
  story.at('100s').check(({ pipeline }) => assert.equal([...pipeline.groups()].length, 1))
  story.at('120s').resolve(SOURCE)
  story.exactly('30s').webhook('team', { firing: ['S1'] })
  story.exactly('150s').webhook('team', { resolved: ['S1'] })
  await story.run('20m')
})

test('inhibition: a source that ran out while the router was down inhibits until it can have been sent again', async (t) => {
  const story = timeline(t, BY_ZONE)
  story.at('0s').push(SOURCE)
  story.at('0s').pushFor('2h', TARGET)
  story.at('60s').kill()
  story.at('10m').start()
  story.exactly('30s').webhook('team', { firing: ['S1'] })
  // Four minutes from 10m on, as it had been granted.
  story.exactly('14m').webhook('team', { resolved: ['S1'] })
  story.exactly('14m').webhook('team', { firing: ['T'] })
  await story.run('20m')
})

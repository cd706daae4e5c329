import assert from 'node:assert/strict'
import { test } from 'node:test'
import { acknowledge, withdrawAll } from '../acknowledge.ts'
import { timeline } from '../timeline.ts'

const TEAM = `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 1h
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
`

const A1 = { alertname: 'A', n: '1' }
const A2 = { alertname: 'A', n: '2' }
const REPEAT = 'repeat interval elapsed'

test('what is acknowledged is not repeated, and is repeated once that is over', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '3h'))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  // Due for two hours: the first tick after the end, then every hour again.
  story.between('10830s', '10830s').webhook('team', { firing: ['A1'], reason: REPEAT })
  story.between('14430s', '14430s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('4h30m')
})

test('an acknowledgement that ends at a tick does not hold at that tick', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '2h30s'))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('7230s', '7230s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('2h30m')
})

test('an acknowledgement that ends before the repeat is due changes nothing', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '50m'))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('3630s', '3630s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('90m')
})

test('a new alert of the group is told as usual, with the acknowledged one', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '8h'))
  story.at('20m').pushFor('9h', A2)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('1230s', '1230s').webhook('team', { firing: ['A1', 'A2'], reason: 'new alerts added' })
  // Nobody has acknowledged the new one.
  story.between('4830s', '4830s').webhook('team', { firing: ['A1', 'A2'], reason: REPEAT })
  await story.run('2h')
})

test('a group is not repeated once all of its alerts are acknowledged', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1, A2)
  story.at('10m').check(acknowledge(A1, '8h'))
  story.at('70m').check(acknowledge(A2, '8h'))
  story.between('30s', '30s').webhook('team', { firing: ['A1', 'A2'] })
  story.between('3630s', '3630s').webhook('team', { firing: ['A1', 'A2'], reason: REPEAT })
  await story.run('6h')
})

test('the end of an acknowledged alert is told, and its next firing is news', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '8h'))
  story.at('20m').resolve(A1)
  story.at('30m').pushFor('9h', A1)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('1230s', '1230s').webhook('team', { resolved: ['A1'], reason: 'all alerts resolved' })
  story.between('1830s', '1830s').webhook('team', { firing: ['A1'], reason: 'first notification' })
  story.between('5430s', '5430s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('2h')
})

test('an alert that resolves and fires again between two ticks is repeated: the acknowledgement was about the other one', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '8h'))
  story.at('16m').resolve(A1)
  story.at('17m').pushFor('9h', A1)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('3630s', '3630s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('2h')
})

test('so is one that ran out without a word and came again', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('16m', A1)
  story.at('10m').check(acknowledge(A1, '8h'))
  story.at('17m').pushFor('9h', A1)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('3630s', '3630s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('2h')
})

test('some of the acknowledged alerts resolve: that is told, and the others stay acknowledged', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1, A2)
  story.at('10m').check(acknowledge({ alertname: 'A' }, '8h'))
  story.at('20m').resolve(A1)
  story.between('30s', '30s').webhook('team', { firing: ['A1', 'A2'] })
  story.between('1230s', '1230s').webhook('team', {
    ...{ firing: ['A2'], resolved: ['A1'], reason: 'some alerts resolved' },
  })
  await story.run('6h')
})

test('one that is withdrawn is repeated at the next tick at which that is due', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '8h'))
  story.at('2h').check(withdrawAll)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('7230s', '7230s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('3h')
})

test('of two acknowledgements the longer one counts', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '90m'))
  story.at('20m').check(acknowledge(A1, '3h'))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('10830s', '10830s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('4h')
})

test('kill -9 and a reload leave it in force', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').check(acknowledge(A1, '3h'))
  story.at('30m').kill()
  story.at('30m20s').start()
  story.at('32m').pushFor('9h', A1)
  story.at('40m').reload(TEAM.replace('group_wait: 30s', 'group_wait: 31s'))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('10800s', '10860s').webhook('team', { firing: ['A1'], reason: REPEAT })
  await story.run('3h30m')
})

test('what ended before kill -9 stays ended', async (t) => {
  const story = timeline(t, TEAM)
  story.at('0s').pushFor('9h', A1, A2)
  story.at('10m').check(acknowledge({ alertname: 'A' }, '8h'))
  story.at('11m').resolve(A1)
  story.at('12m').pushFor('9h', A1)
  story.at('13m').kill()
  story.at('13m30s').start()
  story.at('14m').pushFor('9h', A1, A2)
  story.between('30s', '30s').webhook('team', { firing: ['A1', 'A2'] })
  story.between('3630s', '3630s').webhook('team', { firing: ['A1', 'A2'], reason: REPEAT })
  await story.run('90m')
})

test('an acknowledged alert is not muted: what it inhibits stays inhibited, and a silence that ends tells it', async (t) => {
  const story = timeline(
    t,
    `${TEAM}inhibit_rules: [{source_matchers: [n="1"], target_matchers: [n="2"], equal: [alertname]}]\n`,
  )
  story.at('0s').pushFor('9h', A1, A2)
  story.at('10m').check(acknowledge(A1, '8h'))
  story.at('20m').silence('20m', 'alertname=A, n=1')
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('2430s', '2430s').webhook('team', { firing: ['A1'] })
  story.at('1h').check(({ pipeline }) => {
    assert.deepEqual(pipeline.state.acknowledgements.countByState(), {
      ...{ active: 1, resolved: 0, withdrawn: 0, expired: 0 },
    })
  })
  await story.run('6h')
})

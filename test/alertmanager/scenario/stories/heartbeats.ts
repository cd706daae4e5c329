import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { TestRouter } from '../../support/test-router.ts'
import { timeline } from '../timeline.ts'

const withWatches = (watches: string) => `
route:
  receiver: team
  group_by: [alertname]
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 100h
  routes:
    - {receiver: nobody, matchers: [alertname=~"Watchdog|Noise"]}
receivers:
  - name: team
    webhook_configs: [{url: http://hook.test/}]
  - name: nobody
vedette:
  heartbeats: ${watches}
`
const WATCHDOG = withWatches('[{name: prometheus, matchers: [alertname="Watchdog"], timeout: 10m}]')
const W = { alertname: 'Watchdog' }
const MISSING = { firing: ['HeartbeatMissing'], reason: 'first notification' }
const BACK = { resolved: ['HeartbeatMissing'], reason: 'all alerts resolved' }

type Story = ReturnType<typeof timeline>

/** Sends the sign of life each minute, from and to minutes of the story. */
function beat(story: Story, from: number, to: number, labels: Readonly<Record<string, string>> = W): void {
  for (let minute = from; minute <= to; minute++) story.at(`${minute}m`).pushFor('4m', labels)
}

const statusesOf = ({ pipeline }: TestRouter) =>
  pipeline.own.heartbeats.statuses().map(({ config, heardAtMs, isMissing }) => [config.name, heardAtMs, isMissing])

test('nothing is told while the sign of life keeps coming', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 120)
  story.at('120m').check((router) => {
    assert.deepEqual(statusesOf(router), [['prometheus', Date.UTC(2026, 10, 21, 2), false]])
  })
  await story.run('2h5m')
})

test('when it stops an alert fires, and ends when it comes again', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 20)
  beat(story, 60, 90)
  // Ten minutes of silence, and group_wait.
  story.between('1830s', '1830s').webhook('team', MISSING)
  story.between('3630s', '3630s').webhook('team', BACK)
  await story.run('95m')
})

test('the alert says which watch, since when, and what was waited for', async (t) => {
  const story = timeline(t, withWatches('[{name: p, matchers: [alertname="Watchdog",cluster=~"a|b"], timeout: 10m}]'))
  story.at('31m').check(({ pipeline }) => {
    const [alert] = pipeline.own.alerts.firing('heartbeats')
    assert.deepEqual(Object.fromEntries(alert!.labels), {
      ...{ alertname: 'HeartbeatMissing', heartbeat: 'p', severity: 'critical' },
    })
    assert.deepEqual(Object.fromEntries(alert!.annotations), {
      summary: 'Heartbeat p is missing',
      description: 'No alert that matches {alertname="Watchdog",cluster=~"a|b"} has come for 10m.',
    })
    assert.equal(alert!.startsAt.ms, Date.UTC(2026, 10, 21, 0, 10))
  })
  story.between('630s', '630s').webhook('team', MISSING)
  await story.run('40m')
})

test('one that never came is missing after the timeout too', async (t) => {
  const story = timeline(t, WATCHDOG)
  story.at('5m').pushFor('4m', { alertname: 'Noise' })
  story.between('630s', '630s').webhook('team', MISSING)
  await story.run('3h')
})

test('that it has ended is no sign of life', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 5)
  for (let minute = 6; minute < 30; minute++) story.at(`${minute}m`).resolve(W)
  story.between('930s', '930s').webhook('team', MISSING)
  await story.run('30m')
})

test('a gap that is shorter than the timeout is none; one that is over before anybody is told is not told', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 0)
  story.at('599s').pushFor('4m', W)
  story.at('1198s').pushFor('4m', W)
  story.at('1799s').check((router) => assert.equal(statusesOf(router)[0]?.[2], true))
  story.at('1800s').pushFor('4m', W)
  story.at('1800s').check((router) => assert.equal(statusesOf(router)[0]?.[2], false))
  await story.run('39m')
})

test('each watch has an alert of its own, with its own labels', async (t) => {
  const story = timeline(
    t,
    withWatches(`
    - {name: one, matchers: [alertname="Watchdog", n="1"], timeout: 10m, labels: {n: one, alertname: Dead}}
    - {name: two, matchers: [alertname="Watchdog", n="2"], timeout: 20m, labels: {n: two, alertname: Dead}, annotations: {summary: x}}
`),
  )
  beat(story, 0, 10, { ...W, n: '1' })
  beat(story, 0, 10, { ...W, n: '2' })
  story.between('1230s', '1230s').webhook('team', { firing: ['Deadone'] })
  story.between('1830s', '1830s').webhook('team', { firing: ['Deadone', 'Deadtwo'], reason: 'new alerts added' })
  await story.run('1h')
})

test('the alerts of watches are no signs of life, whatever these match', async (t) => {
  const story = timeline(
    t,
    withWatches(`
    - {name: any, matchers: ['alertname=~".+"'], timeout: 10m}
    - {name: other, matchers: ['severity="critical"'], timeout: 15m}
`),
  )
  story.between('630s', '630s').webhook('team', { firing: ['HeartbeatMissing'] })
  story.between('930s', '930s').webhook('team', { firing: ['HeartbeatMissing', 'HeartbeatMissing'] })
  await story.run('3h')
})

test('nor are notices of silences', async (t) => {
  const yaml = withWatches(`[{name: any, matchers: ['severity="info"'], timeout: 10m}]`)
  const story = timeline(
    t,
    `${yaml}  silence_notices: {idle: true}\n`.replace(
      '  routes:',
      '  routes:\n    - {receiver: nobody, matchers: [alertname=~"Silence.*"]}',
    ),
  )
  story.at('5m').silence('2h', 'alertname=X')
  story.between('630s', '630s').webhook('team', MISSING)
  await story.run('1h')
})

test('a missing alert sent from outside is neither heard nor believed', async (t) => {
  const story = timeline(t, withWatches(`[{name: p, matchers: ['heartbeat="p"'], timeout: 10m}]`))
  const forged = { alertname: 'HeartbeatMissing', heartbeat: 'p', severity: 'critical' }
  story.at('12m').resolve(forged)
  story.at('13m').pushFor('4m', forged)
  story.between('630s', '630s').webhook('team', MISSING)
  await story.run('1h')
})

test('time in which the process did not run does not count', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 10)
  story.at('10m30s').kill()
  story.at('5h').start()
  beat(story, 308, 330)
  await story.run('5h35m')
})

test('but the sender has no longer than the timeout then', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 10)
  story.at('14m').kill()
  story.at('5h').start()
  // Four minutes of silence before, about six after the start.
  story.between('18360s', '18480s').webhook('team', MISSING)
  await story.run('6h')
})

test('a router that is started again and again finds out all the same', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 1)
  for (let minute = 4; minute < 40; minute += 4) {
    story.at(`${minute}m`).kill()
    story.at(`${minute}m5s`).start()
  }
  story.between('690s', '1200s').webhook('team', MISSING)
  await story.run('40m')
})

test('what is missing is not told again after kill -9, and ends after it', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 5)
  story.at('20m').kill()
  story.at('25m').start()
  story.at('40m').kill()
  story.at('3h').start()
  beat(story, 200, 240)
  story.between('930s', '930s').webhook('team', MISSING)
  story.between('12000s', '12330s').webhook('team', BACK)
  await story.run('4h')
})

test('a reload changes nothing for watches that stay; a changed timeout holds at once', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 5)
  story.at('12m').reload(WATCHDOG.replace('timeout: 10m', 'timeout: 20m'))
  story.at('30m').reload(WATCHDOG.replace('timeout: 10m', 'timeout: 15m'))
  story.at('40m').reload(WATCHDOG)
  story.between('1530s', '1530s').webhook('team', MISSING)
  await story.run('2h')
})

test('a watch that is taken away ends its alert; one that waits for something else begins anew', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 5)
  story.at('20m').reload(withWatches('[]'))
  story.at('30m').reload(WATCHDOG)
  story.at('38m').reload(WATCHDOG.replace('alertname="Watchdog"', 'alertname="Noise"'))
  story.between('930s', '930s').webhook('team', MISSING)
  story.between('1230s', '1230s').webhook('team', BACK)
  story.between('2910s', '2910s').webhook('team', MISSING)
  await story.run('2h')
})

test('a watch that was taken away while the process did not run leaves no alert behind', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 5)
  story.at('20m').kill()
  story.at('25m').start(withWatches('[]'))
  story.between('930s', '930s').webhook('team', MISSING)
  story.between('1500s', '1830s').webhook('team', BACK)
  await story.run('2h')
})

test('a clock that is set changes nothing', async (t) => {
  const story = timeline(t, WATCHDOG)
  beat(story, 0, 60)
  story.at('20m30s').stepClock('1h')
  story.at('40m30s').stepClock('-2h')
  await story.run('65m')
})

test('the alert can be silenced and acknowledged like any other, and lasts', async (t) => {
  const story = timeline(t, WATCHDOG)
  story.at('5m').silence('24h', 'heartbeat=prometheus')
  story.at('20h').expire('heartbeat=prometheus')
  story.between('72030s', '72030s').webhook('team', MISSING)
  await story.run('30h')
})

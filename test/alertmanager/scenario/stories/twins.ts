import { test } from 'node:test'
import { routerYaml } from '../router-yaml.ts'
import { timeline } from '../timeline.ts'

const yaml = (before: string) => `
route:
  receiver: nobody
  group_wait: 30s
  group_interval: 5m
  repeat_interval: 4h
  routes:
    ${before}
    - {receiver: team, matchers: [team=x], continue: true, group_by: [alertname]}
    - {receiver: team, matchers: [team=x], group_by: [alertname]}
receivers:
  - {name: nobody}
  - name: team
    webhook_configs: [{url: http://hook.test/}]
`
const ONE = { alertname: 'A', n: '1', team: 'x' }

test('two routes with the same matchers and receiver tell both, each for itself', async (t) => {
  const story = timeline(t, yaml(''))
  story.at('0s').pushFor('2h', ONE)
  story.at('400s').resolve(ONE)
  for (const _ of [1, 2]) {
    story.exactly('30s').webhook('team', { firing: ['A1'] })
    story.exactly('630s').webhook('team', { resolved: ['A1'] })
  }
  await story.run('1h')
})

test('a route that is put before others does not make them tell anything again, nor start their timers anew', async (t) => {
  const story = timeline(t, yaml(''))
  story.at('0s').pushFor('2h', ONE)
  story.at('100s').reload(yaml('- {receiver: nobody, matchers: [other=y]}'))
  story.at('400s').resolve(ONE)
  for (const _ of [1, 2]) {
    story.exactly('30s').webhook('team', { firing: ['A1'] })
    story.exactly('630s').webhook('team', { resolved: ['A1'] })
  }
  await story.run('1h')
})

const other = (routes: readonly string[]) => routerYaml({ routes, repeat: '1h' })
const TEAM = 'receiver: team, matchers: [team=x], continue: true'
const OTHER = 'receiver: other, matchers: [team=x], continue: true'

test('a route with the same matchers and another receiver that is put before one does not make it tell anything again', async (t) => {
  const story = timeline(t, other([TEAM]))
  story.at('0s').pushFor('2h', ONE)
  story.at('100s').reload(other([OTHER, TEAM]))
  story.at('400s').resolve(ONE)
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  // It has fired for longer than group_wait.
  story.exactly('100s').webhook('other', { firing: ['A1'] })
  story.exactly('630s').webhook('team', { resolved: ['A1'] })
  story.exactly('700s').webhook('other', { resolved: ['A1'] })
  await story.run('1h')
})

test('nor is an end lost that was still to be told then', async (t) => {
  const story = timeline(t, other([TEAM]))
  story.at('0s').pushFor('2h', ONE)
  story.at('90s').resolve(ONE)
  story.at('100s').reload(other([OTHER, TEAM]))
  story.exactly('30s').webhook('team', { firing: ['A1'] })
  story.exactly('330s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

test('two routes with the same matchers and different receivers may change places', async (t) => {
  const story = timeline(t, other([TEAM, OTHER]))
  story.at('0s').pushFor('2h', ONE)
  story.at('100s').reload(other([OTHER, TEAM]))
  story.at('200s').kill()
  story.at('210s').start(other([TEAM, OTHER]))
  story.at('400s').resolve(ONE)
  for (const receiver of ['team', 'other']) {
    story.exactly('30s').webhook(receiver, { firing: ['A1'] })
    story.exactly('630s').webhook(receiver, { resolved: ['A1'] })
  }
  await story.run('1h')
})

test('one of two routes with the same matchers may go', async (t) => {
  const story = timeline(t, other([OTHER, TEAM]))
  story.at('0s').pushFor('2h', ONE)
  story.at('100s').reload(other([TEAM]))
  story.at('400s').resolve(ONE)
  for (const receiver of ['team', 'other']) story.exactly('30s').webhook(receiver, { firing: ['A1'] })
  story.exactly('630s').webhook('team', { resolved: ['A1'] })
  await story.run('1h')
})

import { test } from 'node:test'
import { clusterTimeline } from './support/cluster-timeline.ts'

const yaml = `
route: {receiver: team, group_by: [alertname], group_wait: 30s, group_interval: 5m, repeat_interval: 4h}
receivers:
  - {name: team, webhook_configs: [{url: http://hook.test/}]}
  - {name: sms, webhook_configs: [{url: http://sms.test/}]}
vedette: {fallback: {receiver: sms, after: 2m}}
`
const A = { alertname: 'A' }
const MEMBERS = ['a', 'b', 'c']

test('a receiver refuses all members: the fallback is told once, of the end too', async (t) => {
  const story = clusterTimeline(t, { yaml })
  for (const name of MEMBERS) story.at('0s').answer(name, 400, 'team')
  story.at('1s').fire(A)
  story.between('31s', '31s').webhook('sms', { firing: ['A'], by: 'a' })
  story.at('7m').resolve(A)
  story.between('10m31s', '10m32s').webhook('sms', { resolved: ['A'], by: 'a' })
  await story.run('30m')
})

test('a receiver is down for all members: the fallback is told once, the receiver once when it is back', async (t) => {
  const story = clusterTimeline(t, { yaml })
  for (const name of MEMBERS) story.at('0s').answer(name, 503, 'team')
  story.at('1s').fire(A)
  story.between('2m31s', '2m32s').webhook('sms', { firing: ['A'], by: 'a' })
  story.at('20m').answer('a', 200, 'team')
  story.between('20m', '22m').webhook('team', { firing: ['A'], by: 'a' })
  story.at('26m').resolve(A)
  story.between('26m', '31m').webhook('team', { resolved: ['A'] })
  story.between('26m', '31m').webhook('sms', { resolved: ['A'] })
  await story.run('60m')
})

test('a receiver refuses the first member alone: the second tells it, and the fallback hears of the end of what it was told', async (t) => {
  const story = clusterTimeline(t, { yaml })
  story.at('0s').answer('a', 400, 'team')
  story.at('1s').fire(A)
  story.between('31s', '31s').webhook('sms', { firing: ['A'], by: 'a' })
  story.between('31s', '1m').webhook('team', { firing: ['A'], by: 'b' })
  story.at('7m').resolve(A)
  story.between('10m31s', '11m').webhook('team', { resolved: ['A'], by: 'b' })
  story.between('10m31s', '11m').webhook('sms', { resolved: ['A'] })
  await story.run('30m')
})

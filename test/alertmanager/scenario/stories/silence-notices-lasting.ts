import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compareUtf8, LabelSet } from '#lib/labels.ts'
import type { TestRouter } from '../../support/test-router.ts'
import { CREATED, EXPIRED, EXPIRING, notices, withNotices } from '../notices.ts'
import { timeline } from '../timeline.ts'

const A1 = { alertname: 'A', n: '1' }

test('nothing is told twice over kill -9 and reloads, and what changed meanwhile is', async (t) => {
  const yaml = withNotices('{before: 30m, keep: 5h}')
  const story = timeline(t, yaml)
  story.at('0s').pushFor('20h', A1)
  story.at('10m').silence('2h', 'alertname=A, n=1')
  story.at('15m').kill()
  story.at('15m20s').start()
  story.at('20m').reload(yaml.replace('before: 30m', 'before: 31m'))
  story.at('105m').kill()
  story.at('105m20s').start()
  story.at('106m').reload(yaml)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('630s', '632s').webhook('watchers', { firing: ['SilenceCreated'] })
  story.between('5970s', '6030s').webhook('watchers', { firing: ['SilenceExpiring'] })
  story.between('7800s', '8160s').webhook('team', { firing: ['A1'] })
  story.between('7800s', '8160s').webhook('watchers', { resolved: ['SilenceCreated'] })
  story.between('7800s', '8160s').webhook('watchers', { resolved: ['SilenceExpiring'] })
  story.between('7830s', '7835s').webhook('watchers', { firing: ['SilenceExpired'] })
  await story.run('4h')
})

test('a silence that ended while no process ran is told of when one runs again', async (t) => {
  const story = timeline(t, EXPIRED)
  story.at('0s').pushFor('9h', A1)
  story.at('1m').silence('20m', 'alertname=A, n=1')
  story.at('10m').kill()
  story.at('40m').start()
  story.at('40m').pushFor('9h', A1)
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('2400s', '2460s').webhook('team', { firing: ['A1'] })
  story.between('2400s', '2460s').webhook('watchers', { firing: ['SilenceExpired'] })
  await story.run('50m')
})

test('a silence that was created in the last moment before kill -9 is told of', async (t) => {
  const story = timeline(t, CREATED)
  story.at('0s').pushFor('9h', A1)
  story.at('599500ms').silence('8h', 'alertname=B')
  story.at('10m').silence('8h', 'alertname=A, n=1')
  story.at('600100ms').kill()
  story.at('601s').start()
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('601s', '660s').webhook('watchers', { firing: ['SilenceCreated'] })
  await story.run('20m')
})

test('a reload without the section ends what is told', async (t) => {
  const story = timeline(t, CREATED)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').silence('8h', 'alertname=A, n=1')
  story.at('20m').reload(CREATED.slice(0, CREATED.indexOf('vedette:')))
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('630s', '632s').webhook('watchers', { firing: ['SilenceCreated'] })
  story.between('1200s', '1530s').webhook('watchers', { resolved: ['SilenceCreated'] })
  await story.run('2h')
})

test('a silence about notices mutes them, those about itself too; they are nothing that it mutes', async (t) => {
  const story = timeline(t, withNotices('{before: 30m, keep: 2h}'))
  story.at('0s').pushFor('9h', A1)
  story.at('10m').silence('8h', 'alertname=A, n=1')
  story.at('20m').silence('3h', 'severity=info')
  story.at('25m').check((router) => {
    assert.deepEqual(
      notices(router).map(({ labels }) => labels.get('alertname')),
      ['SilenceCreated'],
    )
  })
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('630s', '632s').webhook('watchers', { firing: ['SilenceCreated'] })
  // It ends while it is muted, which is told.
  story.between('7800s', '8160s').webhook('watchers', { resolved: ['SilenceCreated'] })
  await story.run('5h')
})

test('a notice cannot be ended, or made anew, from outside', async (t) => {
  const story = timeline(t, CREATED)
  const notice = (router: TestRouter) => Object.fromEntries(notices(router)[0]!.labels)
  story.at('0s').pushFor('9h', A1)
  story.at('10m').silence('8h', 'alertname=A, n=1')
  story.at('20m').check((router) => {
    const labels = LabelSet.from(notice(router))
    const rest = { annotations: LabelSet.empty, startsAt: undefined, generatorUrl: '' }
    const { problems } = router.pipeline.receive([{ labels, ...rest, endsAt: { ms: 1, ns: 0, offsetMinutes: 0 } }])
    assert.match(problems.join(), /^the router itself raises \{.*SilenceCreated.*\} as long as there is cause$/)
  })
  story.between('30s', '30s').webhook('team', { firing: ['A1'] })
  story.between('630s', '632s').webhook('watchers', { firing: ['SilenceCreated'] })
  await story.run('40m')
})

test('many silences that end at once are told, each of them once', async (t) => {
  const story = timeline(t, EXPIRING.replace('group_by: [...]', 'group_by: [alertname]'))
  const many = Array.from({ length: 200 }, (_, n) => ({ alertname: 'A', n: `${n}` }))
  story.at('0s').pushFor('9h', ...many)
  for (const labels of many) story.at('10m').silence('2h', `alertname=A, n=${labels.n}`)
  story.at('102m').check((router) => assert.equal(notices(router).length, 200))
  story.between('30s', '30s').webhook('team', { firing: many.map(({ n }) => `A${n}`).sort(compareUtf8) })
  story.between('6030s', '6030s').webhook('watchers', { firing: many.map(() => 'SilenceExpiring') })
  await story.run('110m')
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { until } from '../../support/until.ts'
import { type MemberProcess, seen } from './cluster-process.ts'
import { ThreeMembers } from './three-members.ts'

const knows = (member: MemberProcess, path: string, text: string) =>
  until(`${member.name} has ${text} in ${path}`, async () => {
    return (await (await member.router.get(path)).text()).includes(text)
  })

async function silence(member: MemberProcess, alertname: string): Promise<void> {
  const matchers = [{ name: 'alertname', value: alertname, isRegex: false }]
  const [startsAt, endsAt] = [new Date(), new Date(Date.now() + 600_000)]
  const body = { matchers, startsAt, endsAt, createdBy: 'somebody', comment: 'none' }
  assert.equal((await member.router.post('/api/v2/silences', body)).status, 200)
}

test('in peace everything is told once, whoever hears of it, and a silence holds for all', async (t) => {
  const three = await ThreeMembers.start(t)
  const { a, b, c } = three.members
  await silence(b, 'Quiet')
  for (const member of [a, c]) await knows(member, '/api/v2/silences', 'Quiet')
  const names = ['One', 'Two', 'Three', 'Four', 'Quiet']
  await three.push(names)
  await three.push(['OnlyC'], [c])
  await three.heard(5)
  await three.push(names, three.alive, -1)
  await three.heard(9)
  // Whoever stops has passed on what it took just before.
  await three.push(['Last'], [a])
  await a.router.child.kill('SIGTERM')
  await three.heard(10)
  await three.quiet()
  const events = ['One', 'Two', 'Three', 'Four'].flatMap((name) => [`${name} firing`, `${name} resolved`])
  assert.deepEqual(three.told, [...events, 'Last firing', 'OnlyC firing'].toSorted())
})

test('a member that is killed takes nothing with it, before it has told and after, and nothing is told twice', async (t) => {
  const three = await ThreeMembers.start(t, '2s')
  const { b, c } = three.members
  await three.push(['Before'])
  await three.kill('a')
  await three.heard(1)
  await three.restart('a')
  await three.push(['After'])
  await three.heard(2)
  // It told, and the others have heard so.
  await b.router.reached('alertmanager_nflog_gossip_messages_propagated_total', 1)
  await three.kill('a')
  await three.push(['OnlyB'], [b])
  await knows(c, '/api/v2/alerts', 'OnlyB')
  await three.kill('b')
  await three.heard(3)
  await three.quiet()
  assert.deepEqual(three.told, ['After firing', 'Before firing', 'OnlyB firing'])
  await knows(c, '/api/v2/alerts', 'OnlyB')
})

test('members that cannot reach each other tell on both sides, and are one again afterwards', async (t) => {
  const three = await ThreeMembers.start(t)
  const { a, b, c } = three.members
  for (const fault of ['cut', 'hang'] as const) {
    three.partitions.split(['a'], ['b', 'c'], fault)
    await Promise.all([seen([a], 'a'), seen([b, c], 'b c')])
    const before = three.told.length
    await three.push([`Apart_${fault}`])
    await silence(a, `Later_${fault}`)
    await three.heard(before + 2)
    three.partitions.join()
    await seen([a, b, c], 'a b c')
    for (const member of [b, c]) await knows(member, '/api/v2/silences', `Later_${fault}`)
    await three.push([`Later_${fault}`, `Again_${fault}`])
    await three.heard(before + 3)
    await three.quiet()
    const told = three.told.filter((event) => event.includes(fault))
    assert.deepEqual(told, [`Again_${fault} firing`, `Apart_${fault} firing`, `Apart_${fault} firing`])
  }
})

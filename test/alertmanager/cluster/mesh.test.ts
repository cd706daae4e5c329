import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ManualClock } from '../../support/manual-clock.ts'
import { FakeMember, type FakeMemberOptions } from './support/fake-member.ts'
import { FakeWires } from './support/fake-wires.ts'

/** Starts members one after the other, each with so much time. */
function createStage() {
  const clock = new ManualClock()
  const wires = new FakeWires()
  return {
    ...{ clock, wires },
    async start(options: Omit<FakeMemberOptions, 'clock' | 'wires'>, spentMs = 0): Promise<FakeMember> {
      const member = new FakeMember({ ...options, clock, wires })
      await member.cluster.part.start?.()
      await clock.advance(spentMs)
      return member
    },
  }
}

const seenBy = (members: readonly FakeMember[]) => members.map(({ sees }) => sees)

test('members hear of each other from each other, and know their places', async () => {
  const { clock, wires, start } = createStage()
  const c = await start({ host: 'c' }, 5_000)
  const a = await start({ host: 'a', peers: ['c'] })
  const b = await start({ host: 'b', peers: ['c'] }, 2_000)
  assert.deepEqual(seenBy([a, b, c]), ['A b c', 'a B c', 'a b C'])
  assert.deepEqual(
    [a, b, c].map(({ cluster }) => cluster.position),
    [0, 1, 2],
  )
  assert.equal(wires.made, 3)
  await clock.advance(60_000)
  assert.equal(wires.made, 3)
  assert.equal(await a.metric('cluster_peers_joined_total'), 2)
  assert.equal(await a.metric('cluster_health_score'), 0)
})

test('it has settled once nobody has come or gone for three looks, or when its time is up', async () => {
  const { clock, start } = createStage()
  const a = await start({ host: 'a' }, 3_000)
  const b = await start({ host: 'b', peers: ['a'], settings: ['settle_timeout=3s'] }, 2_900)
  let settled = 0
  for (const { cluster } of [a, b]) void cluster.settled().then(() => (settled += 1))
  // Looks of a at 2 s, 4 s (one more), 6 s, 8 s, 10 s; b gives up at 6 s.
  assert.deepEqual([a.cluster.status, b.cluster.status], ['settling', 'settling'])
  await clock.advance(200)
  assert.deepEqual([a.cluster.status, b.cluster.status, settled], ['settling', 'ready', 1])
  await clock.advance(3_800)
  assert.deepEqual([a.cluster.status, settled], ['settling', 1])
  await clock.advance(200)
  assert.deepEqual([a.cluster.status, settled], ['ready', 2])
  const c = await start({ host: 'c', settings: ['settle_timeout=0s'] })
  assert.equal(c.cluster.status, 'ready')
})

test('one that is silent is found dead, those behind it move up, and it is called until it is there again', async () => {
  const { clock, wires, start } = createStage()
  const a = await start({ host: 'a' })
  const b = await start({ host: 'b', peers: ['a'] })
  const c = await start({ host: 'c', peers: ['a'] }, 3_000)
  wires.silence('a', 'b')
  wires.silence('a', 'c')
  await clock.advance(3_000)
  assert.equal(c.sees, 'a b C')
  assert.equal(await c.metric('cluster_health_score'), 1)
  await clock.advance(3_000)
  assert.deepEqual(seenBy([a, b, c]), ['A', 'B c', 'b C'])
  assert.equal(c.cluster.position, 1)
  assert.equal(await c.metric('cluster_failed_peers'), 1)
  assert.match(c.logged.join(''), /level=warn [^\n]*a member of the cluster is lost[^\n]* member=a /)
  wires.join('a', 'b')
  wires.join('a', 'c')
  await clock.advance(25_000)
  assert.deepEqual(seenBy([a, b, c]), ['A b c', 'a B c', 'a b C'])
  assert.equal(await c.metric('cluster_failed_peers'), 0)
})

test('what was lost for too long is forgotten, and called no more', async () => {
  const { clock, wires, start } = createStage()
  const a = await start({ host: 'a', settings: ['reconnect_timeout=1m'] })
  const b = await start({ host: 'b', peers: ['a'] }, 2_000)
  wires.kill('b')
  await clock.advance(1_000)
  assert.equal(await a.metric('cluster_failed_peers'), 1)
  await b.cluster.part.stop?.(AbortSignal.abort())
  await clock.advance(70_000)
  assert.equal(await a.metric('cluster_failed_peers'), 0)
  const failed = await a.metric('cluster_reconnections_failed_total')
  assert.ok(failed >= 5)
  await clock.advance(60_000)
  assert.equal(await a.metric('cluster_reconnections_failed_total'), failed)
})

test('one that says goodbye is not lost, and one that comes back by another name leaves no ghost', async () => {
  const { clock, wires, start } = createStage()
  const a = await start({ host: 'a' })
  const b = await start({ host: 'b', name: 'first', peers: ['a'] }, 2_000)
  const leaving = b.cluster.part.stop?.(new AbortController().signal)
  await clock.advance(1_000)
  await leaving
  await clock.advance(1_000)
  assert.deepEqual([a.sees, await a.metric('cluster_failed_peers')], ['A', 0])

  const second = await start({ host: 'b', name: 'second', peers: ['a'] }, 2_000)
  wires.kill('b')
  await second.cluster.part.stop?.(AbortSignal.abort())
  await clock.advance(1_000)
  assert.equal(await a.metric('cluster_failed_peers'), 1)
  await start({ host: 'b', name: 'third', peers: ['a'] }, 2_000)
  assert.deepEqual([a.sees, await a.metric('cluster_failed_peers')], ['A third', 0])
})

test('a configured member that was never there counts as failed until it is there', async () => {
  const { clock, start } = createStage()
  const a = await start({ host: 'a', peers: ['b', 'c', 'a'] }, 5_000)
  assert.equal(await a.metric('cluster_failed_peers'), 2)
  await start({ host: 'c', peers: ['a'] }, 2_000)
  assert.equal(await a.metric('cluster_failed_peers'), 1)
  const failed = await a.metric('cluster_refresh_join_failed_total')
  await clock.advance(60_000)
  assert.equal((await a.metric('cluster_refresh_join_failed_total')) - failed, 5)
  const lines = a.logged.filter((line) => line.includes('cannot reach a member'))
  assert.equal(lines.length, 2)
})

test('the later one of two of the same name is kept out, and both hear of it', async () => {
  const { clock, start } = createStage()
  const a = await start({ host: 'a' })
  const b = await start({ host: 'b', name: 'twin', peers: ['a'] }, 2_000)
  const c = await start({ host: 'c', name: 'twin', peers: ['a'] }, 2_000)
  const d = await start({ host: 'd', name: 'a', peers: ['a'] }, 2_000)
  await clock.advance(10_000)
  assert.deepEqual(seenBy([a, b, c, d]), ['A twin', 'a TWIN', 'TWIN', 'A'])
  assert.ok((await a.metric('cluster_peer_name_conflicts_total')) >= 2)
  assert.match(c.logged.join(''), /level=error [^\n]*change its --cluster\.peer-name/)
})

test('one that comes back before its death was noticed is taken in at once', async () => {
  const { wires, start } = createStage()
  const a = await start({ host: 'a' })
  await start({ host: 'b', name: 'back', peers: ['a'] }, 2_000)
  wires.silence('a', 'b')
  const c = await start({ host: 'c', name: 'back', peers: ['a'] }, 1_000)
  assert.deepEqual(seenBy([a, c]), ['A back', 'a BACK'])
  assert.equal(a.cluster.peers[1]?.address, 'c:9094')
})

test('a tenth member stays out and is told why', async () => {
  const { start } = createStage()
  const nine: FakeMember[] = []
  for (const host of 'abcdefghi') nine.push(await start({ host, peers: ['a'] }, 2_000))
  const tenth = await start({ host: 'j', peers: ['a'] }, 2_000)
  assert.equal(nine[4]!.sees, 'a b c d E f g h i')
  assert.equal(tenth.sees, 'J')
  assert.match(tenth.logged.join(''), /the cluster has 9 members, and more cannot join/)
})

test('members of different labels do not talk, and one that is given its own address talks to itself no more than once', async () => {
  const { clock, wires, start } = createStage()
  const a = await start({ host: 'a', peers: ['a'], settings: ['label=prod'] }, 20_000)
  assert.equal(wires.made, 1)
  const b = await start({ host: 'b', peers: ['a'], settings: ['label=test'] })
  await clock.advance(2_000)
  assert.deepEqual(seenBy([a, b]), ['A', 'B'])
  assert.match(b.logged.join(''), /its --cluster\.label is another one/)
})

test('however they start and whoever they are told of, all end up connected to each other, once', async () => {
  const hosts = ['a', 'b', 'c', 'd']
  const peers = fc.subarray(hosts, { minLength: 1 })
  const plans = fc.record({
    told: fc.tuple(peers, peers, peers, peers),
    pausesMs: fc.tuple(...hosts.map(() => fc.constantFrom(0, 0, 100, 1_000))),
    order: fc.shuffledSubarray(hosts, { minLength: 4, maxLength: 4 }),
  })
  await fc.assert(
    fc.asyncProperty(plans, async ({ told, pausesMs, order }) => {
      const { clock, start } = createStage()
      const members: FakeMember[] = []
      for (const [index, host] of order.entries()) {
        // The first one told of is told to everybody, so that they are one cluster.
        members.push(await start({ host, peers: ['a', ...told[index]!] }, pausesMs[index]))
      }
      await clock.advance(20_000)
      for (const member of members) {
        assert.equal(member.sees.toLowerCase(), 'a b c d')
        assert.equal(await member.metric('cluster_failed_peers'), 0)
      }
    }),
    { numRuns: 15 },
  )
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { duplexPair } from 'node:stream'
import { test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import { Link, type LinkListener } from '../../../alertmanager/cluster/link.ts'
import { Traffic } from '../../../alertmanager/cluster/traffic.ts'
import type { Hello } from '../../../alertmanager/cluster/wire/hello.ts'
import { unsealed } from '../../../alertmanager/cluster/wire/seal.ts'
import { Wire } from '../../../alertmanager/cluster/wire/wire.ts'
import { ManualClock } from '../../support/manual-clock.ts'

/** Two ends of a connection that have greeted each other, and what comes out of the second one. */
function createLinks() {
  const clock = new ManualClock()
  const told: (readonly [string, unknown])[] = []
  const listener: LinkListener = {
    onMessage: (_, type, message) => told.push([type, message]),
    onMembers: (_, members) => told.push(['members', members]),
    onPong: (_, seconds) => told.push(['pong', seconds]),
    onClose: (_, hasLeft, error) => told.push(['close', error?.message ?? hasLeft]),
  }
  const [near, far] = duplexPair().map((socket, index) => {
    const wire = new Wire(socket)
    wire.upgrade(unsealed, unsealed)
    const peer: Hello = { version: 1, label: '', name: `${index}`, address: 'h:1', instance: '', nonce: '' }
    const traffic = new Traffic()
    return { wire, traffic, link: new Link({ wire, peer, isDialled: index === 0, clock, traffic }) }
  })
  far!.link.listen(listener)
  near!.link.listen({ onMessage() {}, onMembers() {}, onPong() {}, onClose() {} })
  const settle = async () => {
    for (let turn = 0; turn < 200; turn += 1) await setImmediate()
  }
  return { clock, told, near: near!, far: far!, settle }
}

test('messages arrive whole and in order, however long they are', async () => {
  const { told, near, far, settle } = createLinks()
  const messages = [3, 256 * 1024, 0, 256 * 1024 + 1, 3_000_000].map((length) => randomBytes(length))
  for (const [index, message] of messages.entries()) near.link.send(index % 2 === 0 ? 'update' : 'full_state', message)
  near.link.tellMembers([{ name: 'x', address: 'y:1' }])
  await settle()
  assert.deepEqual(told, [
    ...messages.map((message, index) => [index % 2 === 0 ? 'update' : 'full_state', message]),
    ['members', [{ name: 'x', address: 'y:1' }]],
  ])
  assert.deepEqual(near.traffic.sent, far.traffic.received)
  assert.equal(near.traffic.sent.update.messages, 3)
})

test('who takes nothing is cut off before the memory is full, and a message may not be larger than all that may wait', async () => {
  const { near, settle } = createLinks()
  const large = Buffer.alloc(30 * 1024 ** 2)
  assert.throws(() => near.link.send('update', Buffer.concat([large, large])), RangeError)
  for (let count = 0; count < 3 && !near.link.isClosed; count += 1) near.link.send('full_state', large)
  assert.equal(near.link.isClosed, true)
  near.link.send('update', Buffer.from('nobody hears this'))
  await settle()
})

test('a goodbye is told apart from a break, and from nonsense', async () => {
  const [goodbye, cut, nonsense] = [createLinks(), createLinks(), createLinks()]
  goodbye.near.link.leave()
  cut.far.link.break(new Error('enough'))
  nonsense.near.wire.send('welcome')
  for (const { settle } of [goodbye, cut, nonsense]) await settle()
  assert.deepEqual(goodbye.told, [['close', true]])
  assert.deepEqual(cut.told, [['close', 'enough']])
  assert.deepEqual(nonsense.told, [['close', 'a frame of kind welcome']])
})

test('a probe is answered by the other end, and no answer is an answer too', async () => {
  const { clock, told, far, near, settle } = createLinks()
  far.link.probe()
  assert.equal(far.link.waitsSinceMs, clock.monotonicMs())
  await settle()
  assert.deepEqual([told, far.link.waitsSinceMs], [[['pong', 0]], undefined])
  near.link.break()
  assert.equal(await near.link.answersWithin(500), false)
})

import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeFrame, type FrameKind, FrameReader } from '../../../../alertmanager/cluster/wire/frames.ts'
import { Handshake, type HandshakeOptions } from '../../../../alertmanager/cluster/wire/handshake.ts'
import { type Refusal, RefusedError } from '../../../../alertmanager/cluster/wire/refusal.ts'
import { type Role, SharedKey } from '../../../../alertmanager/cluster/wire/shared-key.ts'
import { WireError } from '../../../../alertmanager/cluster/wire/wire-error.ts'

type Options = Partial<HandshakeOptions['self']> & { readonly key?: SharedKey }
type Sent = readonly [FrameKind, Buffer]

const KEY = new SharedKey(Buffer.from('a key that both have'))

function handshakeOf(role: Role, { key, ...self }: Options = {}): Handshake {
  const instance = randomBytes(16).toString('hex')
  return new Handshake({ role, key, self: { label: '', name: role, address: `${role}:1`, instance, ...self } })
}

/** Lets both talk until both know each other. */
function greet(dialler: Handshake, listener: Handshake, log: Sent[] = []) {
  const ends = { dialler, listener }
  const known: Partial<Record<Role, ReturnType<Handshake['take']>['established']>> = {}
  let [to, frames]: [Role, readonly Sent[]] = ['listener', dialler.begin()]
  while (frames.length > 0) {
    const from: Role = to === 'dialler' ? 'listener' : 'dialler'
    const answers: Sent[] = []
    for (const [kind, payload] of frames) {
      log.push([kind, payload])
      const { send, established } = ends[to].take({ kind, payload })
      answers.push(...send)
      if (established !== undefined) known[to] = established
    }
    ;[to, frames] = [from, answers]
  }
  return { dialler: known.dialler!, listener: known.listener! }
}

function refusalOf(dialler: Options, listener: Options): Refusal | undefined {
  try {
    greet(handshakeOf('dialler', dialler), handshakeOf('listener', listener))
    return undefined
  } catch (error) {
    assert.ok(error instanceof RefusedError)
    return error.refusal
  }
}

test('both learn who the other one is, and what they say then only they can read', () => {
  for (const key of [undefined, KEY]) {
    const keyed = key === undefined ? {} : { key }
    const { dialler, listener } = greet(handshakeOf('dialler', keyed), handshakeOf('listener', keyed))
    assert.equal(dialler.peer.name, 'listener')
    assert.equal(listener.peer.address, 'dialler:1')
    for (const [from, to] of [
      [dialler, listener],
      [listener, dialler],
    ] as const) {
      const said = Buffer.from('a secret')
      const sealed = from.seal(said)
      assert.equal(sealed.includes(said), key === undefined)
      assert.deepEqual(to.unseal(sealed), said)
    }
  }
})

test('who has another key, label or none of it is refused, by name of what differs', () => {
  assert.equal(refusalOf({ key: KEY }, { key: new SharedKey(Buffer.from('another key, as long')) }), 'key')
  assert.equal(refusalOf({ key: KEY }, {}), 'key')
  assert.equal(refusalOf({}, { key: KEY }), 'key')
  assert.equal(refusalOf({ label: 'prod' }, { label: 'test' }), 'label')
  assert.equal(refusalOf({ instance: 'f'.repeat(32) }, { instance: 'f'.repeat(32) }), 'self')
  assert.equal(refusalOf({ key: KEY }, { key: new SharedKey(Buffer.from('a key that both have')) }), undefined)
})

test('another version of the protocol is refused as that, whatever else it says', () => {
  const listener = handshakeOf('listener')
  const payload = Buffer.from('{"protocol":"vedette-cluster","version":2,"whatever":[]}')
  assert.throws(() => listener.take({ kind: 'hello', payload }), { refusal: 'version' })
})

test('a greeting that was recorded opens nothing', () => {
  const log: Sent[] = []
  greet(handshakeOf('dialler', { key: KEY }), handshakeOf('listener', { key: KEY }), log)
  const [hello, , proof] = log
  const listener = handshakeOf('listener', { key: KEY })
  const { send, established } = listener.take({ kind: 'hello', payload: hello![1] })
  assert.deepEqual([send.map(([kind]) => kind), established], [['hello'], undefined])
  assert.throws(() => listener.take({ kind: 'proof', payload: proof![1] }), { refusal: 'key' })
})

test('nobody proves anything with what the other one has proved', () => {
  const dialler = handshakeOf('dialler', { key: KEY })
  const listener = handshakeOf('listener', { key: KEY })
  const [[, helloD]] = dialler.begin() as [Sent]
  const [[, helloL]] = listener.take({ kind: 'hello', payload: helloD }).send as [Sent]
  const [[, proof]] = dialler.take({ kind: 'hello', payload: helloL }).send as [Sent]
  assert.throws(() => dialler.take({ kind: 'proof', payload: proof }), { refusal: 'key' })
})

test('keys are those of one connection', () => {
  const connect = () => greet(handshakeOf('dialler', { key: KEY }), handshakeOf('listener', { key: KEY }))
  const sealed = connect().dialler.seal(Buffer.from('x'))
  assert.throws(() => connect().listener.unseal(sealed), WireError)
})

test('whatever comes in place of a greeting is refused', () => {
  const payloads = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
    fc.json({ maxDepth: 3 }).map((text) => Buffer.from(text)),
    fc
      .record({
        protocol: fc.constant('vedette-cluster'),
        version: fc.constant(1),
        name: fc.anything(),
        label: fc.anything(),
      })
      .map((value) => Buffer.from(JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? 0 : each)) ?? '')),
  )
  const kinds = fc.constantFrom<FrameKind>('hello', 'proof', 'welcome', 'update', 'leave', 'members')
  fc.assert(
    fc.property(kinds, payloads, fc.boolean(), (kind, payload, isKeyed) => {
      const keyed = isKeyed ? { key: KEY } : {}
      for (const role of ['dialler', 'listener'] as const) {
        assert.throws(() => handshakeOf(role, keyed).take({ kind, payload }), WireError)
      }
    }),
    { numRuns: 100 },
  )
})

test('the longest name and label there may be fit into one frame', () => {
  const long = { name: '\u{1}'.repeat(200), label: '\u{1}'.repeat(200), address: `${'h'.repeat(290)}:9094` }
  const [[kind, payload]] = handshakeOf('dialler', { ...long, key: KEY }).begin() as [Sent]
  const reader = new FrameReader()
  reader.push(encodeFrame(kind, payload, (body) => body))
  assert.equal(reader.next()?.kind, 'hello')
})

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type Address, AddressResolver, type Target } from '../../../agent/ship/address-resolver.ts'
import { Connections } from '../../../agent/ship/connections.ts'
import { post } from '../../../agent/ship/post.ts'
import { selfSigned } from '../../alertmanager/support/self-signed.ts'
import { HttpPeer } from '../../support/http-peer.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { ACCEPTED, later, type Reply, ShipHarness } from '../../support/ship-harness.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../support/tls-peer.ts'

const v4 = (...addresses: string[]): Address[] => addresses.map((address) => ({ address, family: 4 }))
const v6 = (...addresses: string[]): Address[] => addresses.map((address) => ({ address, family: 6 }))

/** A resolver whose names the test decides. */
function setUp(urls: readonly string[], names: Record<string, readonly Address[] | Error>) {
  const clock = new ManualClock()
  const asked: string[] = []
  const told: string[][] = []
  let failures = 0
  const resolver = new AddressResolver({
    ...{ urls, clock, intervalMs: 30_000, random: () => 1 },
    events: { resolveFailed: () => void failures++ },
    lookup: async (hostname) => {
      asked.push(hostname)
      const found = names[hostname]
      if (found === undefined || found instanceof Error) throw found ?? new Error('ENOTFOUND')
      return found
    },
    onChange: (targets) => void told.push(targets.map(print)),
  })
  return { resolver, clock, asked, told, failures: () => failures }
}
const print = ({ url, address }: Target) => (address === undefined ? url : `${url} ${address.address}`)

test('a name with several addresses is as many collectors, one with a single address is left as it is', async () => {
  const names = { many: v4('10.0.0.2', '10.0.0.1', '10.0.0.2'), one: v4('10.0.0.9') }
  const { resolver, clock, asked, told } = setUp(
    ['http://many:1', 'http://one:1', 'http://10.1.1.1', 'http://[::1]:1'],
    names,
  )
  resolver.start()
  await clock.advance(1)
  assert.deepEqual(told, [
    ['http://many:1 10.0.0.1', 'http://many:1 10.0.0.2', 'http://one:1', 'http://10.1.1.1', 'http://[::1]:1'],
  ])
  names.many.reverse()
  await clock.advance(90_000)
  assert.equal(told.length, 1, 'another order is no change')
  assert.deepEqual(asked, ['many', 'one', 'many', 'one', 'many', 'one', 'many', 'one'])
  names.many.splice(0, 3, ...v4('10.0.0.2', '10.0.0.3'))
  await clock.advance(30_000)
  assert.deepEqual(told[1]?.slice(0, 2), ['http://many:1 10.0.0.2', 'http://many:1 10.0.0.3'])
  resolver.stop()
  await clock.advance(90_000)
  assert.equal(asked.length, 10)
})

test('of two families the one that the system would try first counts', async () => {
  const names = {
    loopback: [...v6('::1'), ...v4('127.0.0.1')],
    dual: [...v6('fd00::1', 'fd00::2'), ...v4('10.0.0.1', '10.0.0.2')],
  }
  const { resolver, clock, told } = setUp(['http://loopback', 'http://dual'], names)
  resolver.start()
  await clock.advance(1)
  assert.deepEqual(told, [['http://loopback', 'http://dual fd00::1', 'http://dual fd00::2']])
})

test('what is known stays while names cannot be looked up', async () => {
  const names: Record<string, readonly Address[] | Error> = { many: v4('10.0.0.1', '10.0.0.2') }
  const { resolver, clock, told, failures } = setUp(['http://many'], names)
  resolver.start()
  await clock.advance(1)
  names.many = new Error('EAI_AGAIN')
  await clock.advance(60_000)
  assert.equal(told.length, 1)
  assert.equal(failures(), 2)
  names.many = v4('10.0.0.2')
  await clock.advance(30_000)
  assert.deepEqual(told.at(-1), ['http://many'])
})

test('a failure has names looked up soon, however many there are', async () => {
  const { resolver, clock, asked } = setUp(['http://many'], { many: v4('10.0.0.1', '10.0.0.2') })
  resolver.start()
  await clock.advance(1)
  for (let failure = 0; failure < 10; failure++) {
    resolver.refresh()
    await clock.advance(1_000)
  }
  assert.equal(asked.length, 3)
  const none = setUp(['http://10.0.0.1'], {})
  none.resolver.start()
  none.resolver.refresh()
  await none.clock.advance(60_000)
  assert.deepEqual(none.asked, [])
})

test('requests follow the addresses of a name; those under way end where they are', async (t) => {
  let addresses = v4('10.0.0.1', '10.0.0.2')
  const slow: Reply = async (_, __, signal) => {
    await ship.clock.sleep(60_000, signal)
    return later(0, 'econnreset')
  }
  const ship: ShipHarness = new ShipHarness(
    t,
    { collector: () => ACCEPTED, '10.0.0.1': slow, '10.0.0.2': () => ACCEPTED, '10.0.0.3': () => ACCEPTED },
    [],
    { lookup: async () => addresses },
  )
  void ship.submit('before')
  await ship.clock.advance(1)
  ship.shipper.start()
  await ship.clock.advance(1)
  assert.deepEqual(ship.closed, ['collector'])
  for (const body of '1234') void ship.submit(body)
  await ship.clock.advance(1)
  assert.equal(ship.acknowledged.length, 1 + 2)
  assert.equal(await ship.metric('endpoint_healthy{endpoint="http://collector (10.0.0.1)"}'), 1)
  addresses = v4('10.0.0.2', '10.0.0.3')
  await ship.clock.advance(30_000)
  assert.equal(await ship.metric('endpoint_healthy{endpoint="http://collector (10.0.0.1)"}'), undefined)
  assert.deepEqual(ship.closed, ['collector'], 'a request is under way')
  const before = ship.seen.length
  for (const body of '5678') void ship.submit(body)
  await ship.clock.advance(30_001)
  assert.deepEqual(ship.closed, ['collector', '10.0.0.1'])
  const hosts = new Set(ship.seen.slice(before).map((request) => request.split(' ')[0]))
  assert.deepEqual(hosts, new Set(['10.0.0.2', '10.0.0.3']))
  assert.equal(ship.acknowledged.length, 9)
})

async function postTo(t: TestContext, peer: HttpPeer, hostname: string, ca?: string) {
  const { protocol, port } = new URL(peer.url)
  const url = new URL(`${protocol}//${hostname}:${port}/v1/logs`)
  const clock = new ManualClock()
  const connections = new Connections({
    ...{ url, clock, maxAgeMs: 1_000, proxies: undefined, serverName: '', insecureSkipVerify: false },
    address: { address: '127.0.0.1', family: 4 },
  })
  t.after(() => connections.close())
  const agent = connections.agentFor({ ca, cert: undefined, key: undefined, token: undefined })
  const { signal } = new AbortController()
  return post({ url, agent, headers: {}, body: Buffer.from('x'), timeoutMs: 1_000, clock, signal })
}

test('a collector is reached at its address by its name', async (t) => {
  const peer = await HttpPeer.start(t)
  assert.equal((await postTo(t, peer, 'collector.test')).status, 200)
  assert.match(peer.requests[0]!.headers.host!, /^collector\.test:/)
})

test('and its certificate is that of its name', { skip: OPENSSL_MISSING }, async (t) => {
  const pair = selfSigned(temporaryDirectory(t))!
  const peer = await HttpPeer.start(t, pair)
  assert.equal((await postTo(t, peer, 'localhost', pair.cert)).status, 200)
  await assert.rejects(postTo(t, peer, 'collector.test', pair.cert), { code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
})

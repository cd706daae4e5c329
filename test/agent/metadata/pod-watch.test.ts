import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { createEvents } from '#lib/events.ts'
import { systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { METADATA_EVENTS } from '../../../agent/metadata/events.ts'
import { KubeApiClient } from '../../../agent/metadata/kube-api-client.ts'
import { PodWatch } from '../../../agent/metadata/pod-watch.ts'
import { FakeApiServer, refuse } from '../../support/fake-api-server.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { OPENSSL_MISSING } from '../../support/tls-peer.ts'

/** A watch of an API server on a clock that the test moves; `told` is what a subscriber heard. */
function watchOf(t: TestContext, server: FakeApiServer, { tokenFile = '', caFile = '' } = {}) {
  const clock = new ManualClock()
  const lines: string[] = []
  const logger = createLogger({ service: 'agent', level: 'debug', format: 'logfmt', write: (line) => lines.push(line) })
  const registry = createRegistry('agent', '0')
  const events = createEvents('vedette_agent', METADATA_EVENTS, { clock, logger, registry })
  const random = () => 0.5
  const files = systemFiles
  const source = new KubeApiClient({
    ...{ clock, files, tokenFile, caFile, random, url: server.url, nodeName: 'node-1', timeoutMs: 30_000 },
  })
  const pods = new PodWatch({ source, clock, events, nodeName: 'node-1', keepAnnotation: () => false, random })
  const told: string[] = []
  pods.subscribe(({ uid }) => told.push(uid))
  t.after(() => pods.stop())
  const find = (uid: string, pod = `pod-${uid}`) =>
    pods.lookupInstance({ uid, pod, namespace: 'shop', container: 'app', restartCount: 0 })
  /** Lets time pass until something holds. */
  const reach = async (what: string, holds: () => boolean) => {
    for (let turn = 0; turn < 2_000 && !holds(); turn++) {
      await clock.advance(100)
      await sleep(1)
    }
    assert.ok(holds(), what)
  }
  /** Starts it while time passes. */
  const start = async () => {
    let isStarted = false
    const starting = pods.start().then(() => {
      isStarted = true
    })
    await reach('it is started', () => isStarted)
    await starting
    await reach('it watches', () => server.watchCount === 1 || server.instead.length > 0)
  }
  return { pods, clock, lines, told, find, reach, start, registry }
}

async function setUp(t: TestContext) {
  const server = await FakeApiServer.start(t, { plain: true })
  return { server, ...watchOf(t, server) }
}

async function counterOf(registry: ReturnType<typeof createRegistry>, name: string): Promise<number> {
  const { values } = (await registry.getSingleMetric(`vedette_agent_${name}`)!.get()) as { values: { value: number }[] }
  return values.reduce((sum, { value }) => sum + value, 0)
}

test('one list from the cache, then what changes', async (t) => {
  const { server, pods, told, find, reach, start } = await setUp(t)
  server.put({ uid: 'a', labels: { app: 'web' } })
  server.put({ uid: 'elsewhere', nodeName: 'node-2' })
  await start()
  assert.deepEqual([find('a')?.labels.get('app'), find('elsewhere'), pods.podCount], ['web', undefined, 1])
  server.put({ uid: 'b' })
  server.put({ uid: 'a', labels: { app: 'api' } })
  await reach('the changes have come', () => told.length === 3)
  assert.deepEqual([find('a')?.labels.get('app'), told], ['api', ['a', 'b', 'a']])
  const [list, watch, ...more] = server.queries
  assert.deepEqual(Object.fromEntries(list!), { fieldSelector: 'spec.nodeName=node-1', resourceVersion: '0' })
  assert.deepEqual(Object.fromEntries(watch!), {
    fieldSelector: 'spec.nodeName=node-1',
    watch: 'true',
    allowWatchBookmarks: 'true',
    timeoutSeconds: '450',
    resourceVersion: '102',
  })
  assert.deepEqual([more, server.connections], [[], 1])
})

test('a deleted pod is known for a while, and for as long as its logs are looked at', async (t) => {
  const { server, pods, clock, find, reach, start } = await setUp(t)
  for (const uid of ['a', 'b']) server.put({ uid })
  await start()
  for (const uid of ['a', 'b']) server.remove(uid)
  await reach('the pods are gone', () => pods.podCount === 0)
  assert.deepEqual([find('a')?.name, pods.departedCount], ['pod-a', 2])
  for (let minute = 0; minute < 4; minute++) {
    await clock.advance(60_000)
    server.bookmark()
    await reach('the bookmark has come', () => pods.ageMs! < 60_000)
  }
  find('a')
  await clock.advance(100_000)
  server.endWatches()
  await reach('another watch', () => server.watchCount === 1)
  assert.deepEqual([find('b'), find('a')?.name], [undefined, 'pod-a'])
})

test('a watch that ends goes on where it was, bookmarks included', async (t) => {
  const { server, clock, pods, told, reach, start } = await setUp(t)
  server.put({ uid: 'a' })
  await start()
  await clock.advance(5_000)
  server.bookmark()
  await reach('the bookmark has come', () => pods.ageMs! < 5_000)
  server.endWatches()
  server.put({ uid: 'b' })
  await reach('the pod that came in between is known', () => told.includes('b'))
  const versions = server.queries.map((query) => query.get('resourceVersion'))
  assert.deepEqual([versions, server.lists.length], [['0', '101', '111'], 1])
})

test('a connection that is cut in the middle of a line loses nothing', async (t) => {
  const { server, told, reach, start } = await setUp(t)
  server.put({ uid: 'a' })
  await start()
  server.send('{"type":"ADDED","object":{"metadata":{"name":"half","uid":"ha')
  await sleep(20)
  server.endWatches({ cut: true })
  server.put({ uid: 'b' })
  await reach('the next watch tells of it', () => told.includes('b'))
  assert.deepEqual([told, server.lists.length], [['a', 'b'], 1])
})

test('a version that is too old means another list, no older than what is known', async (t) => {
  const { server, pods, told, find, reach, start, registry } = await setUp(t)
  for (const uid of ['a', 'b']) server.put({ uid })
  await start()
  server.endWatches()
  server.put({ uid: 'c' })
  server.remove('a')
  server.compact()
  await reach('the list has come', () => told.includes('c') && server.watchCount === 1)
  assert.deepEqual([pods.podCount, pods.departedCount, find('a')?.name], [2, 1, 'pod-a'])
  assert.deepEqual(
    server.lists.map((query) => `${query.get('resourceVersion')} ${query.get('resourceVersionMatch')}`),
    ['0 null', '102 NotOlderThan'],
  )
  assert.equal(await counterOf(registry, 'metadata_relists_total'), 1)
  assert.equal(await counterOf(registry, 'metadata_failures_total'), 0)
})

test('410 as a status, and a server that has not got as far as we', async (t) => {
  const { server, reach, start } = await setUp(t)
  server.put({ uid: 'a' })
  await start()
  server.instead.push(
    (response) => refuse(response, 410, 'too old resource version'),
    (response) => refuse(response, 504, 'Too large resource version'),
  )
  server.endWatches()
  await reach('another watch', () => server.watchCount === 1)
  const versions = server.lists.map((query) => query.get('resourceVersion'))
  assert.deepEqual(versions, ['0', '101', '0'])
})

test('a watch that is silent is begun again; the last words stay in use', async (t) => {
  const { server, pods, clock, find, reach, start, registry } = await setUp(t)
  server.put({ uid: 'a' })
  await start()
  server.isSilent = true
  await clock.advance(149_000)
  assert.deepEqual([server.queries.length, find('a')?.name], [2, 'pod-a'])
  server.put({ uid: 'b' })
  server.isSilent = false
  assert.ok(pods.ageMs! >= 149_000)
  await clock.advance(2_000)
  await reach('what was missed has come', () => find('b') !== undefined)
  assert.equal(server.queries.length, 3)
  assert.equal(await counterOf(registry, 'metadata_failures_total'), 0)
})

test('a server that is away is asked ever less often, and a start does not wait for it', async (t) => {
  const { server, clock, pods, find, start, reach, lines } = await setUp(t)
  const asked: number[] = []
  const startedAtMs = clock.monotonicMs()
  for (let round = 0; round < 6; round++) {
    server.instead.push((response) => {
      asked.push(clock.monotonicMs() - startedAtMs)
      response.destroy()
    })
  }
  await start()
  assert.ok(clock.monotonicMs() - startedAtMs <= 2_500)
  assert.equal(pods.ageMs, undefined)
  server.put({ uid: 'a' })
  await reach('it is there', () => find('a') !== undefined)
  const waits = asked.slice(1).map((atMs, index) => atMs - asked[index]!)
  for (const [index, wait] of waits.slice(1).entries()) assert.ok(wait >= waits[index]!, String(waits))
  assert.ok(waits.at(-1)! >= 6_000, String(waits))
  assert.match(lines.join(''), /reason=unreachable/)
})

test('a server that is busy says how long it wants to be left alone', async (t) => {
  const { server, clock, find, start, reach } = await setUp(t)
  let refusedAtMs = 0
  server.instead.push((response) => {
    refusedAtMs = clock.monotonicMs()
    refuse(response, 429, 'too many requests', { 'retry-after': '17' })
  })
  server.put({ uid: 'a' })
  await start()
  await reach('it is there', () => find('a') !== undefined)
  assert.ok(clock.monotonicMs() - refusedAtMs >= 17_000)
})

test('a token that was renewed is taken up', { skip: OPENSSL_MISSING }, async (t) => {
  const server = await FakeApiServer.start(t)
  const tokenFile = join(temporaryDirectory(t), 'token')
  writeFileSync(tokenFile, 'first-token')
  server.token = 'first-token'
  const { start, find, reach, lines } = watchOf(t, server, { tokenFile, caFile: server.caFile })
  server.put({ uid: 'a' })
  await start()
  server.token = 'second-token'
  server.endWatches()
  await reach('it is refused', () => lines.some((line) => line.includes('reason=unauthorized')))
  writeFileSync(tokenFile, 'second-token')
  server.put({ uid: 'b' })
  await reach('it is let in', () => find('b') !== undefined)
  assert.doesNotMatch(lines.join(''), /first-token|second-token/)
})

test('a missing right is said with the account that lacks it and the rule that is missing', async (t) => {
  const { server, start, reach, lines } = await setUp(t)
  const user = 'system:serviceaccount:vedette:vedette-agent'
  const message = `pods is forbidden: User "${user}" cannot list resource "pods" in API group "" at the cluster scope`
  server.instead.push((response) => refuse(response, 403, message))
  await start()
  await reach('it is said', () => lines.length > 0)
  assert.match(lines[0]!, /reason=forbidden/)
  assert.match(lines[0]!, new RegExp(`user ${user}`))
  assert.match(lines[0]!, /list.*watch/)
})

test('a huge object is left out, and what was known of the pod stays', async (t) => {
  const { server, find, told, reach, start, registry } = await setUp(t)
  server.put({ uid: 'a', labels: { app: 'web' } })
  await start()
  server.put({ uid: 'a', labels: { app: 'api', large: 'x'.repeat(5 * 1024 ** 2) } })
  server.put({ uid: 'b' })
  await reach('what stands behind it is read', () => told.includes('b'))
  assert.equal(find('a')?.labels.get('app'), 'web')
  assert.equal(await counterOf(registry, 'metadata_pods_skipped_total'), 1)
})

test('what is no watch at all is a failure, and the pods are listed again', async (t) => {
  const { server, find, reach, start, lines } = await setUp(t)
  server.put({ uid: 'a' })
  await start()
  server.send('<html>a proxy is in the way</html>\n')
  await reach('it is said', () => lines.some((line) => line.includes('reason=answer_malformed')))
  server.put({ uid: 'b' })
  await reach('it goes on', () => find('b') !== undefined)
  assert.equal(server.lists.length, 2)
  server.send('{"type":"NOVEL","object":{}}\n{"type":"ADDED","object":{"metadata":{}}}\n')
  server.put({ uid: 'c' })
  await reach('what is not understood is passed over', () => find('c') !== undefined)
  server.send('{"type":"ERROR","object":{"code":500}}\n')
  await reach('an error is said', () => lines.some((line) => line.includes('reason=watch_ended')))
})

test('the logs of a static pod are those of its mirror, whatever others say of themselves', async (t) => {
  const { server, find, start } = await setUp(t)
  const config = (mirror: string) => ({
    'kubernetes.io/config.mirror': mirror,
    'kubernetes.io/config.hash': mirror,
    'kubernetes.io/config.source': 'file',
  })
  server.put({ uid: 'ordinary', labels: { true: 'yes' } })
  server.put({ uid: 'mirror-1', name: 'etcd-node-1', annotations: config('hash-1') })
  server.put({ uid: 'impostor-1', annotations: config('ordinary') })
  server.put({ uid: 'impostor-2', annotations: config('hash-2') })
  await start()
  assert.equal(find('hash-1', 'etcd-node-1')?.apiUid, 'mirror-1')
  assert.equal(find('ordinary')?.labels.get('true'), 'yes')
  assert.equal(find('hash-2', 'etcd-node-2'), undefined)
})

test('a node without pods is doubted', async (t) => {
  const { start, lines } = await setUp(t)
  await start()
  assert.match(lines.join(''), /level=warn .*no pods on this node.*node=node-1/)
})

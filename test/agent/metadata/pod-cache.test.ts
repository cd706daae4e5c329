import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createPodCache as create, startPodCache as start } from '../../support/pod-cache-harness.ts'
import { corpusPods, podListOf } from '../../support/pod-lists.ts'

test('the first list is there after the start, later ones come in their time', async (t) => {
  const { cache, clock, source, told } = await start(t, ['a'])
  assert.equal(cache.lookup('a')?.name, 'pod-a')
  assert.deepEqual([cache.podCount, cache.ageMs, told], [1, 0, ['a']])
  source.pods = ['a', 'b']
  await clock.advance(29_000)
  assert.equal(cache.ageMs, 29_000)
  await clock.advance(1_000)
  assert.deepEqual([source.askedAtMs, cache.podCount, told], [[0, 30_000], 2, ['a', 'b']])
})

test('the regular interval is spread', async (t) => {
  const { clock, source } = await start(t, ['a'], { random: () => 0 })
  await clock.advance(60_000)
  assert.deepEqual(source.askedAtMs, [0, 27_000, 54_000])
})

test('a start does not wait for a kubelet that hangs', async (t) => {
  const { cache, clock, source } = create()
  t.after(() => cache.stop())
  source.mode = 'hang'
  let isStarted = false
  const starting = cache.start().then(() => {
    isStarted = true
  })
  await clock.advance(1_999)
  assert.equal(isStarted, false)
  await clock.advance(1)
  assert.equal(isStarted, true)
  await starting
  assert.equal(cache.ageMs, undefined)
})

test('an unknown pod is fetched at once, but not within a second of the last list', async (t) => {
  const { cache, clock, source, told } = await start(t)
  source.pods = ['a']
  assert.equal(cache.lookup('a'), undefined)
  await clock.advance(999)
  assert.deepEqual(source.askedAtMs, [0])
  await clock.advance(1)
  assert.deepEqual([source.askedAtMs, told], [[0, 1_000], ['a']])
  await clock.advance(10_000)
  source.pods = ['a', 'b', 'c']
  cache.lookup('b')
  cache.lookup('c')
  cache.lookup('b')
  await clock.advance(0)
  assert.deepEqual(
    [source.askedAtMs, told],
    [
      [0, 1_000, 11_000],
      ['a', 'b', 'c'],
    ],
  )
})

test('a pod that stays unknown is asked for ever less often, then only with the others', async (t) => {
  const { cache, clock, source } = await start(t, [], { refreshIntervalMs: 3_600_000 })
  await clock.advance(5_000)
  cache.lookup('gone')
  await clock.advance(300_000)
  const waits = source.askedAtMs.map((atMs, index) => atMs - (source.askedAtMs[index - 1] ?? 0))
  assert.deepEqual(waits, [0, 5_000, 1_000, 1_000, 2_000, 4_000, 8_000, 15_000])
  for (let round = 0; round < 100; round++) {
    cache.lookup('gone')
    await clock.advance(1_000)
  }
  assert.equal(source.askedAtMs.length, 8)
})

test('the id of a run is waited for like a pod', async (t) => {
  const list = (restartCount: number) =>
    corpusPods('restarts')
      .toString()
      .replace('"restarted", "restartCount": 3', `"restarted", "restartCount": ${restartCount}`)
  const { cache, clock, source, told } = await start(t, list(3))
  const lookup = (container: string, restartCount: number) =>
    cache.lookupInstance({ uid: 'uid-many', container, restartCount })
  await clock.advance(5_000)
  assert.equal(lookup('restarted', 3)?.name, 'many')
  assert.equal(lookup('restarted', 2)?.name, 'many')
  assert.equal(lookup('restarted', 1)?.name, 'many', 'no one will ever tell its id')
  await clock.advance(5_000)
  assert.deepEqual(source.askedAtMs, [0])

  source.pods = list(4)
  assert.equal(lookup('restarted', 4)?.name, 'many')
  await clock.advance(5_000)
  assert.deepEqual(
    [source.askedAtMs, told],
    [
      [0, 10_000],
      ['uid-many', 'uid-many'],
    ],
  )
  const { runs } = cache.lookup('uid-many')!.containers[2]!
  assert.deepEqual(
    runs.map((run) => run.restartCount),
    [4, 3, 2],
  )
  source.pods = list(6)
  await clock.advance(60_000)
  const later = cache.lookup('uid-many')!.containers[2]!.runs
  assert.deepEqual(
    later.map((run) => run.restartCount),
    [6, 5, 4, 3],
  )
  lookup('creating', 0)
  await clock.advance(3_000)
  assert.ok(source.askedAtMs.length >= 5, 'a container that is being made is asked for again')
})

test('a pod made again under its UID does not take over the runs of the old one', async (t) => {
  const list = (status: object) =>
    JSON.stringify({
      items: [
        {
          metadata: { name: 'a', namespace: 'n', uid: 'u' },
          spec: { containers: [{ name: 'app', image: 'i' }] },
          status: { containerStatuses: [{ name: 'app', ...status }] },
        },
      ],
    })
  const { cache, clock, source } = await start(t, list({ restartCount: 0, containerID: 'containerd://old' }), {
    refreshIntervalMs: 1_000,
  })
  for (const status of [{ restartCount: 0 }, { restartCount: 0, containerID: 'containerd://new' }]) {
    source.pods = list(status)
    await clock.advance(2_000)
    const ids = cache.lookup('u')!.containers[0]!.runs.map(({ id }) => id)
    assert.deepEqual(ids, 'containerID' in status ? ['new'] : [])
  }
})

test('listeners are told of changes, not of lists', async (t) => {
  const { cache, clock, source, told } = await start(t, podListOf({ uid: 'a', labels: { tier: 'web' } }, 'b'))
  const before = cache.lookup('a')
  await clock.advance(90_000)
  assert.deepEqual([told, cache.lookup('a') === before], [['a', 'b'], true])
  source.pods = podListOf('b', { uid: 'a', labels: { tier: 'api' } })
  const late: string[] = []
  const end = cache.subscribe(({ uid, labels }) =>
    late.push(`${uid} ${labels.get('tier')} ${cache.lookup(uid)?.labels.size}`),
  )
  await clock.advance(30_000)
  assert.deepEqual([told, late], [['a', 'b', 'a'], ['a api 1']])
  end()
  source.pods = podListOf('b', 'a')
  await clock.advance(30_000)
  assert.deepEqual([told.length, late.length], [4, 1])
})

test('a pod is known for five minutes after it left the list, and longer while it is looked for', async (t) => {
  const { cache, clock, source } = await start(t, ['a', 'b', 'c'])
  source.pods = ['c']
  await clock.advance(30_000)
  assert.deepEqual([cache.podCount, cache.departedCount], [1, 2])
  await clock.advance(200_000)
  assert.ok(cache.lookup('a'))
  await clock.advance(90_000)
  assert.equal(cache.departedCount, 2, 'five minutes are not over yet')
  await clock.advance(30_000)
  assert.equal(cache.departedCount, 1)
  assert.ok(cache.lookup('a'))
  assert.equal(cache.lookup('b'), undefined)
  await clock.advance(330_000)
  assert.equal(cache.departedCount, 0)
})

test('a mirror pod is known by both UIDs, and a UID belongs to the pod that has it', async (t) => {
  const { cache } = await start(t, corpusPods('static').toString())
  const mirror = cache.lookup('859f5d80d15670d90c42de5eada36299')
  assert.equal(mirror?.name, 'kube-apiserver-node-1')
  assert.equal(cache.lookup('5d0b4c51-7d3e-4f0e-9a51-3f1d6a1f0c11'), mirror)
  assert.equal(cache.lookup('ea4b74a04a5403302b4d639046c85668')?.name, 'etcd-node-1')
  const forged = create()
  const annotations = { 'kubernetes.io/config.source': 'file', 'kubernetes.io/config.hash': 'victim' }
  const pod = (name: string, uid: string, more = {}) => ({ metadata: { name, namespace: 'n', uid, ...more } })
  forged.source.pods = JSON.stringify({ items: [pod('liar', 'own', { annotations }), pod('honest', 'victim')] })
  await forged.cache.start()
  assert.equal(forged.cache.lookup('victim')?.name, 'honest')
  await forged.cache.stop()
})

test('while the kubelet is away the last list stays, and the kubelet is left alone', async (t) => {
  const { cache, clock, source, lines } = await start(t, ['a'])
  source.mode = 'fail'
  await clock.advance(600_000)
  assert.ok(cache.lookup('a'))
  assert.equal(cache.ageMs, 600_000)
  assert.equal(cache.stats.failures.get('unreachable'), source.askedAtMs.length - 1)
  assert.ok(source.askedAtMs.length < 45, String(source.askedAtMs.length))
  assert.match(lines.join(''), /level=warn .*reason=unreachable .*Check metadata\.kubelet\.url/)
  const before = source.askedAtMs.length
  for (let index = 0; index < 50; index++) cache.lookup(`unknown-${index}`)
  await clock.advance(1_000)
  assert.ok(source.askedAtMs.length <= before + 1, 'unknown pods do not cut its rest short')
  source.mode = 'answer'
  source.pods = ['a', 'unknown-7']
  await clock.advance(30_000)
  assert.ok(cache.ageMs! < 30_000)
  assert.ok(cache.lookup('unknown-7'))
})

test('answers that are no list leave the last one in force', async (t) => {
  const { cache, clock, source } = await start(t, ['a'])
  source.pods = '<html>hello</html>'
  await clock.advance(30_000)
  assert.deepEqual([cache.podCount, [...cache.stats.failures]], [1, [['answer_malformed', 1]]])
})

test('pods that cannot be understood are counted and said', async (t) => {
  const { cache, lines } = await start(t, corpusPods('odd').toString())
  assert.equal(cache.podCount, 3)
  assert.match(lines.join(''), /left out pods that cannot be understood.*count=8/)
})

test('refreshes that are asked for together are one', async (t) => {
  const { cache, clock, source } = await start(t, ['a'])
  source.delayMs = 100
  const asked = [cache.refresh(), cache.refresh()]
  await clock.advance(1_050)
  asked.push(cache.refresh())
  await clock.advance(50)
  assert.deepEqual(await Promise.all(asked), [true, true, true])
  assert.deepEqual(source.askedAtMs, [0, 1_000])
  source.mode = 'fail'
  const failed = cache.refresh()
  await clock.advance(2_000)
  assert.equal(await failed, false)
})

test('a stop ends what is under way and what is waited for', async () => {
  const { cache, clock, source, lines } = create()
  assert.equal(await cache.refresh(), false, 'not started')
  assert.equal(cache.lookup('a'), undefined)
  await cache.start()
  const waiting = cache.refresh()
  source.mode = 'hang'
  await clock.advance(1_000)
  const running = cache.refresh()
  await cache.stop()
  assert.deepEqual(await Promise.all([waiting, running, cache.refresh()]), [false, false, false])
  assert.deepEqual([source.closed, lines], [true, []])
  cache.lookup('b')
  await clock.advance(100_000)
  assert.equal(source.askedAtMs.length, 2)
})

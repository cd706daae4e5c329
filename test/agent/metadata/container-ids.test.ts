import assert from 'node:assert/strict'
import { test } from 'node:test'
import { startPodCache as start } from '../../support/pod-cache-harness.ts'
import { corpusPods, podListOf } from '../../support/pod-lists.ts'

/** A pod with one container, which runs under this id. */
function runningPod(uid: string, id: string, restartCount = 0) {
  const metadata = { name: `pod-${uid}`, namespace: 'shop', uid }
  const state = { running: { startedAt: '2026-11-20T10:00:03Z' } }
  const containerStatuses = [{ name: 'app', restartCount, state, lastState: {}, containerID: `containerd://${id}` }]
  return { metadata, spec: { containers: [{ name: 'app', image: 'app:1' }] }, status: { containerStatuses } }
}

const listOf = (...items: readonly unknown[]) => JSON.stringify({ items })

test('a run is found by the id that the runtime gave it, and so is the one before', async (t) => {
  const { cache } = await start(t, corpusPods('restarts').toString())
  const found = cache.findContainerById('restarted-2')!
  assert.deepEqual([found.pod.name, found.container.name, found.run.restartCount], ['many', 'restarted', 2])
  assert.equal(found.run.termination?.reason, 'OOMKilled')
  assert.equal(cache.findContainerById('restarted-3')?.run.restartCount, 3)
})

test('an unknown id is asked for, and known with the list that has it', async (t) => {
  const { cache, clock, source } = await start(t, listOf(runningPod('a', 'one')))
  assert.equal(cache.findContainerById('two'), undefined)
  source.pods = listOf(runningPod('a', 'two', 1))
  await clock.advance(1_000)
  assert.deepEqual(source.askedAtMs, [0, 1_000])
  assert.equal(cache.findContainerById('two')?.run.restartCount, 1)
  assert.equal(cache.findContainerById('one')?.run.restartCount, 0)
})

test('pods of the node are listed without those that left it, whose runs are known for a while', async (t) => {
  const { cache, clock, source } = await start(t, listOf(runningPod('a', 'one'), runningPod('b', 'two')))
  assert.deepEqual(
    [...cache.pods()].map(({ uid }) => uid),
    ['a', 'b'],
  )
  source.pods = listOf(runningPod('b', 'two'))
  await clock.advance(30_000)
  assert.deepEqual(
    [...cache.pods()].map(({ uid }) => uid),
    ['b'],
  )
  assert.equal(cache.findContainerById('one')?.pod.uid, 'a')
  await clock.advance(6 * 60_000)
  assert.equal(cache.findContainerById('one'), undefined)
})

test('a pod is found by its UID, and asked for if it is unknown', async (t) => {
  const { cache, clock, source } = await start(t, podListOf('a'))
  assert.equal(cache.findPodByUid('a')?.name, 'pod-a')
  assert.equal(cache.findPodByUid('b'), undefined)
  source.pods = podListOf('a', 'b')
  await clock.advance(1_000)
  assert.equal(cache.findPodByUid('b')?.name, 'pod-b')
})

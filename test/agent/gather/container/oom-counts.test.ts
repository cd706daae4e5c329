import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { OomCounts } from '../../../../agent/gather/container/oom-counts.ts'
import type { PodMetadata } from '../../../../agent/metadata/pod-metadata.ts'
import { keyed, removeTree, version2Group, writeTree } from '../../../support/cgroup-tree.ts'
import { podOf } from '../../../support/container-gatherer.ts'
import { APP, POD, scope, simulateNode, UID } from '../../../support/container-node.ts'

/** A pod whose runs, latest first, ended like this. */
function endedPod(runs: Readonly<Record<string, string>>, name = 'app'): PodMetadata {
  const pod = podOf(UID, { [name]: Object.keys(runs) })
  const reasons = Object.values(runs)
  const containers = pod.containers.map((container) => ({
    ...container,
    runs: container.runs.map((run, index) => ({
      ...run,
      termination: reasons[index] === '' ? undefined : { reason: reasons[index]!, exitCode: 137, finishedAtMs: 1 },
    })),
  }))
  return { ...pod, containers }
}

test('runs that ended for want of memory are counted once each, others not', () => {
  const counts = new OomCounts()
  counts.observeStatus(endedPod({ b: '', a: 'OOMKilled' }))
  counts.observeStatus(endedPod({ b: 'OOMKilled', a: 'OOMKilled' }))
  counts.observeStatus(endedPod({ c: 'Error', b: 'OOMKilled' }))
  assert.equal(counts.totalOf('app'), 2)
  assert.equal(counts.totalOf('other'), 0)
})

test('kills that the group of a run told of count, and its end is one of them', () => {
  const counts = new OomCounts()
  counts.observeRun('app', 'a', 0)
  counts.observeRun('app', 'a', 3)
  counts.observeStatus(endedPod({ b: '', a: 'OOMKilled' }))
  counts.observeRun('app', 'b', 1)
  assert.equal(counts.totalOf('app'), 4)
})

test('what only the group of the pod has seen goes to the container that it can be of', () => {
  const two = podOf(UID, { app: ['a'], side: ['s'] }).containers
  const counts = new OomCounts()
  counts.observePod(5, two)
  assert.deepEqual([counts.totalOf('app'), counts.totalOf('side')], [0, 0])
  counts.observeRun('app', 'a', 1)
  counts.observePod(5, two)
  assert.deepEqual([counts.totalOf('app'), counts.totalOf('side')], [5, 0])
  // Known late that one of the five was another's: a counter does not go back for that.
  counts.observeRun('side', 's', 1)
  counts.observePod(5, two)
  assert.deepEqual([counts.totalOf('app'), counts.totalOf('side')], [5, 1])
  counts.observeRun('app', 'a', 2)
  counts.observePod(6, two)
  assert.deepEqual([counts.totalOf('app'), counts.totalOf('side')], [5, 1])
})

test('a kill that the pod counts before the run tells of it is one', () => {
  const one = podOf(UID, { app: ['a'] }).containers
  const counts = new OomCounts()
  counts.observePod(1, one)
  assert.equal(counts.totalOf('app'), 1)
  counts.observeStatus(endedPod({ a: 'OOMKilled' }))
  counts.observePod(1, one)
  assert.equal(counts.totalOf('app'), 1)
})

test('runs without end: the count stays right, what is remembered is bounded', () => {
  const counts = new OomCounts()
  for (let run = 0; run < 1_000; run++) counts.observeStatus(endedPod({ [`run-${run}`]: 'OOMKilled' }))
  assert.equal(counts.totalOf('app'), 1_000)
})

test('the series of a container goes on while its runs come and go', async (t) => {
  const { round, root, known } = simulateNode(t)
  const events = (kills: number) => ({ 'memory.events': keyed({ oom_kill: kills }) })
  const killsOf = async () => {
    const points = [...(await round()).values()].filter(({ name }) => name === 'container_oom_events_total')
    assert.ok(points.every(({ isEnd }) => !isEnd))
    return points.map(({ labels, value }) => [labels.container, value])
  }
  writeTree(join(root, POD), events(0))
  writeTree(join(root, POD, scope(APP)), events(0))
  assert.deepEqual(await killsOf(), [['app', 0]])
  removeTree(join(root, POD, scope(APP)))
  writeTree(join(root, POD), events(1))
  known.pods = [endedPod({ [APP]: 'OOMKilled' })]
  assert.deepEqual(await killsOf(), [['app', 1]])
  const next = 'd'.repeat(64)
  writeTree(join(root, POD, scope(next)), version2Group(events(0)))
  known.pods = [endedPod({ [next]: '', [APP]: 'OOMKilled' })]
  assert.deepEqual(await killsOf(), [['app', 1]])
})

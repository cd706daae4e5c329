import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { version2Group, writeTree } from '../../../support/cgroup-tree.ts'
import { podOf } from '../../../support/container-gatherer.ts'
import {
  APP,
  APP_AGAIN,
  POD,
  SANDBOX,
  scope,
  simulateNode,
  simulateProcess,
  UID,
} from '../../../support/container-node.ts'
import type { GatheredSeries } from '../../../support/gathered-series.ts'

/** Which groups have series, and as what. */
function rowsOf(series: ReadonlyMap<string, GatheredSeries>) {
  return [...series.values()]
    .filter(({ name, isEnd }) => name === 'container_memory_rss' && !isEnd)
    .map(({ labels: { name, container, image, pod } }) => [name, container, image, pod])
}

const APP_ROW = [APP, 'app', 'app:1', `pod-${UID}`]
const SANDBOX_ROW = [SANDBOX, '', 'pause', `pod-${UID}`]

test('a new container has no series before the status tells its name', async (t) => {
  const { round, root, known, proc } = simulateNode(t)
  assert.deepEqual(rowsOf(await round()), [SANDBOX_ROW, APP_ROW])
  writeTree(join(root, POD, scope(APP_AGAIN)), version2Group({ 'cgroup.procs': '300\n' }))
  writeTree(join(proc, '300'), simulateProcess(300, 'pause', 9_000))
  assert.deepEqual(rowsOf(await round()), [SANDBOX_ROW, APP_ROW])
  assert.deepEqual(new Set(known.missed), new Set([APP_AGAIN]))
  known.pods = [podOf(UID, { app: [APP], extra: [APP_AGAIN] })]
  const rows = rowsOf(await round())
  assert.deepEqual(rows, [SANDBOX_ROW, APP_ROW, [APP_AGAIN, 'extra', 'extra:1', `pod-${UID}`]])
})

test('an app that is the same program as a sandbox is no sandbox', async (t) => {
  const proc = { '90': simulateProcess(90, 'pause', 1_000), '101': simulateProcess(101, 'pause', 1_500) }
  const { round, known } = simulateNode(t, { proc, pods: [podOf(UID, { app: [] })] })
  assert.deepEqual(rowsOf(await round()), [SANDBOX_ROW])
  known.pods = [podOf(UID, { app: [APP] })]
  assert.deepEqual(rowsOf(await round()), [SANDBOX_ROW, APP_ROW])
})

test('a sandbox of another program is known once the status cannot be behind', async (t) => {
  const proc = { '90': simulateProcess(90, 'holder', 1_000), '101': simulateProcess(101, 'server', 1_500) }
  const { round, known } = simulateNode(t, { proc })
  known.ageMs = 30_000
  assert.deepEqual(rowsOf(await round()), [APP_ROW])
  assert.deepEqual(rowsOf(await round()), [APP_ROW])
  known.ageMs = 0
  assert.deepEqual(rowsOf(await round()), [SANDBOX_ROW, APP_ROW])
})

test("without the node's /proc the group that is no container is the sandbox", async (t) => {
  const { round } = simulateNode(t, { proc: {} })
  await round()
  const series = await round()
  assert.deepEqual(rowsOf(series), [SANDBOX_ROW, APP_ROW])
  const start = [...series.values()].find(
    ({ name, labels }) => name === 'container_start_time_seconds' && labels.name === SANDBOX,
  )
  assert.equal(start?.value, Date.UTC(2026, 10, 20, 11, 59) / 1000)
})

test('a pod that stays unknown has series without names in the end, and new ones when it is known', async (t) => {
  const { round, known } = simulateNode(t, { pods: [] })
  known.ageMs = undefined
  for (let seconds = 0; seconds < 60; seconds += 10) assert.deepEqual(rowsOf(await round()), [])
  assert.deepEqual(rowsOf(await round()), [
    [SANDBOX, '', 'pause', ''],
    [APP, '', '', ''],
  ])
  known.ageMs = 0
  known.pods = [podOf(UID, { app: [APP] })]
  const series = await round()
  assert.deepEqual(rowsOf(series), [SANDBOX_ROW, APP_ROW])
  const ended = [...series.values()].filter(({ isEnd }) => isEnd)
  assert.ok(ended.length > 40 && ended.every(({ labels }) => labels.pod === ''))
})

test('a pod cannot take the group of another by saying that it has its UID', async (t) => {
  const liar = podOf('other', { app: ['f'.repeat(64)] }, { otherUids: [UID], name: 'liar' })
  const { round, known } = simulateNode(t, { pods: [liar] })
  for (let round_ = 0; round_ < 7; round_++) await round()
  assert.ok(rowsOf(await round()).every(([, , , pod]) => pod === ''))
  const mirror = podOf('mirror', { app: [APP] }, { otherUids: [UID] })
  known.pods = [mirror]
  assert.deepEqual(rowsOf(await round())[1], [APP, 'app', 'app:1', 'pod-mirror'])
})

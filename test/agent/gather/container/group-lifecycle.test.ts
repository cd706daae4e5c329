import assert from 'node:assert/strict'
import * as fs from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { SyncFiles } from '../../../../agent/gather/container/sync-files.ts'
import { removeTree, version2Group, writeTree } from '../../../support/cgroup-tree.ts'
import { podOf } from '../../../support/container-gatherer.ts'
import {
  APP,
  APP_AGAIN,
  BOOT_MS,
  onePod,
  POD,
  SANDBOX,
  scope,
  simulateNode,
  simulateProcess,
  UID,
  valuesOf,
} from '../../../support/container-node.ts'
import type { GatheredSeries } from '../../../support/gathered-series.ts'

test('a container that is gone ends its series, its successor has its own with another start', async (t) => {
  const { round, root, known } = simulateNode(t)
  await round()
  removeTree(join(root, POD, scope(APP)))
  const ended = [...(await round()).values()].filter(isOfSeries(APP))
  assert.equal(ended.length, 24)
  assert.ok(ended.every(({ isEnd }) => isEnd))
  known.pods = [podOf(UID, { app: [APP_AGAIN, APP] })]
  writeTree(join(root, POD, scope(APP_AGAIN)), version2Group({ 'cpu.stat': 'usage_usec 1000000\n' }))
  const series = await round()
  assert.equal([...series.values()].filter(isOfSeries(APP)).length, 0)
  const usage = [...series.values()].find(
    ({ name, labels }) => name === 'container_cpu_usage_seconds_total' && labels.name === APP_AGAIN,
  )!
  assert.deepEqual([usage.value, usage.startMs, usage.isEnd], [1, Date.UTC(2026, 10, 20, 12), false])
})

function isOfSeries(id: string) {
  return ({ labels }: GatheredSeries) => labels.name === id
}

test('counters say since when they count, gauges do not', async (t) => {
  const { round } = simulateNode(t)
  for (const { name, labels, type, startMs } of (await round()).values()) {
    if (labels.name === APP) assert.equal(startMs, type === 'counter' ? Date.UTC(2026, 10, 20, 12) : 0, name)
    if (labels.name === SANDBOX) assert.equal(startMs, type === 'counter' ? BOOT_MS + 10_000 : 0, name)
  }
})

test('a group that goes between the walk and the read, and one that comes back by the same name', async (t) => {
  let fails = false
  const files: SyncFiles = {
    ...fs,
    readSync(...parameters: Parameters<SyncFiles['readSync']>) {
      // As the kernel answers for a file of a group that was removed.
      if (fails) throw Object.assign(new Error('no such device'), { code: 'ENODEV' })
      return fs.readSync(...parameters)
    },
  }
  const { round, lines } = simulateNode(t, { files })
  const before = await round()
  fails = true
  const ended = [...(await round()).values()].filter(isOfSeries(APP))
  assert.ok(ended.length > 20 && ended.every(({ isEnd }) => isEnd))
  fails = false
  const again = await round()
  assert.equal([...again.values()].filter(isOfSeries(APP)).length, ended.length)
  assert.equal(again.size, before.size)
  assert.deepEqual(lines, [])
})

test('a file that may not be read is said once', async (t) => {
  const files: SyncFiles = {
    ...fs,
    openSync(path, flags) {
      if (path.endsWith('memory.stat')) throw Object.assign(new Error('not permitted'), { code: 'EACCES' })
      return fs.openSync(path, flags)
    },
  }
  const { round, lines } = simulateNode(t, { files })
  const series = valuesOf(await round(), ({ name }) => name === APP)
  assert.deepEqual([series.memory_rss, series.memory_usage_bytes], [undefined, 104_857_600])
  await round()
  assert.equal(lines.length, 2, lines.join('\n'))
  assert.match(lines[0]!, /cannot read a file of a control group.*EACCES/)
})

test('no pods of this node: said, and the target is down', async (t) => {
  const { round, lines, root } = simulateNode(t, { groups: { 'user.slice': {} } })
  assert.equal((await round()).get('up')?.value, 0)
  assert.match(lines[0]!, /cgroup_root/)
  writeTree(join(root, POD), onePod())
  assert.equal((await round()).get('up')?.value, 1)
  fs.renameSync(join(root, 'kubepods.slice'), join(root, 'gone'))
  const last = await round()
  assert.equal(last.get('up')?.value, 0)
  assert.ok([...last.values()].filter(isOfSeries(APP)).every(({ isEnd }) => isEnd))
})

/** A pod of which the agent does not see the processes: cgroup v2 shows them as 0, v1 leaves them out. */
const HIDDEN = {
  [POD.slice(1)]: {
    [scope(SANDBOX)]: version2Group({ 'cgroup.procs': '0\n0\n0\n' }),
    [scope(APP)]: version2Group({ 'cgroup.procs': '' }),
  },
}

test('processes that cannot be seen at all: said once, and not taken for none', async (t) => {
  const { round, lines } = simulateNode(t, { groups: HIDDEN, proc: {} })
  await round()
  const series = await round()
  assert.equal(valuesOf(series, ({ name }) => name === SANDBOX).processes, 3)
  assert.equal(valuesOf(series, ({ name }) => name === APP).processes, undefined)
  assert.ok([...series.values()].every(({ name }) => !name.startsWith('container_network_')))
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /gather\.containers\.proc_root/)
})

test("processes that only the node's /proc shows are found there, and their successors", async (t) => {
  const of = (pid: number, name: string, path: string) => ({ ...simulateProcess(pid, name, pid), cgroup: path })
  const sandbox = `0::/../../${POD}/${scope(SANDBOX)}\n`
  const { round, lines, proc, root, known } = simulateNode(t, {
    groups: HIDDEN,
    proc: {
      '1': of(1, 'init', '0::/\n'),
      '90': of(90, 'pause', sandbox),
      '101': of(101, 'server', `0::${POD}/${APP}\n`),
    },
  })
  const bytes = (
    series: ReadonlyMap<string, { name: string; labels: Readonly<Record<string, string>>; isEnd: boolean }>,
  ) => [...series.values()].filter(({ name, isEnd }) => name === 'container_network_receive_bytes_total' && !isEnd)
  assert.deepEqual(
    bytes(await round()).map(({ labels }) => labels.name),
    [SANDBOX],
  )
  // The number of a process that is gone may be another's.
  removeTree(join(proc, '90'))
  writeTree(join(proc, '90'), of(90, 'cron', '0::/system.slice/cron.service\n'))
  assert.equal(bytes(await round()).length, 0)
  removeTree(join(root, POD, scope(SANDBOX)))
  removeTree(join(root, POD, scope(APP)))
  writeTree(join(root, POD, scope(APP_AGAIN)), version2Group({ 'cgroup.procs': '0\n' }))
  writeTree(join(proc, '300'), of(300, 'pause', `0::${POD}/${scope(APP_AGAIN)}\n`))
  known.pods = [podOf(UID, { app: [APP] })]
  assert.deepEqual(
    bytes(await round()).map(({ labels }) => labels.name),
    [APP_AGAIN],
  )
  assert.deepEqual(lines, [])
})

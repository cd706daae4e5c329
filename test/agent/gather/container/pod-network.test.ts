import assert from 'node:assert/strict'
import { symlinkSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { netDev, removeTree, version2Group, writeTree } from '../../../support/cgroup-tree.ts'
import { podOf } from '../../../support/container-gatherer.ts'
import {
  APP,
  onePod,
  POD,
  SANDBOX,
  scope,
  simulateNode,
  simulateProcess,
  UID,
} from '../../../support/container-node.ts'
import type { GatheredSeries } from '../../../support/gathered-series.ts'

const OTHER_UID = 'ea4b74a04a5403302b4d639046c85668'

function networkOf(series: ReadonlyMap<string, GatheredSeries>) {
  return [...series.values()].filter(({ name, isEnd }) => name.startsWith('container_network_') && !isEnd)
}

test('pods that have the network of the node have no series of it, others one for each interface', async (t) => {
  const ids = ['d', 'e'].map((digit) => digit.repeat(64)) as [string, string]
  const pods = [podOf(UID, { app: [APP] }), podOf(OTHER_UID, { agent: [ids[1]] }, { isHostNetwork: true })]
  const { round } = simulateNode(t, {
    groups: {
      [POD.slice(1)]: onePod(),
      [`kubepods.slice/kubepods-pod${OTHER_UID}.slice`]: {
        [scope(ids[0])]: version2Group({ 'cgroup.procs': '190\n' }),
        [scope(ids[1])]: version2Group({ 'cgroup.procs': '191\n' }),
      },
    },
    proc: {
      '90': simulateProcess(90, 'pause', 1_000),
      '101': simulateProcess(101, 'server', 1_500),
      '190': simulateProcess(190, 'pause', 1_000),
      '191': simulateProcess(191, 'agent', 1_500),
    },
    pods,
  })
  const network = networkOf(await round())
  assert.deepEqual(new Set(network.map(({ labels }) => labels.pod)), new Set([`pod-${UID}`]))
  assert.deepEqual(new Set(network.map(({ labels }) => labels.interface)), new Set(['eth0']))
  assert.equal(network.length, 6)
})

test('sums do not count twice: one row with an image for each process, one of the network for each pod', async (t) => {
  const { round } = simulateNode(t, { given: { pods: true } })
  const series = [...(await round()).values()]
  const usage = series.filter(({ name }) => name === 'container_cpu_usage_seconds_total')
  const withImage = usage.filter(({ labels }) => labels.image !== '').map(({ labels }) => labels.name)
  assert.deepEqual([withImage.length, new Set(withImage)], [2, new Set([SANDBOX, APP])])
  assert.equal(series.filter(({ name }) => name === 'container_network_receive_bytes_total').length, 1)
})

test('interfaces come and go', async (t) => {
  const { round, proc } = simulateNode(t)
  const eth0 = [1, 1, 0, 0, 1, 1, 0, 0]
  await round()
  writeTree(join(proc, '90'), {
    'net/dev': netDev({ net1: eth0, 'eth0.5': eth0, lo0: eth0, veth1: eth0, lxc_x: eth0 }),
  })
  const series = await round()
  assert.deepEqual(new Set(networkOf(series).map(({ labels }) => labels.interface)), new Set(['net1', 'eth0.5', 'lo0']))
  assert.equal([...series.values()].filter(({ isEnd, labels }) => isEnd && labels.interface === 'eth0').length, 6)
})

test('lines that are none, and counters beyond 2^32', async (t) => {
  const { round, proc } = simulateNode(t)
  const text = `a\nb\n eth0:99999999999 1 0 0 0 0 0 0 5 6 0 0 0 0 0 0\nnoise\n eth1: 1 2 x\n eth2:\n\n`
  writeTree(join(proc, '90'), { 'net/dev': text })
  const network = networkOf(await round())
  assert.equal(network.length, 6)
  assert.equal(network.find(({ name }) => name === 'container_network_receive_bytes_total')?.value, 99_999_999_999)
})

test('without a sandbox, which CRI-O may leave out, any process of the pod shows its network', async (t) => {
  const { round } = simulateNode(t, { groups: { [`${POD.slice(1)}/crio-${APP}.scope`]: version2Group() } })
  const network = networkOf(await round())
  assert.deepEqual(
    network.map(({ labels: { id, container, image, name, pod } }) => [id, container, image, name, pod])[0],
    [POD, '', '', '', `pod-${UID}`],
  )
})

test('of a pod that is not known it is seen by its namespace whether the network is that of the node', async (t) => {
  const proc = {
    '1/ns': {},
    '90': { ...simulateProcess(90, 'pause', 1_000), ns: {} },
    '101': simulateProcess(101, 'server', 1_500),
  }
  const { round, proc: root, known } = simulateNode(t, { pods: [], proc })
  known.ageMs = undefined
  symlinkSync('net:[1]', join(root, '1/ns/net'))
  symlinkSync('net:[1]', join(root, '90/ns/net'))
  await round(60_000)
  assert.equal(networkOf(await round()).length, 0)
  unlinkSync(join(root, '90/ns/net'))
  symlinkSync('net:[2]', join(root, '90/ns/net'))
  const network = networkOf(await round())
  assert.deepEqual(network.map(({ labels }) => [labels.pod, labels.name])[0], ['', SANDBOX])
  removeTree(join(root, '90'))
  assert.equal(networkOf(await round()).length, 0)
})

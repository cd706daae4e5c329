import assert from 'node:assert/strict'
import { it } from 'node:test'
import { compileRe2 } from '#lib/re2.ts'
import { COLLECTORS } from '../../../../agent/gather/node/collectors.ts'
import { checkNode } from '../../../../agent/gather/node/config.ts'
import { nodeConfig } from '../../../support/node-harness.ts'

function problemsOf(written: Readonly<Record<string, unknown>>): string[] {
  const problems: string[] = []
  checkNode(nodeConfig(written), ['gather', 'node'], (path, message) => problems.push(`${path.join('.')}: ${message}`))
  return problems
}

it('takes what is there by default, which is every collector', () => {
  assert.deepEqual(problemsOf({}), [])
  assert.deepEqual(new Set(nodeConfig().collectors), new Set(Object.keys(COLLECTORS)))
})

it('says which pattern is none, and which root', () => {
  assert.deepEqual(
    problemsOf({ netdev: { device_exclude: 'veth(' }, rootfs: 'host' }).map((line) => line.slice(0, 42)),
    ['gather.node.netdev.device_exclude: device_', 'gather.node.rootfs: rootfs must be an abso'],
  )
})

it('leaves out what a node with pods has too much of', () => {
  const { filesystem, diskstats, netdev } = nodeConfig()
  const excluded = (pattern: string, names: readonly string[]) => names.filter((name) => compileRe2(pattern).test(name))
  const mounts = [
    ...['/var/lib/kubelet/pods/7c/volumes/kubernetes.io~projected/token', '/run/containerd/io.containerd/shm'],
    ...['/var/lib/docker/overlay2/x/merged', '/dev/shm', '/proc', '/sys/fs/bpf', '/run/netns/cni-1', '/run/user/1000'],
  ]
  assert.deepEqual(excluded(filesystem.mount_points_exclude, mounts), mounts)
  const kept = ['/', '/boot', '/mnt/data', '/media/disk', '/var/lib/kubelet', '/var/lib/docker', '/run', '/devices']
  assert.deepEqual(excluded(filesystem.mount_points_exclude, kept), [])
  assert.deepEqual(
    excluded(diskstats.device_exclude, ['sda', 'sda1', 'nvme0n1', 'nvme0n1p2', 'dm-0', 'zram0', 'loop3']),
    [...['sda1', 'nvme0n1p2', 'zram0', 'loop3']],
  )
  assert.deepEqual(excluded(netdev.device_exclude, ['eth0', 'lo', 'veth12ab', 'cali0f3', 'bond0', 'docker0']), [
    ...['veth12ab', 'cali0f3'],
  ])
})

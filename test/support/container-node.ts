import { join } from 'node:path'
import type { TestContext } from 'node:test'
import type { SyncFiles } from '../../agent/gather/container/sync-files.ts'
import type { PodMetadata } from '../../agent/metadata/pod-metadata.ts'
import { DISKSTATS, type GroupContents, netDev, processStat, version2Group, writeTree } from './cgroup-tree.ts'
import { createTestGatherer, podOf, TestPods } from './container-gatherer.ts'
import type { GatheredSeries } from './gathered-series.ts'
import { temporaryDirectory } from './temporary.ts'

export const UID = '0b5a4c51-7d3e-4f0e-9a51-3f1d6a1f0c01'
export const SANDBOX = 'a'.repeat(64)
export const APP = 'b'.repeat(64)
export const APP_AGAIN = 'c'.repeat(64)
export const BURSTABLE = '/kubepods.slice/kubepods-burstable.slice'
export const POD = `${BURSTABLE}/kubepods-burstable-pod${UID.replaceAll('-', '_')}.slice`
export const BOOT_MS = 1_790_000_000_000
const INTERFACES = {
  lo: [9, 9, 0, 0, 9, 9, 0, 0],
  eth0: [1_000, 10, 1, 2, 2_000, 20, 3, 4],
  cali12: [5, 5, 0, 0, 5, 5, 0, 0],
}

export const scope = (id: string) => `cri-containerd-${id}.scope`

interface NodeOptions {
  readonly groups?: GroupContents
  readonly proc?: GroupContents
  readonly pods?: readonly PodMetadata[]
  readonly given?: Readonly<Record<string, unknown>>
  readonly files?: SyncFiles
  readonly node?: { readonly name: string; readonly address: string }
}

/** A node of cgroup v2 with one pod, or with what is given. */
export function simulateNode(t: TestContext, { groups, proc, pods, given = {}, ...deps }: NodeOptions = {}) {
  const directory = temporaryDirectory(t)
  const root = join(directory, 'cgroup')
  writeTree(root, { 'cgroup.controllers': 'cpu\n', ...(groups ?? { [POD.slice(1)]: onePod() }) })
  writeTree(join(directory, 'proc'), {
    stat: `cpu  1 2\ncpu0 1 2\ncpu1 1 2\nbtime ${BOOT_MS / 1000}\n`,
    meminfo: 'MemTotal:        2048 kB\nMemFree: 1 kB\n',
    diskstats: DISKSTATS,
    'sys/kernel/osrelease': '6.1.0\n',
    ...(proc ?? { '90': simulateProcess(90, 'pause', 1_000), '101': simulateProcess(101, 'server', 1_500) }),
  })
  const known = new TestPods(pods ?? [podOf(UID, { app: [APP] })])
  const gathering = createTestGatherer(
    { cgroup_root: root, proc_root: join(directory, 'proc'), ...given },
    { pods: known, ...deps },
  )
  t.after(() => gathering.gatherer.close())
  return { ...gathering, root, known, proc: join(directory, 'proc') }
}

export function onePod(): GroupContents {
  return {
    ...version2Group({ 'cgroup.procs': '' }),
    [scope(SANDBOX)]: version2Group({ 'cgroup.procs': '90\n' }),
    [scope(APP)]: version2Group(),
  }
}

export function simulateProcess(pid: number, name: string, startTicks: number): GroupContents {
  return { stat: processStat(pid, name, startTicks), net: { dev: netDev(INTERFACES) } }
}

/** Values by name and the labels that tell series of a group apart. */
export function valuesOf(
  series: ReadonlyMap<string, GatheredSeries>,
  is: (labels: GatheredSeries['labels']) => boolean,
) {
  const values: Record<string, number> = {}
  for (const { name, labels, value } of series.values()) {
    const { cpu, device, interface: device2, failure_type, pagesize, scope } = labels
    const rest = [cpu, device, device2, failure_type, pagesize, scope].filter((label) => label !== undefined)
    if (is(labels)) values[[name.replace('container_', ''), ...rest].join(' ')] = value
  }
  return values
}

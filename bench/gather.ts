import { closeSync, existsSync, mkdtempSync, openSync, readSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { systemClock } from '#lib/clock.ts'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { createContainerGatherer } from '../agent/gather/container/create-container-gatherer.ts'
import { CONTAINER_EVENTS } from '../agent/gather/container/events.ts'
import type { MetricsRequest } from '../agent/gather/target-metrics.ts'
import { PodIndex } from '../agent/metadata/pod-index.ts'
import type { PodMetadata } from '../agent/metadata/pod-metadata.ts'
import { Packer } from '../agent/ship/packer.ts'
import { DISKSTATS, netDev, processStat, version2Group, writeTree } from '../test/support/cgroup-tree.ts'
import { containersConfig, podOf } from '../test/support/container-gatherer.ts'
import { type BenchResult, median } from './report.ts'

const PODS = 100
/** Beside the sandbox. */
const CONTAINERS_A_POD = 2
const ROUNDS = 40
const WARM_UP_ROUNDS = 20
const INTERVAL_MS = 10_000
const COMPRESSION_LEVEL = 3
const GOAL_PERCENT = 1
const CALLS = 2_000

interface Run {
  readonly what: string
  readonly series: number
  readonly cpuMs: number
  /** CPU time at a stretch. */
  readonly longestTurnMs: number
  readonly bytes: number
}

/**
 * What reading the groups of a full node costs: cgroup v2, the default metrics, what was read encoded and compressed as it
 * is sent.
 */
export async function benchGather(): Promise<BenchResult> {
  const directory = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'vedette-gather-'))
  try {
    const groups = writeNode(directory)
    const held = await measure('default metrics', directory, groups, {})
    const rows = [
      held,
      await measure('all metrics, pods and slices too', directory, groups, {
        ...{ pods: true, slices: true, metrics: { include: ['*'] } },
      }),
      await measure('default metrics, files opened each time', directory, groups, { max_open_files: 0 }),
    ]
    return resultOf(rows, held, measureCalls())
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

interface NodeGroups {
  readonly pods: readonly PodMetadata[]
  /** Of containers and sandboxes. */
  readonly paths: readonly string[]
}

function idOf(pod: number, member: number): string {
  return `${pod.toString(16).padStart(8, '0')}${member.toString(16).padStart(56, 'a')}`
}

function writeNode(directory: string): NodeGroups {
  const pods: PodMetadata[] = []
  const paths: string[] = []
  writeTree(directory, { proc: { stat: 'cpu0 1\ncpu1 1\nbtime 1790000000\n', diskstats: DISKSTATS } })
  writeTree(directory, { proc: { meminfo: 'MemTotal:       32000000 kB\n' }, cgroup: { 'cgroup.controllers': '' } })
  for (let pod = 0; pod < PODS; pod++) {
    const uid = `0b5a4c51-7d3e-4f0e-9a51-${pod.toString().padStart(12, '0')}`
    const slice = `kubepods-burstable-pod${uid.replaceAll('-', '_')}.slice`
    const path = join(directory, 'cgroup/kubepods.slice/kubepods-burstable.slice', slice)
    writeTree(path, version2Group())
    for (let member = 0; member <= CONTAINERS_A_POD; member++) {
      const pid = 1_000 + 10 * pod + member
      const scope = join(path, `cri-containerd-${idOf(pod, member)}.scope`)
      writeTree(scope, version2Group({ 'cgroup.procs': `${pid}\n`, 'cpu.max': '200000 100000\n' }))
      const network = netDev({ lo: [1, 1, 0, 0, 1, 1, 0, 0], eth0: [1_000_000, 900, 0, 0, 2_000_000, 1_500, 0, 0] })
      const stat = processStat(pid, member === 0 ? 'pause' : 'server', 1_000 + member)
      writeTree(join(directory, 'proc', String(pid)), { stat, 'net/dev': network })
      paths.push(scope)
    }
    pods.push(podOf(uid, { app: [idOf(pod, 1)], sidecar: [idOf(pod, 2)] }))
  }
  return { pods, paths }
}

function indexOf(pods: readonly PodMetadata[]) {
  const index = new PodIndex({ keepMs: 60_000 })
  index.replace(pods, 0)
  return {
    ageMs: 0,
    findPodByUid: (uid: string) => index.find(uid, 0),
    findContainerById: (id: string) => index.findContainerById(id),
  }
}

async function measure(
  what: string,
  directory: string,
  { pods, paths }: NodeGroups,
  given: Readonly<Record<string, unknown>>,
): Promise<Run> {
  const logger = createLogger({ service: 'agent', level: 'error', format: 'logfmt', write: () => {} })
  const registry = createRegistry('agent', '0')
  const packer = new Packer(COMPRESSION_LEVEL)
  let bytes = 0
  let series = 0
  const gatherer = createContainerGatherer(
    containersConfig({ cgroup_root: join(directory, 'cgroup'), proc_root: join(directory, 'proc'), ...given }),
    {
      ...{ clock: systemClock, version: '0', node: { name: 'node-1', address: '10.0.0.1' }, pods: indexOf(pods) },
      events: createEvents('vedette_agent', CONTAINER_EVENTS, { clock: systemClock, logger, registry }),
      send(requests: readonly MetricsRequest[]) {
        for (const { body, points } of requests) {
          const parcel = packer.pack({ body, records: points }, 'zstd')
          bytes += parcel.payload.length
          series += points
          packer.free(parcel)
        }
      },
    },
  )
  const cpuMs: number[] = []
  const turnsMs: number[] = []
  const { signal } = new AbortController()
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    // Nothing compresses as well as what stays as it is.
    for (const [index, path] of paths.entries()) changeGroup(path, round * 1_000 + index)
    await nextTurn()
    bytes = 0
    series = 0
    const watch = watchTurns()
    const before = process.cpuUsage()
    await gatherer.gather(signal)
    const { user, system } = process.cpuUsage(before)
    const turnMs = await watch.stop()
    if (round < WARM_UP_ROUNDS) continue
    cpuMs.push((user + system) / 1000)
    turnsMs.push(turnMs)
  }
  gatherer.close()
  return { what, series, bytes, longestTurnMs: median(turnsMs), cpuMs: median(cpuMs) }
}

function changeGroup(path: string, seed: number): void {
  const usage = 12_500_000 + seed * 7_919
  const stat = `usage_usec ${usage}\nuser_usec ${usage - 4_000}\nsystem_usec 4000\nnr_periods ${seed}\nnr_throttled 10\nthrottled_usec ${seed * 11}\n`
  writeFileSync(join(path, 'cpu.stat'), stat)
  writeFileSync(join(path, 'memory.current'), `${104_857_600 + (seed % 977) * 4_096}\n`)
  writeFileSync(join(path, 'io.stat'), `8:0 rbytes=4096 wbytes=${seed * 512} rios=1 wios=${seed} dbytes=0 dios=0\n`)
}

/** How long the event loop was held at the most, in CPU time: the machine may have others to serve. */
function watchTurns() {
  let longestMs = 0
  let last = process.cpuUsage()
  let timer: NodeJS.Immediate
  const tick = () => {
    const { user, system } = process.cpuUsage(last)
    longestMs = Math.max(longestMs, (user + system) / 1000)
    last = process.cpuUsage()
    timer = setImmediate(tick)
  }
  timer = setImmediate(tick)
  return {
    async stop() {
      await nextTurn()
      clearImmediate(timer)
      return longestMs
    },
  }
}

interface Calls {
  readonly path: string
  readonly keptUs: number
  readonly openedUs: number
}

/** What one read of a file of the kernel's costs, with the file kept open and with it opened each time. */
function measureCalls(): Calls | undefined {
  const path = ['/sys/fs/cgroup/memory/memory.usage_in_bytes', '/sys/fs/cgroup/cpu.stat'].find((file) =>
    existsSync(file),
  )
  if (path === undefined) return undefined
  const buffer = Buffer.alloc(4_096)
  const descriptor = openSync(path, 'r')
  const keptUs = timeCall(() => readSync(descriptor, buffer, 0, buffer.length, 0))
  closeSync(descriptor)
  const openedUs = timeCall(() => {
    const opened = openSync(path, 'r')
    readSync(opened, buffer, 0, buffer.length, 0)
    closeSync(opened)
  })
  return { path, keptUs, openedUs }
}

/** Microseconds of CPU time. */
function timeCall(call: () => void): number {
  const before = process.cpuUsage()
  for (let index = 0; index < CALLS; index++) call()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / CALLS
}

function percentOf({ cpuMs }: Run): number {
  return (cpuMs / INTERVAL_MS) * 100
}

function resultOf(runs: readonly Run[], main: Run, calls: Calls | undefined): BenchResult {
  const read =
    calls === undefined
      ? ''
      : ` On this machine's own \`${calls.path}\` a read takes ${calls.keptUs.toFixed(1)} µs with the file kept open and ${calls.openedUs.toFixed(1)} µs with it opened each time.`
  return {
    name: 'gather',
    title: 'Gathering metrics of containers',
    command: 'npm run bench -- gather',
    method: `${PODS} pods of a sandbox and ${CONTAINERS_A_POD} containers each, as a tree of cgroup v2 and /proc in memory, a third of whose values change between rounds; the median of ${ROUNDS} rounds: walking, reading, encoding as OTLP and compressing (zstd ${COMPRESSION_LEVEL}). Files of a real cgroup cost the kernel more than these.${read}`,
    columns: ['what', 'series', 'CPU per round', 'of a core at 10 s', 'longest turn', 'sent per round'],
    rows: runs.map((run) => [
      ...[run.what, run.series, `${run.cpuMs.toFixed(1)} ms`, `${percentOf(run).toFixed(2)} %`],
      ...[`${run.longestTurnMs.toFixed(1)} ms`, `${(run.bytes / 1024).toFixed(0)} KiB`],
    ]),
    targets: [
      {
        what: `${PODS * CONTAINERS_A_POD} containers every 10 s`,
        goal: `under ${GOAL_PERCENT} % of a core`,
        measured: `${percentOf(main).toFixed(2)} %`,
        isMet: percentOf(main) < GOAL_PERCENT,
      },
    ],
  }
}

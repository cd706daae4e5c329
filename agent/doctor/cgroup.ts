import { dirname } from 'node:path'
import { formatBytes } from '#lib/bytes.ts'
import { type Finding, ok, warn } from '#lib/finding.ts'
import type { AgentConfig } from '../config.ts'
import { readNumber, type System } from './system.ts'

const MIB = 1024 ** 2
/** At full speed with the defaults (docs/benchmarks.md). */
const BUSY_BYTES = 120 * MIB
const BYTES_A_CONTAINER = 8 * 1024
const DEFAULT_IN_FLIGHT = 4
/** Requests under assembly and being compressed. */
const BATCH_COPIES = 3
/** A limit that is nearer to what is needed than this leaves nothing for a bad day. */
const HEADROOM = 1.25
/** What cgroup v1 calls unlimited is a little below 2^63. */
const UNLIMITED = 2 ** 60

/** Whether the memory limit of this process, which is that of the agent beside it, is enough. */
export function checkMemory(config: AgentConfig, containers: number, system: System): Finding {
  const limit = memoryLimit(system)
  const needed = estimateBytes(config, containers)
  const estimate = `up to ${formatBytes(Math.ceil(needed / MIB) * MIB)} are needed`
  if (limit === undefined) return ok('memory', `no limit; ${estimate}`)
  const message = `the limit is ${formatBytes(limit)}; ${estimate}`
  if (needed * HEADROOM <= limit) return ok('memory', message)
  const advised = Math.ceil((needed * 1.5) / (32 * MIB)) * 32
  return warn(
    'memory',
    message,
    `Set resources.limits.memory to ${advised}Mi, or lower ship.batch.max_bytes, ship.max_in_flight or logs.max_record_bytes. An agent that is killed for its memory sends again what was not acknowledged.`,
  )
}

/** Whether the CPU is limited, which an agent should not be: throttled it falls behind the kubelet's rotation. */
export function checkCpu(system: System): Finding {
  const cores = cpuLimit(system)
  if (cores === undefined) return ok('cpu', 'no limit')
  return warn(
    'cpu',
    `limited to ${Number(cores.toFixed(2))} cores`,
    'Remove resources.limits.cpu and keep the request: an agent that is throttled falls behind the rotation of the files, and what is rotated away is lost.',
  )
}

function estimateBytes({ ship, logs }: AgentConfig, containers: number): number {
  const { max_bytes: batchBytes } = ship.batch
  const batches =
    BATCH_COPIES * Math.max(0, batchBytes - MIB) + Math.max(0, ship.max_in_flight - DEFAULT_IN_FLIGHT) * batchBytes
  return BUSY_BYTES + batches + 2 * Math.max(0, logs.max_record_bytes - MIB) + containers * BYTES_A_CONTAINER
}

/** The least of the limits of the process's group and of those above it; undefined if there is none. */
function memoryLimit(system: System): number | undefined {
  const limits = [
    ...groupPaths(system, '').map((path) => readNumber(system, `/sys/fs/cgroup${path}/memory.max`)),
    ...groupPaths(system, 'memory').map((path) =>
      readNumber(system, `/sys/fs/cgroup/memory${path}/memory.limit_in_bytes`),
    ),
  ].filter((limit) => limit !== undefined && limit < UNLIMITED)
  return limits.length === 0 ? undefined : Math.min(...(limits as number[]))
}

function cpuLimit(system: System): number | undefined {
  const limits: number[] = []
  for (const path of groupPaths(system, '')) {
    const [quota, period] = system.read(`/sys/fs/cgroup${path}/cpu.max`)?.trim().split(' ') ?? []
    if (Number(quota) > 0) limits.push(Number(quota) / Number(period))
  }
  for (const path of groupPaths(system, 'cpu')) {
    const quota = readNumber(system, `/sys/fs/cgroup/cpu${path}/cpu.cfs_quota_us`)
    const period = readNumber(system, `/sys/fs/cgroup/cpu${path}/cpu.cfs_period_us`)
    if (quota !== undefined && period !== undefined) limits.push(quota / period)
  }
  return limits.length === 0 ? undefined : Math.min(...limits)
}

/** The group of this process for a controller (empty for version 2) and all above it, the root as an empty text last. */
function groupPaths(system: System, controller: string): readonly string[] {
  const rows = (system.read('/proc/self/cgroup') ?? '').split('\n').map((row) => row.split(':'))
  const own = rows.find(([, controllers]) => controllers?.split(',').includes(controller))?.[2] ?? '/'
  const paths: string[] = []
  for (let path = own; path !== '/' && path.startsWith('/'); path = dirname(path)) paths.push(path)
  return [...paths, '']
}

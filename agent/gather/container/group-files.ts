import {
  cpuMaxFile,
  type GroupFile,
  keyedFile,
  limitFile,
  numberFile,
  pressureFile,
  quotaFile,
  weightFile,
} from './group-file.ts'
import type { Layout } from './layout.ts'

const NANOSECONDS = 1e9
const MICROSECONDS = 1e6
/** USER_HZ, which is 100 on all architectures that Kubernetes runs on. */
const TICKS = 100

function version2(): GroupFile[] {
  return [
    keyedFile(
      ['cpu', 'cpu.stat'],
      [
        ['usage_usec', 'cpuUsage', MICROSECONDS],
        ['user_usec', 'cpuUser', MICROSECONDS],
        ['system_usec', 'cpuSystem', MICROSECONDS],
        ['nr_periods', 'periods'],
        ['nr_throttled', 'throttledPeriods'],
        ['throttled_usec', 'throttled', MICROSECONDS],
      ],
    ),
    cpuMaxFile(),
    weightFile(),
    numberFile(['memory', 'memory.current'], 'memory'),
    numberFile(['memory', 'memory.peak'], 'memoryPeak'),
    numberFile(['memory', 'memory.swap.current'], 'swap'),
    keyedFile(
      ['memory', 'memory.stat'],
      [
        ['anon', 'rss'],
        ['file', 'cache'],
        ['file_mapped', 'mappedFile'],
        ['inactive_file', 'inactiveFile'],
        ['active_file', 'activeFile'],
        ['kernel', 'kernelMemory'],
        // v2 counts groups below along.
        ['pgfault', 'faults'],
        ['pgfault', 'allFaults'],
        ['pgmajfault', 'majorFaults'],
        ['pgmajfault', 'allMajorFaults'],
        ['pgscan', 'scannedPages'],
        ['pgsteal', 'stolenPages'],
        ['workingset_refault_file', 'fileRefaults'],
        ['workingset_refault_anon', 'anonRefaults'],
      ],
    ),
    keyedFile(
      ['memory', 'memory.events'],
      [
        ['oom_kill', 'oomKills'],
        ['high', 'highEvents'],
        ['max', 'maxEvents'],
        ['max', 'failcnt'],
      ],
    ),
    limitFile(['memory', 'memory.max'], 'memoryLimit'),
    limitFile(['memory', 'memory.high'], 'memoryReservation'),
    limitFile(['memory', 'memory.swap.max'], 'swapLimit'),
    numberFile(['pids', 'pids.current'], 'threads'),
    limitFile(['pids', 'pids.max'], 'threadsMax'),
  ]
}

function version1(): GroupFile[] {
  return [
    numberFile(['cpuacct', 'cpuacct.usage'], 'cpuUsage', NANOSECONDS),
    keyedFile(
      ['cpuacct', 'cpuacct.stat'],
      [
        ['user', 'cpuUser', TICKS],
        ['system', 'cpuSystem', TICKS],
      ],
    ),
    keyedFile(
      ['cpu', 'cpu.stat'],
      [
        ['nr_periods', 'periods'],
        ['nr_throttled', 'throttledPeriods'],
        ['throttled_time', 'throttled', NANOSECONDS],
      ],
    ),
    quotaFile(),
    limitFile(['cpu', 'cpu.cfs_period_us'], 'period'),
    limitFile(['cpu', 'cpu.shares'], 'shares'),
    numberFile(['memory', 'memory.usage_in_bytes'], 'memory'),
    numberFile(['memory', 'memory.max_usage_in_bytes'], 'memoryPeak'),
    numberFile(['memory', 'memory.failcnt'], 'failcnt'),
    numberFile(['memory', 'memory.kmem.usage_in_bytes'], 'kernelMemory'),
    keyedFile(
      ['memory', 'memory.stat'],
      [
        ['total_rss', 'rss'],
        ['total_cache', 'cache'],
        ['total_mapped_file', 'mappedFile'],
        ['total_swap', 'swap'],
        ['total_inactive_file', 'inactiveFile'],
        ['total_active_file', 'activeFile'],
        ['pgfault', 'faults'],
        ['total_pgfault', 'allFaults'],
        ['pgmajfault', 'majorFaults'],
        ['total_pgmajfault', 'allMajorFaults'],
        ['total_workingset_refault_file', 'fileRefaults'],
        ['total_workingset_refault_anon', 'anonRefaults'],
      ],
    ),
    keyedFile(['memory', 'memory.oom_control'], [['oom_kill', 'oomKills']]),
    limitFile(['memory', 'memory.limit_in_bytes'], 'memoryLimit'),
    limitFile(['memory', 'memory.soft_limit_in_bytes'], 'memoryReservation'),
    limitFile(['memory', 'memory.memsw.limit_in_bytes'], 'swapLimit'),
    numberFile(['pids', 'pids.current'], 'threads'),
    limitFile(['pids', 'pids.max'], 'threadsMax'),
  ]
}

function pressure(): GroupFile[] {
  return [
    pressureFile('cpu.pressure', 'cpuWaiting', 'cpuStalled'),
    pressureFile('memory.pressure', 'memoryWaiting', 'memoryStalled'),
    pressureFile('io.pressure', 'ioWaiting', 'ioStalled'),
  ]
}

/** Files of a group, one for each value or several. */
export function allGroupFiles({ version, directoryOf }: Layout): readonly GroupFile[] {
  const all = [...(version === 2 ? version2() : version1()), ...pressure()]
  return all.filter(({ controller }) => directoryOf(controller) !== undefined)
}

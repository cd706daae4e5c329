import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** Files of a group by name, or further groups. */
export interface GroupContents {
  readonly [name: string]: string | GroupContents
}

/** Writes a tree of files. */
export function writeTree(directory: string, contents: GroupContents): void {
  mkdirSync(directory, { recursive: true })
  for (const [name, content] of Object.entries(contents)) {
    const path = join(directory, name)
    if (typeof content !== 'string') writeTree(path, content)
    else {
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, content)
    }
  }
}

export function removeTree(directory: string): void {
  rmSync(directory, { recursive: true, force: true })
}

/** A line for each key. */
export function keyed(values: Readonly<Record<string, number>>): string {
  return Object.entries(values)
    .map(([key, value]) => `${key} ${value}\n`)
    .join('')
}

/** Pressure that something waited and everything waited for, microseconds. */
export function pressure(some: number, full: number): string {
  return `some avg10=0.10 avg60=0.20 avg300=0.30 total=${some}\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=${full}\n`
}

/** What a container's group of cgroup v2 has, as the kernel writes it, with what differs. */
export function version2Group(other: GroupContents = {}): GroupContents {
  return {
    'cgroup.controllers': 'cpu io memory hugetlb pids\n',
    'cgroup.procs': '101\n102\n',
    'cpu.max': 'max 100000\n',
    'cpu.weight': '20\n',
    'cpu.stat': keyed({
      ...{ usage_usec: 12_500_000, user_usec: 8_000_000, system_usec: 4_500_000, core_sched: 0 },
      ...{ nr_periods: 100, nr_throttled: 10, throttled_usec: 2_500_000, nr_bursts: 0, burst_usec: 0 },
    }),
    'cpu.pressure': pressure(1_500_000, 250_000),
    'memory.current': '104857600\n',
    'memory.peak': '209715200\n',
    'memory.max': 'max\n',
    'memory.high': 'max\n',
    'memory.swap.current': '4096\n',
    'memory.swap.max': 'max\n',
    'memory.stat': keyed({
      ...{ anon: 52_428_800, file: 41_943_040, kernel: 1_048_576, kernel_stack: 16_384, file_mapped: 8_388_608 },
      ...{ inactive_anon: 1, active_anon: 2, inactive_file: 20_971_520, active_file: 10_485_760, pgscan: 70 },
      ...{ pgscan_direct: 1, pgsteal: 60, pgfault: 5_000, pgmajfault: 50 },
      ...{ workingset_refault_anon: 7, workingset_refault_file: 9 },
    }),
    'memory.events': keyed({ low: 0, high: 3, max: 4, oom: 1, oom_kill: 1, oom_group_kill: 0 }),
    'memory.pressure': pressure(2_000_000, 1_000_000),
    'io.stat': '8:0 rbytes=4096 wbytes=8192 rios=1 wios=2 dbytes=0 dios=0\n',
    'io.pressure': pressure(3_000_000, 500_000),
    'pids.current': '7\n',
    'pids.max': '4096\n',
    ...other,
  }
}

/** `/proc/<pid>/stat` of a process that began so many hundredths of a second after the boot. */
export function processStat(pid: number, name: string, startTicks: number): string {
  const before = `${pid} (${name}) S 1 ${pid} ${pid} 0 -1 4194560 100 0 0 0 5 6 0 0 20 0 1 0`
  return `${before} ${startTicks} 1000000 200 18446744073709551615\n`
}

/** `/proc/<pid>/net/dev`: bytes, packets, errors and dropped packets, received and sent, by interface. */
export function netDev(interfaces: Readonly<Record<string, readonly number[]>>): string {
  const header =
    'Inter-|   Receive                                                |  Transmit\n face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed\n'
  const lines = Object.entries(interfaces).map(([name, [a, b, c, d, e, f, g, h]]) => {
    return `${name.padStart(6)}: ${a} ${b} ${c} ${d}    0     0          0         0 ${e} ${f} ${g} ${h}    0     0       0          0\n`
  })
  return header + lines.join('')
}

export const DISKSTATS =
  '   8       0 sda 1 2 3 4 5 6 7 8 9 10 11\n   8       1 sda1 1 2 3 4 5 6 7 8 9 10 11\n 259       0 nvme0n1 1 2 3\n'

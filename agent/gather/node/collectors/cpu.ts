import { counter } from '../../family-spec.ts'
import type { EncodedLabels } from '../../labels.ts'
import { encodeLabels } from '../../labels.ts'
import type { CollectorFactory } from '../collector.ts'
import { Kept } from '../kept.ts'
import { parseNumber } from '../parse-number.ts'
import { createCpuInfo } from './cpu-info.ts'
import { createCpuSysfs } from './cpu-sysfs.ts'

const SECONDS = counter('node_cpu_seconds_total', 'Time that a processor spent in a mode.')
const GUEST = counter(
  'node_cpu_guest_seconds_total',
  'Time that a processor ran guests of virtual machines. It is in node_cpu_seconds_total as well.',
)
/** In the order of the columns. */
const MODES = ['user', 'nice', 'system', 'idle', 'iowait', 'irq', 'softirq', 'steal'] as const
const GUEST_MODES = ['user', 'nice'] as const
const COLUMNS = MODES.length + GUEST_MODES.length
const IDLE = 3
/** USER_HZ: the unit in which the kernel tells times to users, on all of its architectures. */
const TICKS_PER_SECOND = 100
/** An idle time that falls by so much is that of a processor that was taken out and put in again. */
const HOTPLUG_SECONDS = 3

/** Time of one processor by column, in seconds. */
type Times = Float64Array

interface Processor {
  readonly times: Times
  readonly modes: readonly EncodedLabels[]
  readonly guestModes: readonly EncodedLabels[]
}

/** Times of processors, of /proc/stat. */
export const createCpuCollector: CollectorFactory = ({ files, paths, readStat, config }) => {
  const processors = new Kept<Processor>(createProcessor)
  const addInfo = createCpuInfo(() => files.read(`${paths.proc}/cpuinfo`))
  const addSysfs = createCpuSysfs(files, paths.sys)
  return (points) => {
    const read = parseCpuTimes(readStat())
    processors.begin()
    for (const [cpu, now] of read) {
      const { times, modes, guestModes } = processors.get(cpu)
      advance(times, now)
      for (const [index, labels] of modes.entries()) points.add(SECONDS, labels, times[index]!, points.bootMs)
      if (!config.cpu.guest) continue
      for (const [index, labels] of guestModes.entries()) {
        points.add(GUEST, labels, times[MODES.length + index]!, points.bootMs)
      }
    }
    addSysfs(points)
    if (config.cpu.info) addInfo(points)
  }
}

/**
 * Times of each processor that is on line, by its number. Columns that an old kernel does not have are 0.
 *
 * @throws if a line is cut, or there is no processor
 */
function parseCpuTimes(stat: string): ReadonlyMap<string, Times> {
  const processors = new Map<string, Times>()
  for (const line of stat.split('\n')) {
    if (!line.startsWith('cpu')) {
      if (processors.size > 0) break
      continue
    }
    const fields = line.split(' ')
    const cpu = fields[0]!.slice(3)
    if (cpu === '') continue
    if (fields.length <= IDLE + 1) throw new Error(`the line of processor ${cpu} is cut`)
    const times = new Float64Array(COLUMNS)
    for (let column = 0; column < COLUMNS && column + 1 < fields.length; column++) {
      times[column] = parseNumber(fields[column + 1], `column ${column + 1} of processor ${cpu}`) / TICKS_PER_SECOND
    }
    processors.set(cpu, times)
  }
  if (processors.size === 0) throw new Error('there is no processor in it')
  return processors
}

/** Moves on to what was read. The kernel's own numbers go back by a little now and then, which counters must not. */
function advance(times: Times, now: Times): void {
  if (times[IDLE]! - now[IDLE]! >= HOTPLUG_SECONDS) times.fill(0)
  for (const [column, seconds] of now.entries()) {
    if (seconds > times[column]!) times[column] = seconds
  }
}

function createProcessor(cpu: string): Processor {
  const labelsOf = (mode: string) =>
    encodeLabels([
      ['cpu', cpu],
      ['mode', mode],
    ])
  return { times: new Float64Array(COLUMNS), modes: MODES.map(labelsOf), guestModes: GUEST_MODES.map(labelsOf) }
}

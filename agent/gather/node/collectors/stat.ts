import { counter, gauge } from '../../family-spec.ts'
import { encodeLabels } from '../../labels.ts'
import type { CollectorFactory } from '../collector.ts'
import { parseNumber } from '../parse-number.ts'

const COUNTERS = [
  ['intr', counter('node_intr_total', 'Interrupts that were served.')],
  ['ctxt', counter('node_context_switches_total', 'Switches from one task to another.')],
  ['processes', counter('node_forks_total', 'Processes and threads that were started.')],
] as const
const GAUGES = [
  ['btime', gauge('node_boot_time_seconds', 'When the node was booted, seconds since 1970.')],
  ['procs_running', gauge('node_procs_running', 'Tasks that run or could run.')],
  ['procs_blocked', gauge('node_procs_blocked', 'Tasks that wait for a disk.')],
] as const
const SOFTIRQS = counter('node_softirqs_total', 'Soft interrupts that were served, by vector.')
/** In the order of the columns of `softirq`, after the sum. */
const VECTORS = ['hi', 'timer', 'net_tx', 'net_rx', 'block', 'block_iopoll', 'tasklet', 'sched', 'hrtimer', 'rcu']

/** What /proc/stat says of the node as a whole. */
export const createStatCollector: CollectorFactory = ({ readStat, config }) => {
  const vectors = VECTORS.map((vector) => encodeLabels([['vector', vector]]))
  return (points) => {
    const text = readStat()
    // All before any is written: a file that is cut must not give a half.
    const counts = COUNTERS.map(([key]) => parseStatField(text, key))
    const values = GAUGES.map(([key]) => parseStatField(text, key))
    for (const [index, [, spec]] of COUNTERS.entries()) points.single(spec, counts[index]!, points.bootMs)
    for (const [index, [, spec]] of GAUGES.entries()) points.single(spec, values[index]!)
    if (!config.stat.softirq) return
    const softirqs = lineOf(text, 'softirq').split(' ')
    for (const [index, labels] of vectors.entries()) {
      points.add(SOFTIRQS, labels, parseNumber(softirqs[index + 1], VECTORS[index]!), points.bootMs)
    }
  }
}

/** The first number behind a word at the beginning of a line. @throws if there is no such line, or no number */
function parseStatField(text: string, key: string): number {
  return parseNumber(lineOf(text, key).split(' ', 1)[0], key)
}

/** When the node was booted, epoch milliseconds, or 0 if it cannot be told. */
export function parseBootMs(stat: string): number {
  try {
    return parseStatField(stat, 'btime') * 1_000
  } catch {
    return 0
  }
}

/** The rest of the line. */
function lineOf(text: string, key: string): string {
  const at = text.startsWith(`${key} `) ? 0 : text.indexOf(`\n${key} `) + 1
  if (at === 0 && !text.startsWith(`${key} `)) throw new Error(`there is no ${key} in it`)
  const end = text.indexOf('\n', at)
  return text.slice(at + key.length + 1, end < 0 ? undefined : end)
}

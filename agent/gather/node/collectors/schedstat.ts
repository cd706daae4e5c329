import { counter } from '../../family-spec.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import { parseNumber } from '../parse-number.ts'

const RUNNING = counter('node_schedstat_running_seconds_total', 'Time in which a processor ran tasks.')
const WAITING = counter('node_schedstat_waiting_seconds_total', 'Time that tasks waited for a processor.')
const SLICES = counter('node_schedstat_timeslices_total', 'Times that a processor was given to a task.')
const NANOSECONDS = 1e9

/** /proc/schedstat, which not every kernel has. */
export const createSchedstatCollector: CollectorFactory = ({ files, paths }) => {
  const labels = keptLabels('cpu')
  return (points) => {
    const processors = parseSchedstat(noDataIfMissing(() => files.readAgain(`${paths.proc}/schedstat`)))
    labels.begin()
    for (const [cpu, [running, waiting, slices]] of processors) {
      const own = labels.get(cpu)
      points.add(RUNNING, own, running / NANOSECONDS, points.bootMs)
      points.add(WAITING, own, waiting / NANOSECONDS, points.bootMs)
      points.add(SLICES, own, slices, points.bootMs)
    }
  }
}

type Schedule = readonly [running: number, waiting: number, slices: number]

/** Nanoseconds, nanoseconds and a number of each processor. @throws if a line is cut */
function parseSchedstat(text: string): ReadonlyMap<string, Schedule> {
  const processors = new Map<string, Schedule>()
  for (const line of text.split('\n')) {
    const cpu = /^cpu(\d+) /.exec(line)?.[1]
    if (cpu === undefined) continue
    const fields = line.split(' ')
    const at = (column: number) => parseNumber(fields[column], `column ${column} of processor ${cpu}`)
    processors.set(cpu, [at(7), at(8), at(9)])
  }
  return processors
}

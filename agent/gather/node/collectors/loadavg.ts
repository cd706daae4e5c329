import { gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { parseNumber } from '../parse-number.ts'

const LOADS = [
  gauge('node_load1', 'Processes that ran or waited to, averaged over a minute.'),
  gauge('node_load5', 'Processes that ran or waited to, averaged over 5 minutes.'),
  gauge('node_load15', 'Processes that ran or waited to, averaged over 15 minutes.'),
] as const

/** /proc/loadavg. */
export const createLoadavgCollector: CollectorFactory = ({ files, paths }) => {
  return (points) => {
    const fields = files.readAgain(`${paths.proc}/loadavg`).split(' ')
    const values = LOADS.map(({ name }, index) => parseNumber(fields[index], name))
    for (const [index, spec] of LOADS.entries()) points.single(spec, values[index]!)
  }
}

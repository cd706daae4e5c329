import { counter, type FamilySpec } from '../../family-spec.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import { parseHex } from '../parse-number.ts'

/** The first columns. */
const COLUMNS: readonly FamilySpec[] = [
  counter('node_softnet_processed_total', 'Packets that a processor received.'),
  counter('node_softnet_dropped_total', 'Packets that it dropped because its queue was full.'),
  counter('node_softnet_times_squeezed_total', 'Times that it had packets left when its time was over.'),
]
/** Newer kernels have the number of the processor here, which is not that of the line if one is off. */
const CPU_COLUMN = 12

/** Packets by processor, of /proc/net/softnet_stat. */
export const createSoftnetCollector: CollectorFactory = ({ files, paths }) => {
  const labels = keptLabels('cpu')
  return (points) => {
    const processors = parseSoftnet(noDataIfMissing(() => files.readAgain(`${paths.net}/softnet_stat`)))
    labels.begin()
    for (const [cpu, values] of processors) {
      const own = labels.get(cpu)
      for (const [column, spec] of COLUMNS.entries()) points.add(spec, own, values[column]!, points.bootMs)
    }
  }
}

/** The first columns of each processor, by its number. @throws if a line is cut */
function parseSoftnet(text: string): ReadonlyMap<string, readonly number[]> {
  const processors = new Map<string, readonly number[]>()
  for (const [index, line] of text.trim().split('\n').entries()) {
    const fields = line.trim().split(/\s+/)
    const values = COLUMNS.map(({ name }, column) => parseHex(fields[column], name))
    const cpu = fields.length > CPU_COLUMN ? parseHex(fields[CPU_COLUMN], 'the number of a processor') : index
    processors.set(String(cpu), values)
  }
  return processors
}

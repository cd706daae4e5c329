import { gauge } from '../../family-spec.ts'
import { keptLabelSets } from '../device-labels.ts'
import type { NodePoints } from '../node-points.ts'

const INFO = gauge('node_cpu_info', 'Model of a processor, of /proc/cpuinfo.')
/** Labels, in the order of their names, and the keys of /proc/cpuinfo. */
const KEYS = {
  cachesize: 'cache size',
  core: 'core id',
  cpu: 'processor',
  family: 'cpu family',
  microcode: 'microcode',
  model: 'model',
  model_name: 'model name',
  package: 'physical id',
  stepping: 'stepping',
  vendor: 'vendor_id',
} as const

/** Models of processors, one series each. */
export function createCpuInfo(readCpuInfo: () => string): (points: NodePoints) => void {
  const labels = keptLabelSets(Object.keys(KEYS))
  let sets: readonly string[] | undefined
  return (points) => {
    // The file costs a millisecond and more on a large machine, and says the same each time but for the frequency.
    sets ??= parseCpuInfo(readCpuInfo())
    labels.begin()
    for (const set of sets) points.add(INFO, labels.get(set), 1)
  }
}

/** Values of the labels of each processor, with NULs between. */
function parseCpuInfo(text: string): readonly string[] {
  const sets: string[] = []
  for (const block of text.split(/\n\s*\n/)) {
    const values = new Map<string, string>()
    for (const line of block.split('\n')) {
      const colon = line.indexOf(':')
      if (colon > 0) values.set(line.slice(0, colon).trim(), line.slice(colon + 1).trim())
    }
    if (!values.has('processor')) continue
    sets.push(
      Object.values(KEYS)
        .map((key) => values.get(key) ?? '')
        .join('\0'),
    )
  }
  return sets
}

import { type FamilySpec, gauge } from '../../family-spec.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import { listIfThere, type NodeFiles } from '../node-files.ts'
import { parseOptional } from '../parse-number.ts'

/** What changes from round to round. */
const CURRENT: readonly (readonly [file: string, spec: FamilySpec])[] = [
  ['cpuinfo_cur_freq', gauge('node_cpu_frequency_hertz', 'Frequency of a processor, as the hardware tells it.')],
  ['scaling_cur_freq', gauge('node_cpu_scaling_frequency_hertz', 'Frequency of a processor, as the kernel knows it.')],
]
/** What a person may change. */
const LIMITS: readonly (readonly [file: string, spec: FamilySpec])[] = [
  ['cpuinfo_min_freq', gauge('node_cpu_frequency_min_hertz', 'Lowest frequency that a processor can have.')],
  ['cpuinfo_max_freq', gauge('node_cpu_frequency_max_hertz', 'Highest frequency that a processor can have.')],
  ['scaling_min_freq', gauge('node_cpu_scaling_frequency_min_hertz', 'Lowest frequency that the kernel chooses.')],
  ['scaling_max_freq', gauge('node_cpu_scaling_frequency_max_hertz', 'Highest frequency that the kernel chooses.')],
]
/** Limits are read in one round of so many: on a large machine these are hundreds of files. */
const LIMITS_EVERY = 30
const HERTZ_PER_UNIT = 1_000

interface FrequencyFile {
  readonly cpu: string
  readonly path: string
  readonly spec: FamilySpec
}

/** Frequencies of processors, of /sys/devices/system/cpu; nothing where the machine does not change or tell them. */
export const createCpufreqCollector: CollectorFactory = ({ files, paths }) => {
  const labels = keptLabels('cpu')
  let round = 0
  let current: readonly FrequencyFile[] = []
  let limits: readonly (FrequencyFile & { readonly hertz: number | undefined })[] = []
  return (points) => {
    if (round % LIMITS_EVERY === 0) {
      const found = findFiles(files, `${paths.sys}/devices/system/cpu`)
      current = found.current
      limits = found.limits.map((file) => ({ ...file, hertz: hertzOf(() => files.read(file.path)) }))
    }
    round += 1
    labels.begin()
    for (const { cpu, path, spec } of current) {
      const hertz = hertzOf(() => files.readAgain(path))
      if (hertz !== undefined) points.add(spec, labels.get(cpu), hertz)
    }
    for (const { cpu, spec, hertz } of limits) {
      if (hertz !== undefined) points.add(spec, labels.get(cpu), hertz)
    }
  }
}

function findFiles(files: NodeFiles, directory: string) {
  const current: FrequencyFile[] = []
  const limits: FrequencyFile[] = []
  for (const name of noDataIfMissing(() => files.list(directory))) {
    if (!/^cpu[0-9]+$/.test(name)) continue
    const there = listIfThere(files, `${directory}/${name}/cpufreq`)
    for (const [kinds, list] of [
      [CURRENT, current],
      [LIMITS, limits],
    ] as const) {
      for (const [file, spec] of kinds) {
        const path = `${directory}/${name}/cpufreq/${file}`
        if (there.includes(file)) list.push({ cpu: name.slice(3), path, spec })
      }
    }
  }
  return { current, limits }
}

/** Undefined if it cannot be read: a processor that is off has none, and what the hardware tells is for root. */
function hertzOf(read: () => string): number | undefined {
  try {
    const kilohertz = parseOptional(read())
    return kilohertz === undefined ? undefined : kilohertz * HERTZ_PER_UNIT
  } catch {
    return undefined
  }
}

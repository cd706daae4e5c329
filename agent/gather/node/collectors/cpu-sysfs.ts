import { counter, gauge } from '../../family-spec.ts'
import { keptLabelSets, keptLabels } from '../device-labels.ts'
import { listIfThere, type NodeFiles, readIfThere } from '../node-files.ts'
import type { NodePoints } from '../node-points.ts'
import { parseOptional } from '../parse-number.ts'

const CORE = counter('node_cpu_core_throttles_total', 'Times that a core was slowed down because of its temperature.')
const PACKAGE = counter(
  'node_cpu_package_throttles_total',
  'Times that a processor package was slowed down because of its temperature.',
)
const ISOLATED = gauge('node_cpu_isolated', 'Processors that the scheduler leaves alone (isolcpus).')

/** Processors come and go so seldom that they are looked for in one round of so many. */
const FIND_EVERY = 30

interface Throttles {
  readonly cores: readonly (readonly [labels: string, path: string])[]
  readonly packages: readonly (readonly [labels: string, path: string])[]
}

/** What /sys tells of processors beside their times: throttling, and which are isolated. */
export function createCpuSysfs(files: NodeFiles, sys: string): (points: NodePoints) => void {
  const directory = `${sys}/devices/system/cpu`
  const coreLabels = keptLabelSets(['core', 'package'])
  const packageLabels = keptLabels('package')
  const isolatedLabels = keptLabels('cpu')
  let round = 0
  let isolated: readonly number[] = []
  /** Where packages and cores count, by their labels. */
  let found: Throttles = { cores: [], packages: [] }
  return (points) => {
    if (round % FIND_EVERY === 0) {
      const cpus = listIfThere(files, directory).filter((name) => /^cpu[0-9]+$/.test(name))
      found = findThrottles(files, directory, cpus)
      isolated = parseCpuList(readIfThere(files, `${directory}/isolated`) ?? '')
    }
    round += 1
    coreLabels.begin()
    for (const [key, path] of found.cores) {
      const count = parseOptional(readIfThere(files, path))
      if (count !== undefined) points.add(CORE, coreLabels.get(key), count)
    }
    packageLabels.begin()
    for (const [key, path] of found.packages) {
      const count = parseOptional(readIfThere(files, path))
      if (count !== undefined) points.add(PACKAGE, packageLabels.get(key), count)
    }
    isolatedLabels.begin()
    for (const cpu of isolated) points.add(ISOLATED, isolatedLabels.get(String(cpu)), 1)
  }
}

/** Threads of one core have the same counter: each core and package is taken from the first processor that has it. */
function findThrottles(files: NodeFiles, directory: string, cpus: readonly string[]): Throttles {
  const cores = new Map<string, string>()
  const packages = new Map<string, string>()
  for (const cpu of cpus) {
    const throttle = `${directory}/${cpu}/thermal_throttle`
    const throttled = listIfThere(files, throttle)
    if (throttled.length === 0) continue
    const topology = `${directory}/${cpu}/topology`
    const core = parseOptional(readIfThere(files, `${topology}/core_id`))
    const processorPackage = parseOptional(readIfThere(files, `${topology}/physical_package_id`))
    if (core === undefined || processorPackage === undefined) continue
    const key = `${core}\0${processorPackage}`
    if (throttled.includes('core_throttle_count') && !cores.has(key)) {
      cores.set(key, `${throttle}/core_throttle_count`)
    }
    const packageKey = String(processorPackage)
    if (throttled.includes('package_throttle_count') && !packages.has(packageKey)) {
      packages.set(packageKey, `${throttle}/package_throttle_count`)
    }
  }
  return { cores: [...cores], packages: [...packages] }
}

/** No kernel is built for more. */
const MAX_CPUS = 8_192

/** `0-2,5` as numbers. What is not understood is left out. */
function parseCpuList(text: string): readonly number[] {
  const cpus: number[] = []
  for (const [, from, to = from] of text.matchAll(/(\d+)(?:-(\d+))?/g)) {
    for (let cpu = Number(from); cpu <= Math.min(Number(to), MAX_CPUS); cpu++) cpus.push(cpu)
  }
  return cpus
}

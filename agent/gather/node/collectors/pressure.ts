import { counter, type FamilySpec } from '../../family-spec.ts'
import { type CollectorFactory, NoDataError } from '../collector.ts'
import { parseNumber } from '../parse-number.ts'

interface Resource {
  readonly file: string
  /** Some task waits. */
  readonly some?: FamilySpec
  /** All tasks that are not idle wait. */
  readonly full?: FamilySpec
}

const RESOURCES: readonly Resource[] = [
  {
    // All tasks of a node cannot wait for a processor: one of them has it.
    file: 'cpu',
    some: counter('node_pressure_cpu_waiting_seconds_total', 'Time in which tasks waited for a processor.'),
  },
  {
    file: 'io',
    some: counter('node_pressure_io_waiting_seconds_total', 'Time in which tasks waited for reads or writes.'),
    full: counter('node_pressure_io_stalled_seconds_total', 'Time in which every task waited for reads or writes.'),
  },
  {
    file: 'memory',
    some: counter('node_pressure_memory_waiting_seconds_total', 'Time in which tasks waited for memory.'),
    full: counter('node_pressure_memory_stalled_seconds_total', 'Time in which every task waited for memory.'),
  },
  {
    file: 'irq',
    full: counter('node_pressure_irq_stalled_seconds_total', 'Time in which interrupts kept every task waiting.'),
  },
]
const MICROSECONDS = 1_000_000

/** /proc/pressure: how long tasks waited for something (PSI). Kernels before 4.20, or without it, have none. */
export const createPressureCollector: CollectorFactory = ({ files, paths }) => {
  return (points) => {
    const values: [FamilySpec, number][] = []
    for (const { file, some, full } of RESOURCES) {
      const text = readPressure(() => files.readAgain(`${paths.proc}/pressure/${file}`))
      if (text === undefined) continue
      if (some !== undefined) values.push([some, parsePressureTotal(text, 'some') / MICROSECONDS])
      if (full !== undefined) values.push([full, parsePressureTotal(text, 'full') / MICROSECONDS])
    }
    if (values.length === 0) throw new NoDataError('the kernel has no pressure stall information, or it is off')
    for (const [spec, value] of values) points.single(spec, value, points.bootMs)
  }
}

/** Undefined if the kernel has none for the resource, or it is off (`psi=0`). */
function readPressure(read: () => string): string | undefined {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'EOPNOTSUPP') return undefined
    throw error
  }
}

/** Microseconds. @throws if there is no such line, or it is cut */
function parsePressureTotal(text: string, kind: 'some' | 'full'): number {
  const line = text.split('\n').find((candidate) => candidate.startsWith(`${kind} `))
  return parseNumber(/ total=(\d+)$/.exec(line ?? '')?.[1], `the total of ${kind}`)
}

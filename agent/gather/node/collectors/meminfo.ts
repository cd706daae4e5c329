import { type FamilySpec, gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { parseNumber } from '../parse-number.ts'

/** More fields are not those of a kernel. */
const MAX_FIELDS = 1_000

interface Field {
  readonly spec: FamilySpec
  /** What a unit of the file is in units of the metric. */
  readonly unit: number
}

/** Every field of /proc/meminfo. */
export const createMeminfoCollector: CollectorFactory = ({ files, paths }) => {
  /** By how lines begin and end, as `MemTotal kB`. */
  const fields = new Map<string, Field>()
  return (points) => {
    for (const [{ spec, unit }, value] of parseMeminfo(files.readAgain(`${paths.proc}/meminfo`), fields)) {
      points.single(spec, value * unit)
    }
  }
}

/** @throws if a line is cut, or is not what the kernel writes */
function parseMeminfo(text: string, known: Map<string, Field>): readonly (readonly [field: Field, value: number])[] {
  const values: [Field, number][] = []
  for (const line of text.split('\n')) {
    if (line === '') continue
    const colon = line.indexOf(':')
    const hasUnit = line.endsWith(' kB')
    const key = hasUnit ? `${line.slice(0, colon)} kB` : line.slice(0, colon)
    const field = known.get(key) ?? describeField(line, colon, hasUnit)
    if (!known.has(key)) known.set(key, field)
    if (known.size > MAX_FIELDS) throw new Error(`there are more than ${MAX_FIELDS} fields`)
    const amount = line.slice(colon + 1, hasUnit ? -3 : undefined).trim()
    values.push([field, parseNumber(amount, field.spec.name)])
  }
  if (values.length === 0) throw new Error('there is no field in it')
  return values
}

/**
 * As node_exporter names fields: with `_bytes` behind where the kernel tells kibibytes, and with an underscore for brackets:
 * `Active(anon)` is `Active_anon_bytes`.
 */
function describeField(line: string, colon: number, hasUnit: boolean): Field {
  const name = line.slice(0, colon).replace(/\((.*)\)/, '_$1')
  if (colon < 0 || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new Error(`${JSON.stringify(line.slice(0, 40))} is no field`)
  }
  const help = `Field ${name} of /proc/meminfo.`
  return hasUnit
    ? { spec: gauge(`node_memory_${name}_bytes`, help), unit: 1024 }
    : { spec: gauge(`node_memory_${name}`, help), unit: 1 }
}

import { type FamilySpec, untyped } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { createNameFilter } from '../name-filter.ts'
import { readIfThere } from '../node-files.ts'
import type { NodePoints } from '../node-points.ts'
import { parseNumber } from '../parse-number.ts'

/** More counters are not those of a kernel. */
const MAX_SPECS = 5_000

/** Counters of the network stack that the configuration wants, of /proc/net/netstat, snmp and snmp6. */
export const createNetstatCollector: CollectorFactory = ({ files, paths, config }) => {
  const isWanted = createNameFilter(config.netstat.fields)
  const specs = new Map<string, FamilySpec | undefined>()
  /** Undefined for what is not wanted. */
  const specOf = (name: string): FamilySpec | undefined => {
    if (specs.has(name) || specs.size >= MAX_SPECS) return specs.get(name)
    const spec = isWanted(name) ? untyped(`node_netstat_${name}`, `Counter ${name} of the network stack.`) : undefined
    specs.set(name, spec)
    return spec
  }
  const tables = [new NetstatTable(specOf), new NetstatTable(specOf)] as const
  return (points) => {
    const netstat = tables[0].read(files.readAgain(`${paths.net}/netstat`))
    const snmp = tables[1].read(files.readAgain(`${paths.net}/snmp`))
    // Without IPv6 there is none.
    const snmp6 = parseSnmp6(readIfThere(files, `${paths.net}/snmp6`) ?? '', specOf)
    for (const wanted of [netstat, snmp, snmp6]) write(wanted, points)
  }
}

type Value = readonly [spec: FamilySpec, value: number]
type SpecOf = (name: string) => FamilySpec | undefined

function write(values: readonly Value[], points: NodePoints): void {
  for (const [spec, value] of values) points.single(spec, value)
}

/**
 * Pairs of lines: names, then values. The names are the same in each round, so where the values stand that are wanted is
 * found out once: of 500 there are 40.
 */
class NetstatTable {
  readonly #specOf: SpecOf
  readonly #plans = new Map<string, { readonly columns: number; readonly wanted: readonly [number, FamilySpec][] }>()

  constructor(specOf: SpecOf) {
    this.#specOf = specOf
  }

  /** @throws if lines do not belong together or are cut */
  read(text: string): readonly Value[] {
    const values: Value[] = []
    const lines = text.split('\n')
    for (let line = 0; line < lines.length && lines[line] !== ''; line += 2) {
      const names = lines[line]!
      const numbers = lines[line + 1] ?? ''
      const protocol = names.slice(0, names.indexOf(':') + 1)
      if (protocol === '' || !numbers.startsWith(protocol))
        throw new Error(`the values of ${names.slice(0, 40)} are missing`)
      const plan = this.#plans.get(names) ?? this.#plan(protocol, names)
      const fields = numbers.split(' ')
      if (fields.length !== plan.columns)
        throw new Error(`${protocol} has ${plan.columns} names, ${fields.length} values`)
      for (const [column, spec] of plan.wanted) values.push([spec, parseNumber(fields[column], spec.name)])
    }
    return values
  }

  #plan(protocol: string, names: string) {
    const fields = names.split(' ')
    const wanted: [number, FamilySpec][] = []
    for (let column = 1; column < fields.length; column++) {
      const spec = this.#specOf(`${protocol.slice(0, -1)}_${fields[column]!}`)
      if (spec !== undefined) wanted.push([column, spec])
    }
    // One for each protocol, unless the file is not what it should be.
    if (this.#plans.size >= 100) this.#plans.clear()
    const plan = { columns: fields.length, wanted }
    this.#plans.set(names, plan)
    return plan
  }
}

/** Lines of a name, of which the protocol is what ends in the first 6, and a value. Others are left out. */
function parseSnmp6(text: string, specOf: SpecOf): readonly Value[] {
  const values: Value[] = []
  for (const line of text.split('\n')) {
    const [name = '', value] = line.split(/\s+/, 2)
    const six = name.indexOf('6')
    if (six < 0 || value === undefined) continue
    const spec = specOf(`${name.slice(0, six + 1)}_${name.slice(six + 1)}`)
    if (spec !== undefined) values.push([spec, parseNumber(value, name)])
  }
  return values
}

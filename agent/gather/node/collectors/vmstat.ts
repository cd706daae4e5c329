import { type FamilySpec, untyped } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { createNameFilter } from '../name-filter.ts'
import { parseNumber } from '../parse-number.ts'

const MAX_SPECS = 2_000

/** Counters of memory management that the configuration wants, of /proc/vmstat. */
export const createVmstatCollector: CollectorFactory = ({ files, paths, config }) => {
  const isWanted = createNameFilter(config.vmstat.fields)
  const specs = new Map<string, FamilySpec>()
  return (points) => {
    for (const [name, value] of parseVmstat(files.readAgain(`${paths.proc}/vmstat`), isWanted)) {
      let spec = specs.get(name)
      if (spec === undefined) {
        if (specs.size >= MAX_SPECS) continue
        spec = untyped(`node_vmstat_${name}`, `Counter ${name} of memory management.`)
        specs.set(name, spec)
      }
      points.single(spec, value)
    }
  }
}

/** @throws if a wanted counter has no number */
function parseVmstat(
  text: string,
  isWanted: (name: string) => boolean,
): readonly (readonly [name: string, value: number])[] {
  const fields: [string, number][] = []
  for (const line of text.split('\n')) {
    const space = line.indexOf(' ')
    const name = space < 0 ? line : line.slice(0, space)
    if (name === '' || !isWanted(name)) continue
    fields.push([name, parseNumber(space < 0 ? undefined : line.slice(space + 1), name)])
  }
  return fields
}

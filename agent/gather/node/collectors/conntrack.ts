import { type FamilySpec, gauge } from '../../family-spec.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { readIfThere } from '../node-files.ts'
import { parseHex, parseNumber } from '../parse-number.ts'

const ENTRIES = gauge('node_nf_conntrack_entries', 'Connections that are tracked.')
const LIMIT = gauge('node_nf_conntrack_entries_limit', 'Connections that can be tracked.')
/** Columns of /proc/net/stat/nf_conntrack. Counters, which node_exporter types as gauges. */
const STATS: readonly (readonly [column: string, spec: FamilySpec])[] = [
  ['found', gauge('node_nf_conntrack_stat_found', 'Searches that found a connection.')],
  ['invalid', gauge('node_nf_conntrack_stat_invalid', 'Packets that cannot be tracked.')],
  ['ignore', gauge('node_nf_conntrack_stat_ignore', 'Packets whose connection was known already.')],
  ['insert', gauge('node_nf_conntrack_stat_insert', 'Connections that were added.')],
  ['insert_failed', gauge('node_nf_conntrack_stat_insert_failed', 'Connections that could not be added.')],
  ['drop', gauge('node_nf_conntrack_stat_drop', 'Packets that were dropped because tracking failed.')],
  ['early_drop', gauge('node_nf_conntrack_stat_early_drop', 'Connections that went because there was no room.')],
  ['search_restart', gauge('node_nf_conntrack_stat_search_restart', 'Searches that began again.')],
]

/** The table of tracked connections of the agent's network namespace; nothing where the module is not loaded. */
export const createConntrackCollector: CollectorFactory = ({ files, paths }) => {
  const directory = `${paths.proc}/sys/net/netfilter`
  return (points) => {
    const read = (file: string) => noDataIfMissing(() => files.readAgain(`${directory}/${file}`)).trim()
    const entries = parseNumber(read('nf_conntrack_count'), 'nf_conntrack_count')
    const limit = parseNumber(read('nf_conntrack_max'), 'nf_conntrack_max')
    const stats = readIfThere(files, `${paths.net}/stat/nf_conntrack`)
    const sums = stats === undefined ? undefined : parseConntrackStats(stats)
    points.single(ENTRIES, entries)
    points.single(LIMIT, limit)
    for (const [column, spec] of STATS) {
      const sum = sums?.get(column)
      if (sum !== undefined) points.single(spec, sum)
    }
  }
}

/** A line of names, then one of hexadecimal numbers for each processor: their sums. @throws if a line is cut */
function parseConntrackStats(text: string): ReadonlyMap<string, number> {
  const [head = '', ...lines] = text.trim().split('\n')
  const names = head.trim().split(/\s+/)
  const sums = new Map<string, number>()
  for (const line of lines) {
    const fields = line.trim().split(/\s+/)
    if (fields.length < names.length) throw new Error('a line of nf_conntrack is cut')
    for (const [column, name] of names.entries()) {
      sums.set(name, (sums.get(name) ?? 0) + parseHex(fields[column], name))
    }
  }
  return sums
}

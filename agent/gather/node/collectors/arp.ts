import { gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import { createNameFilter } from '../name-filter.ts'

const ENTRIES = gauge('node_arp_entries', 'Neighbours that a network device knows by ARP.')

/** /proc/net/arp. */
export const createArpCollector: CollectorFactory = ({ files, paths, config }) => {
  const isExcluded = createNameFilter(config.netdev.device_exclude)
  const labels = keptLabels('device')
  return (points) => {
    labels.begin()
    for (const [device, entries] of countArp(files.readAgain(`${paths.net}/arp`))) {
      if (!isExcluded(device)) points.add(ENTRIES, labels.get(device), entries)
    }
  }
}

/** Entries by device. @throws if a line is cut */
function countArp(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const line of text.split('\n').slice(1)) {
    if (line === '') continue
    const fields = line.trim().split(/\s+/)
    const device = fields[5]
    if (device === undefined) throw new Error('a line of the ARP table is cut')
    counts.set(device, (counts.get(device) ?? 0) + 1)
  }
  return counts
}

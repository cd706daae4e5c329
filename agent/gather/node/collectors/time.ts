import { gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabelSets, keptLabels } from '../device-labels.ts'
import { listIfThere, readIfThere } from '../node-files.ts'

const NOW = gauge('node_time_seconds', 'The clock of the node, seconds since 1970.')
const ZONE = gauge('node_time_zone_offset_seconds', 'How far the zone of the agent is ahead of UTC.')
const AVAILABLE = gauge('node_time_clocksource_available_info', 'Clocks that the kernel can use.')
const CURRENT = gauge('node_time_clocksource_current_info', 'The clock that it uses.')
const PREFIX = 'clocksource'

/** The clock, its zone and where the kernel has the time from. */
export const createTimeCollector: CollectorFactory = ({ files, paths, clock }) => {
  const directory = `${paths.sys}/devices/system/clocksource`
  const zoneLabels = keptLabels('time_zone')
  const available = keptLabelSets([PREFIX, 'device'])
  const current = keptLabelSets([PREFIX, 'device'])
  let zone = { offset: Number.NaN, name: '' }
  return (points) => {
    const nowMs = clock.nowMs()
    points.single(NOW, nowMs / 1_000)
    const now = new Date(nowMs)
    // Not -0, which prints.
    const offset = -60 * now.getTimezoneOffset() || 0
    // The name changes when the offset does.
    if (offset !== zone.offset) zone = { offset, name: zoneName(now) }
    zoneLabels.begin()
    points.add(ZONE, zoneLabels.get(zone.name), offset)
    available.begin()
    current.begin()
    for (const name of listIfThere(files, directory)) {
      if (!name.startsWith(PREFIX)) continue
      const device = name.slice(PREFIX.length)
      const wordsOf = (file: string) => (readIfThere(files, `${directory}/${name}/${file}`) ?? '').split(/\s+/)
      for (const source of wordsOf('available_clocksource')) {
        if (source !== '') points.add(AVAILABLE, available.get(`${source}\0${device}`), 1)
      }
      for (const source of wordsOf('current_clocksource')) {
        if (source !== '') points.add(CURRENT, current.get(`${source}\0${device}`), 1)
      }
    }
  }
}

function zoneName(now: Date): string {
  const year = now.getFullYear()
  const offsets = [new Date(year, 0, 1), new Date(year, 6, 1)].map((date) => date.getTimezoneOffset())
  // Most nodes have this one, and the names of all zones take 30 ms to load.
  if (offsets.every((offset) => offset === 0)) return 'UTC'
  const parts = new Intl.DateTimeFormat('en-US', { timeZoneName: 'short' }).formatToParts(now)
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? ''
}

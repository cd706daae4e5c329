import { gauge } from '../../family-spec.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { keptLabelSets } from '../device-labels.ts'
import { readIfThere } from '../node-files.ts'
import { parseOptional } from '../parse-number.ts'

const TEMPERATURE = gauge('node_thermal_zone_temp', 'Temperature of a zone, degrees Celsius.')
const STATE = gauge('node_cooling_device_cur_state', 'How hard a cooling device works.')
const MOST = gauge('node_cooling_device_max_state', 'How hard it can work.')
const ZONE = 'thermal_zone'
const COOLING = 'cooling_device'

/** Temperatures and cooling, of /sys/class/thermal. A sensor that cannot be read just then is left out. */
export const createThermalZoneCollector: CollectorFactory = ({ files, paths }) => {
  const directory = `${paths.sys}/class/thermal`
  const zoneLabels = keptLabelSets(['type', 'zone'])
  const coolingLabels = keptLabelSets(['name', 'type'])
  return (points) => {
    zoneLabels.begin()
    coolingLabels.begin()
    for (const name of noDataIfMissing(() => files.list(directory))) {
      const read = (file: string) => readIfThere(files, `${directory}/${name}/${file}`)?.trim()
      const type = read('type')
      if (type === undefined) continue
      if (name.startsWith(ZONE)) {
        const milli = parseOptional(read('temp'))
        const labels = zoneLabels.get(`${type}\0${name.slice(ZONE.length)}`)
        if (milli !== undefined) points.add(TEMPERATURE, labels, milli / 1_000)
      } else if (name.startsWith(COOLING)) {
        const labels = coolingLabels.get(`${name.slice(COOLING.length)}\0${type}`)
        const state = parseOptional(read('cur_state'))
        const most = parseOptional(read('max_state'))
        if (state !== undefined) points.add(STATE, labels, state)
        if (most !== undefined) points.add(MOST, labels, most)
      }
    }
  }
}

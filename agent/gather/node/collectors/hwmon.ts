import { type FamilySpec, gauge } from '../../family-spec.ts'
import { type EncodedLabels, encodeLabels } from '../../labels.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { Kept } from '../kept.ts'
import { listIfThere, type NodeFiles, readIfThere } from '../node-files.ts'
import { parseOptional } from '../parse-number.ts'
import { describeSensorFile } from './hwmon-sensors.ts'

const CHIP = gauge('node_hwmon_chip_names', 'Name of a chip that has sensors, for people.')
const LABEL = gauge('node_hwmon_sensor_label', 'Name of a sensor, for people.')
/** Chips and their files are looked for in one round of so many. */
const FIND_EVERY = 30

interface Sensor {
  readonly path: string
  readonly spec: FamilySpec
  readonly factor: number
  readonly labels: EncodedLabels
}

interface Chip {
  readonly sensors: readonly Sensor[]
  /** What stays as it is, with the value 1. */
  readonly names: readonly (readonly [spec: FamilySpec, labels: EncodedLabels])[]
}

/** Sensors of /sys/class/hwmon: temperatures, fans, voltages, power. One that cannot be read just then is left out. */
export const createHwmonCollector: CollectorFactory = ({ files, paths }) => {
  const directory = `${paths.sys}/class/hwmon`
  const labels = new Kept((pairs) => encodeLabels(JSON.parse(pairs) as [string, string][]))
  let round = 0
  let chips: readonly Chip[] = []
  return (points) => {
    if (round % FIND_EVERY === 0) {
      labels.begin()
      const names = noDataIfMissing(() => files.list(directory))
      const used = new Set<string>()
      chips = names.map((name) => findChip(files, directory, name, used, (pairs) => labels.get(JSON.stringify(pairs))))
    }
    round += 1
    for (const { sensors, names } of chips) {
      for (const [spec, own] of names) points.add(spec, own, 1)
      for (const { path, spec, factor, labels: own } of sensors) {
        const value = parseOptional(readIfThere(files, path))
        if (value !== undefined) points.add(spec, own, value * factor)
      }
    }
  }
}

type Encode = (pairs: readonly (readonly [string, string])[]) => EncodedLabels

function findChip(files: NodeFiles, parent: string, name: string, used: Set<string>, encode: Encode): Chip {
  const directory = `${parent}/${name}`
  const readable = cleanName(readIfThere(files, `${directory}/name`) ?? '')
  let chip = nameOfDevice(files, directory) || readable || cleanName(name)
  // Two chips of one device would have the same series.
  if (used.has(chip)) chip = `${chip}_${cleanName(name)}`
  used.add(chip)
  const sensors: Sensor[] = []
  const names: (readonly [FamilySpec, EncodedLabels])[] = []
  if (readable !== '') names.push([CHIP, encode(pairsOf(chip, { chip_name: readable }))])
  const there = new Set<string>()
  // Old drivers have their files with the device.
  for (const place of [directory, `${directory}/device`]) {
    const entries = listIfThere(files, place)
    for (const file of entries) {
      const found = describeSensorFile(file, entries)
      if (found === undefined || there.has(file)) continue
      there.add(file)
      const { sensor, reading } = found
      if (reading !== undefined) {
        sensors.push({ path: `${place}/${file}`, ...reading, labels: encode(pairsOf(chip, { sensor })) })
        continue
      }
      const label = Buffer.from(readIfThere(files, `${place}/${file}`) ?? '', 'latin1')
        .toString()
        .trim()
      if (label !== '') names.push([LABEL, encode(pairsOf(chip, { label, sensor }))])
    }
  }
  return { sensors, names }
}

function pairsOf(chip: string, others: Readonly<Record<string, string>>): readonly (readonly [string, string])[] {
  return Object.entries({ chip, ...others }).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** The bus and the address of the device, as `platform_coretemp_0`: unlike the number of the chip they stay the same. */
function nameOfDevice(files: NodeFiles, directory: string): string {
  try {
    const [bus = '', device = ''] = files.realPath(`${directory}/device`).split('/').slice(-2)
    return [cleanName(bus), cleanName(device)].filter((part) => part !== '').join('_')
  } catch {
    return ''
  }
}

function cleanName(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replace(/[^a-z0-9:_]/g, '_')
    .replace(/^_+|_+$/g, '')
}

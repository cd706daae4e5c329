import { type FamilySpec, gauge } from '../../family-spec.ts'
import { type EncodedLabels, encodeLabels } from '../../labels.ts'
import { Kept } from '../kept.ts'
import { type NodeFiles, readIfThere } from '../node-files.ts'
import type { NodePoints } from '../node-points.ts'
import { parseOptional } from '../parse-number.ts'

const INFO = gauge('node_disk_info', 'Model, serial number and path of a disk, as udev knows them.')
const FILESYSTEM = gauge('node_disk_filesystem_info', 'File system on a disk, as udev knows it.')
const MAPPER = gauge('node_disk_device_mapper_info', 'Name and volume of a device of the device mapper.')
const ATA: readonly (readonly [property: string, spec: FamilySpec])[] = [
  ['ID_ATA_WRITE_CACHE', gauge('node_disk_ata_write_cache', 'Whether an ATA disk has a write cache.')],
  ['ID_ATA_WRITE_CACHE_ENABLED', gauge('node_disk_ata_write_cache_enabled', 'Whether its write cache is in use.')],
  ['ID_ATA_ROTATION_RATE_RPM', gauge('node_disk_ata_rotation_rate_rpm', 'Turns in a minute; 0 for an SSD.')],
]
/** What udev knows is read again after so many rounds: it seldom changes, and never for most disks. */
const READ_EVERY = 30

type Point = readonly [spec: FamilySpec, labels: EncodedLabels, value: number]

interface Known {
  text: string | undefined
  points: readonly Point[]
  round: number
}

interface Disk {
  readonly device: string
  readonly major: string
  readonly minor: string
}

/** What udev knows of disks (`/run/udev/data`); where it is not there, all of it is empty. */
export function createDiskInfo(files: NodeFiles, udevData: string) {
  const known = new Kept<Known>(() => ({ text: undefined, points: [], round: -READ_EVERY }))
  let round = 0
  return (disks: readonly Disk[], points: NodePoints): void => {
    round += 1
    known.begin()
    for (const disk of disks) {
      const entry = known.get(`${disk.device}\0${disk.major}\0${disk.minor}`)
      if (round - entry.round >= READ_EVERY) {
        const text =
          (udevData === '' ? undefined : readIfThere(files, `${udevData}/b${disk.major}:${disk.minor}`)) ?? ''
        if (text !== entry.text) entry.points = describe(disk, parseUdev(text))
        entry.text = text
        entry.round = round
      }
      for (const [spec, labels, value] of entry.points) points.add(spec, labels, value)
    }
  }
}

function describe({ device, major, minor }: Disk, properties: ReadonlyMap<string, string>): readonly Point[] {
  const of = (name: string) => properties.get(name) ?? ''
  const points: Point[] = [
    [
      INFO,
      encodeLabels([
        ['device', device],
        ['major', major],
        ['minor', minor],
        ['model', of('ID_MODEL')],
        ['path', of('ID_PATH')],
        ['revision', of('ID_REVISION')],
        ['serial', of('SCSI_IDENT_SERIAL') || of('ID_SERIAL_SHORT') || of('ID_SERIAL')],
        ['wwn', of('ID_WWN')],
      ]),
      1,
    ],
  ]
  if (of('ID_FS_TYPE') !== '') {
    const labels = encodeLabels([
      ['device', device],
      ['type', of('ID_FS_TYPE')],
      ['usage', of('ID_FS_USAGE')],
      ['uuid', of('ID_FS_UUID')],
      ['version', of('ID_FS_VERSION')],
    ])
    points.push([FILESYSTEM, labels, 1])
  }
  if (of('DM_NAME') !== '') {
    const labels = encodeLabels([
      ['device', device],
      ['lv_layer', of('DM_LV_LAYER')],
      ['lv_name', of('DM_LV_NAME')],
      ['name', of('DM_NAME')],
      ['uuid', of('DM_UUID')],
      ['vg_name', of('DM_VG_NAME')],
    ])
    points.push([MAPPER, labels, 1])
  }
  if (of('ID_ATA') !== '') {
    const labels = encodeLabels([['device', device]])
    for (const [property, spec] of ATA) {
      const value = parseOptional(properties.get(property))
      if (value !== undefined) points.push([spec, labels, value])
    }
  }
  return points
}

/** Lines `E:NAME=value` of a file of udev's database. */
function parseUdev(text: string): ReadonlyMap<string, string> {
  const properties = new Map<string, string>()
  for (const line of text.split('\n')) {
    const equals = line.indexOf('=')
    if (line.startsWith('E:') && equals > 0) properties.set(line.slice(2, equals), line.slice(equals + 1))
  }
  return properties
}

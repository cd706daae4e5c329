import { counter, type FamilySpec, gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import { createNameFilter } from '../name-filter.ts'
import { parseNumber } from '../parse-number.ts'
import { createDiskInfo } from './disk-info.ts'

const SECTOR_BYTES = 512
const SECONDS_PER_MILLISECOND = 1 / 1000

/** Columns behind the name of the device, what they count, and of what. */
const COLUMNS: readonly (readonly [spec: FamilySpec, unit: number])[] = [
  [counter('node_disk_reads_completed_total', 'Reads that were completed.'), 1],
  [counter('node_disk_reads_merged_total', 'Reads that were done together with another.'), 1],
  [counter('node_disk_read_bytes_total', 'Bytes that were read.'), SECTOR_BYTES],
  [counter('node_disk_read_time_seconds_total', 'Time that all reads took together.'), SECONDS_PER_MILLISECOND],
  [counter('node_disk_writes_completed_total', 'Writes that were completed.'), 1],
  [counter('node_disk_writes_merged_total', 'Writes that were done together with another.'), 1],
  [counter('node_disk_written_bytes_total', 'Bytes that were written.'), SECTOR_BYTES],
  [counter('node_disk_write_time_seconds_total', 'Time that all writes took together.'), SECONDS_PER_MILLISECOND],
  [gauge('node_disk_io_now', 'Reads and writes under way.'), 1],
  [counter('node_disk_io_time_seconds_total', 'Time with reads or writes under way.'), SECONDS_PER_MILLISECOND],
  [
    counter('node_disk_io_time_weighted_seconds_total', 'Time under way, times the reads and writes under way.'),
    SECONDS_PER_MILLISECOND,
  ],
  [counter('node_disk_discards_completed_total', 'Discards that were completed.'), 1],
  [counter('node_disk_discards_merged_total', 'Discards that were done together with another.'), 1],
  [counter('node_disk_discarded_sectors_total', 'Sectors of 512 bytes that were discarded.'), 1],
  [counter('node_disk_discard_time_seconds_total', 'Time that all discards took.'), SECONDS_PER_MILLISECOND],
  [counter('node_disk_flush_requests_total', 'Flushes that were completed.'), 1],
  [counter('node_disk_flush_requests_time_seconds_total', 'Time that all flushes took.'), SECONDS_PER_MILLISECOND],
]
/** Kernels before 4.18 have no more. */
const FEWEST_COLUMNS = 11

interface Disk {
  readonly device: string
  readonly major: string
  readonly minor: string
  /** As many as the kernel has, in its units. */
  readonly values: readonly number[]
}

/** /proc/diskstats, and what udev knows of the disks. */
export const createDiskstatsCollector: CollectorFactory = ({ files, paths, config }) => {
  const isExcluded = createNameFilter(config.diskstats.device_exclude)
  const labels = keptLabels('device')
  const addInfo = createDiskInfo(files, paths.udevData)
  return (points) => {
    const disks = parseDiskstats(files.readAgain(`${paths.proc}/diskstats`), isExcluded)
    labels.begin()
    for (const { device, values } of disks) {
      const device_ = labels.get(device)
      for (const [index, value] of values.entries()) {
        const [spec, unit] = COLUMNS[index]!
        points.add(spec, device_, value * unit)
      }
    }
    addInfo(disks, points)
  }
}

/** @throws if a line is cut or has what is no number */
function parseDiskstats(text: string, isExcluded: (device: string) => boolean): readonly Disk[] {
  const disks = new Map<string, Disk>()
  for (const line of text.split('\n')) {
    const fields = line.trim().split(/ +/)
    const [major = '', minor = '', device] = fields
    if (line === '') continue
    if (device === undefined) throw new Error(`a line is cut: ${JSON.stringify(line.slice(0, 40))}`)
    if (isExcluded(device)) continue
    const columns = Math.min(fields.length - 3, COLUMNS.length)
    if (columns < FEWEST_COLUMNS) throw new Error(`the line of ${device} is cut`)
    const values: number[] = []
    for (let column = 0; column < columns; column++) {
      values.push(parseNumber(fields[column + 3], `column ${column + 4} of ${device}`))
    }
    disks.set(device, { device, major, minor, values })
  }
  return [...disks.values()]
}

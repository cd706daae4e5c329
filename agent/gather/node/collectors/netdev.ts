import { counter, type FamilySpec } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import { createNameFilter } from '../name-filter.ts'
import { readIfThere } from '../node-files.ts'
import { parseNumber, parseOptional } from '../parse-number.ts'

/** Columns of /proc/net/dev, in their order. */
const COLUMNS: readonly FamilySpec[] = [
  counter('node_network_receive_bytes_total', 'Bytes that a network device received.'),
  counter('node_network_receive_packets_total', 'Packets that a network device received.'),
  counter('node_network_receive_errs_total', 'Packets that were received with an error.'),
  counter('node_network_receive_drop_total', 'Received packets that were dropped.'),
  counter('node_network_receive_fifo_total', 'Received packets that found a buffer full.'),
  counter('node_network_receive_frame_total', 'Received packets whose frame was damaged.'),
  counter('node_network_receive_compressed_total', 'Compressed packets that were received.'),
  counter('node_network_receive_multicast_total', 'Packets to many that were received.'),
  counter('node_network_transmit_bytes_total', 'Bytes that a network device sent.'),
  counter('node_network_transmit_packets_total', 'Packets that a network device sent.'),
  counter('node_network_transmit_errs_total', 'Packets that could not be sent.'),
  counter('node_network_transmit_drop_total', 'Packets that were dropped in place of being sent.'),
  counter('node_network_transmit_fifo_total', 'Packets to be sent that found a buffer full.'),
  counter('node_network_transmit_colls_total', 'Collisions while sending.'),
  counter('node_network_transmit_carrier_total', 'Packets that could not be sent because the line was bad.'),
  counter('node_network_transmit_compressed_total', 'Compressed packets that were sent.'),
]
const NO_HANDLER = counter(
  'node_network_receive_nohandler_total',
  'Received packets that were dropped because nobody wants such.',
)

/** Counters of network devices, of /proc/net/dev. */
export const createNetdevCollector: CollectorFactory = ({ files, paths, config }) => {
  const isExcluded = createNameFilter(config.netdev.device_exclude)
  const labels = keptLabels('device')
  return (points) => {
    const devices = parseNetDev(files.readAgain(`${paths.net}/dev`), isExcluded)
    labels.begin()
    for (const [device, values] of devices) {
      const device_ = labels.get(device)
      for (const [column, spec] of COLUMNS.entries()) points.add(spec, device_, values[column]!)
      // The only one that this file does not have.
      const path = `${paths.sys}/class/net/${device}/statistics/rx_nohandler`
      const unhandled = parseOptional(readIfThere(files, path))
      if (unhandled !== undefined) points.add(NO_HANDLER, device_, unhandled)
    }
  }
}

/**
 * The columns of each device. Between the colon and the first number there may be no space: old kernels leave none for
 * large numbers. Names have no space, but may have a colon (`eth0:1`).
 *
 * @throws if a line is cut
 */
function parseNetDev(text: string, isExcluded: (device: string) => boolean): ReadonlyMap<string, readonly number[]> {
  const lines = text.split('\n')
  if (!lines[1]?.includes('|')) throw new Error('it does not begin as /proc/net/dev does')
  const devices = new Map<string, readonly number[]>()
  for (const line of lines.slice(2)) {
    if (line === '') continue
    const colon = line.lastIndexOf(':')
    if (colon < 0) throw new Error(`a line is cut: ${JSON.stringify(line.slice(0, 40))}`)
    const device = line.slice(0, colon).trim()
    if (isExcluded(device)) continue
    const fields = line
      .slice(colon + 1)
      .trim()
      .split(/ +/)
    if (fields.length < COLUMNS.length) throw new Error(`the line of ${device} is cut`)
    devices.set(
      device,
      COLUMNS.map((_, column) => parseNumber(fields[column], `column ${column + 1} of ${device}`)),
    )
  }
  return devices
}

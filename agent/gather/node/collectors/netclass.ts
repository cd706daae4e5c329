import { counter, type FamilySpec, gauge } from '../../family-spec.ts'
import { type EncodedLabels, encodeLabels } from '../../labels.ts'
import { type CollectorContext, type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { Kept } from '../kept.ts'
import { createNameFilter } from '../name-filter.ts'
import { readIfThere } from '../node-files.ts'
import { parseOptional } from '../parse-number.ts'

const UP = gauge('node_network_up', 'Whether a network device is up.')
const INFO = gauge('node_network_info', 'Address and state of a network device.')
const SPEED = gauge('node_network_speed_bytes', 'Speed of a network device, bytes in a second.')
/** A megabit in bytes. */
const MEGABIT_BYTES = 125_000
/** Files that hold one number, which is the value. What a device does not have cannot be read, and is left out. */
const NUMBERS: readonly (readonly [file: string, spec: FamilySpec])[] = [
  ['addr_assign_type', gauge('node_network_address_assign_type', 'Where the address of a network device is from.')],
  ['carrier', gauge('node_network_carrier', 'Whether a network device has a carrier.')],
  ['carrier_changes', counter('node_network_carrier_changes_total', 'Times that the carrier came or went.')],
  ['carrier_up_count', counter('node_network_carrier_up_changes_total', 'Times that the carrier came.')],
  ['carrier_down_count', counter('node_network_carrier_down_changes_total', 'Times that the carrier went.')],
  ['dev_id', gauge('node_network_device_id', 'Tells network devices apart that share an address.')],
  ['dormant', gauge('node_network_dormant', 'Whether a network device waits for something.')],
  ['flags', gauge('node_network_flags', 'Flags of a network device, as in linux/if.h.')],
  ['ifindex', gauge('node_network_iface_id', 'Number of a network device.')],
  ['iflink', gauge('node_network_iface_link', 'Number of the network device that it is on; its own if on none.')],
  ['link_mode', gauge('node_network_iface_link_mode', 'Mode of the link.')],
  ['mtu', gauge('node_network_mtu_bytes', 'Largest packet that a network device sends.')],
  ['name_assign_type', gauge('node_network_name_assign_type', 'Where the name of a network device is from.')],
  ['netdev_group', gauge('node_network_net_dev_group', 'Group of a network device.')],
  ['tx_queue_len', gauge('node_network_transmit_queue_length', 'Packets that may wait to be sent.')],
  ['type', gauge('node_network_protocol_type', 'Kind of a network device, as in linux/if_arp.h.')],
]

interface Device {
  readonly labels: EncodedLabels
  /** Address and state when they were last read, and the labels of those. */
  info: string
  infoLabels: EncodedLabels
}

/** What /sys/class/net knows of network devices. */
export const createNetclassCollector: CollectorFactory = ({ files, paths, config }: CollectorContext) => {
  const isIgnored = createNameFilter(config.netclass.ignored_devices)
  const directory = `${paths.sys}/class/net`
  const devices = new Kept<Device>((name) => {
    const labels = encodeLabels([['device', name]])
    return { labels, info: '', infoLabels: labels }
  })
  return (points) => {
    const names = noDataIfMissing(() => files.list(directory))
    devices.begin()
    for (const name of names) {
      if (isIgnored(name)) continue
      const textOf = (file: string) => readIfThere(files, `${directory}/${name}/${file}`)?.trim()
      const operstate = textOf('operstate')
      // bonding_masters is a file among the directories, and devices go while they are read.
      if (operstate === undefined) continue
      const device = devices.get(name)
      points.add(UP, device.labels, operstate === 'up' ? 1 : 0)
      points.add(INFO, infoLabels(device, name, operstate, textOf), 1)
      for (const [file, spec] of NUMBERS) {
        const value = parseOptional(textOf(file))
        if (value !== undefined) points.add(spec, device.labels, value)
      }
      const speed = parseOptional(textOf('speed'))
      // Drivers that don't know tell -1; node_exporter passes it on, and dashboards filter it.
      if (speed !== undefined) points.add(SPEED, device.labels, speed * MEGABIT_BYTES)
    }
  }
}

function infoLabels(
  device: Device,
  name: string,
  operstate: string,
  textOf: (file: string) => string | undefined,
): EncodedLabels {
  const address = textOf('address') ?? ''
  const broadcast = textOf('broadcast') ?? ''
  const duplex = textOf('duplex') ?? ''
  // The only one that people write.
  const ifalias = Buffer.from(textOf('ifalias') ?? '', 'latin1').toString()
  const info = [address, broadcast, duplex, ifalias, operstate].join('\0')
  if (info !== device.info) {
    device.info = info
    device.infoLabels = encodeLabels([
      ['address', address],
      ['broadcast', broadcast],
      ['device', name],
      ['duplex', duplex],
      ['ifalias', ifalias],
      ['operstate', operstate],
    ])
  }
  return device.infoLabels
}

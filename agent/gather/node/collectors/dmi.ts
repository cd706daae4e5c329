import { gauge } from '../../family-spec.ts'
import { encodeLabels } from '../../labels.ts'
import { type CollectorFactory, NoDataError } from '../collector.ts'
import { listIfThere, readIfThere } from '../node-files.ts'

const INFO = gauge('node_dmi_info', 'Maker, model and firmware of the machine.')
/** Files of /sys/class/dmi/id by label, in the order of the labels; root alone may read serial numbers. */
const FILES = {
  bios_date: 'bios_date',
  bios_release: 'bios_release',
  bios_vendor: 'bios_vendor',
  bios_version: 'bios_version',
  board_asset_tag: 'board_asset_tag',
  board_name: 'board_name',
  board_serial: 'board_serial',
  board_vendor: 'board_vendor',
  board_version: 'board_version',
  chassis_asset_tag: 'chassis_asset_tag',
  chassis_serial: 'chassis_serial',
  chassis_vendor: 'chassis_vendor',
  chassis_version: 'chassis_version',
  product_family: 'product_family',
  product_name: 'product_name',
  product_serial: 'product_serial',
  product_sku: 'product_sku',
  product_uuid: 'product_uuid',
  product_version: 'product_version',
  system_vendor: 'sys_vendor',
} as const

/** What the firmware says of the machine. Labels are those that it has: read once, because it does not change. */
export const createDmiCollector: CollectorFactory = ({ files, paths }) => {
  const directory = `${paths.sys}/class/dmi/id`
  let labels: ReturnType<typeof encodeLabels> | undefined
  return (points) => {
    if (labels === undefined) {
      if (listIfThere(files, directory).length === 0) throw new NoDataError('the machine has no DMI')
      const values = Object.entries(FILES).flatMap(([label, file]) => {
        const text = readIfThere(files, `${directory}/${file}`)
        return text === undefined ? [] : [[label, Buffer.from(text.trim(), 'latin1').toString()] as const]
      })
      labels = encodeLabels(values)
    }
    points.add(INFO, labels, 1)
  }
}

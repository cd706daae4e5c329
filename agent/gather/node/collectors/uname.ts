import { gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabelSets } from '../device-labels.ts'

const INFO = gauge('node_uname_info', 'Kernel and name of the node, as uname tells them.')
/** Files of /proc/sys/kernel by label, in the order of the labels; the machine is none of them on most kernels. */
const FILES = {
  domainname: 'domainname',
  machine: undefined,
  nodename: 'hostname',
  release: 'osrelease',
  sysname: 'ostype',
  version: 'version',
} as const

/** uname(2), of /proc/sys/kernel. */
export const createUnameCollector: CollectorFactory = ({ files, paths, machine }) => {
  const labels = keptLabelSets(Object.keys(FILES))
  return (points) => {
    const values = Object.values(FILES).map((file) =>
      file === undefined ? machine : files.readAgain(`${paths.proc}/sys/kernel/${file}`).trim(),
    )
    labels.begin()
    points.add(INFO, labels.get(values.join('\0')), 1)
  }
}

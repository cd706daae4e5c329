import { gauge } from '../../family-spec.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { keptLabels } from '../device-labels.ts'
import { readIfThere } from '../node-files.ts'

const SLAVES = gauge('node_bonding_slaves', 'Network devices that are bonded.')
const ACTIVE = gauge('node_bonding_active', 'Those of them that are up.')

/** Bonded network devices, of /sys/class/net/bonding_masters; nothing where the module is not loaded. */
export const createBondingCollector: CollectorFactory = ({ files, paths }) => {
  const directory = `${paths.sys}/class/net`
  const labels = keptLabels('master')
  return (points) => {
    const masters = noDataIfMissing(() => files.readAgain(`${directory}/bonding_masters`))
    labels.begin()
    for (const master of masters.split(/\s+/)) {
      if (master === '') continue
      const slaves = (readIfThere(files, `${directory}/${master}/bonding/slaves`) ?? '').split(/\s+/).filter(Boolean)
      const active = slaves.filter((slave) => {
        const state =
          readIfThere(files, `${directory}/${master}/lower_${slave}/bonding_slave/mii_status`) ??
          readIfThere(files, `${directory}/${master}/slave_${slave}/bonding_slave/mii_status`)
        return state?.trim() === 'up'
      })
      points.add(SLAVES, labels.get(master), slaves.length)
      points.add(ACTIVE, labels.get(master), active.length)
    }
  }
}

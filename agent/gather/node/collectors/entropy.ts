import { gauge } from '../../family-spec.ts'
import { type CollectorFactory, noDataIfMissing } from '../collector.ts'
import { parseNumber } from '../parse-number.ts'

const AVAILABLE = gauge('node_entropy_available_bits', 'Entropy that the kernel has gathered.')
const POOL = gauge('node_entropy_pool_size_bits', 'Entropy that it can have.')

/** /proc/sys/kernel/random. */
export const createEntropyCollector: CollectorFactory = ({ files, paths }) => {
  const directory = `${paths.proc}/sys/kernel/random`
  return (points) => {
    const read = (file: string) =>
      parseNumber(noDataIfMissing(() => files.readAgain(`${directory}/${file}`)).trim(), file)
    const available = read('entropy_avail')
    const pool = read('poolsize')
    points.single(AVAILABLE, available)
    points.single(POOL, pool)
  }
}

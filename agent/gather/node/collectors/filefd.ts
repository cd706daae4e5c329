import { gauge } from '../../family-spec.ts'
import type { CollectorFactory } from '../collector.ts'
import { parseNumber } from '../parse-number.ts'

const ALLOCATED = gauge('node_filefd_allocated', 'Files that are open on the node.')
const MAXIMUM = gauge('node_filefd_maximum', 'Files that can be open on the node.')

/** /proc/sys/fs/file-nr: in use, free (always 0), the most. */
export const createFilefdCollector: CollectorFactory = ({ files, paths }) => {
  return (points) => {
    const fields = files.readAgain(`${paths.proc}/sys/fs/file-nr`).trim().split(/\s+/)
    const allocated = parseNumber(fields[0], 'the number of open files')
    const maximum = parseNumber(fields[2], 'the most files')
    points.single(ALLOCATED, allocated)
    points.single(MAXIMUM, maximum)
  }
}

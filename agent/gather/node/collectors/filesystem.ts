import { type FamilySpec, gauge } from '../../family-spec.ts'
import type { EncodedLabels } from '../../labels.ts'
import type { CollectorFactory } from '../collector.ts'
import { keptLabelSets } from '../device-labels.ts'
import { type Mount, parseMountTable } from '../mount-table.ts'
import { createNameFilter } from '../name-filter.ts'
import type { NodeFiles } from '../node-files.ts'
import type { FsStats } from '../statfs.ts'

const ERROR = gauge('node_filesystem_device_error', 'Whether it could not be learnt how full a file system is.')
const READ_ONLY = gauge('node_filesystem_readonly', 'Whether a file system is mounted read-only.')
const VALUES: readonly (readonly [spec: FamilySpec, value: (stats: FsStats) => number])[] = [
  [gauge('node_filesystem_size_bytes', 'Size of a file system.'), (stats) => stats.blocks * stats.blockBytes],
  [gauge('node_filesystem_free_bytes', 'Space that is free.'), (stats) => stats.free * stats.blockBytes],
  [
    gauge('node_filesystem_avail_bytes', 'Space that is free for users other than root.'),
    (stats) => stats.available * stats.blockBytes,
  ],
  [gauge('node_filesystem_files', 'Files that a file system can have.'), (stats) => stats.files],
  [gauge('node_filesystem_files_free', 'Files that it can have yet.'), (stats) => stats.filesFree],
]
/** Most file systems that are asked. */
const MAX_MOUNTS = 2_000

/** A file system that is asked. */
interface Asked {
  readonly path: Buffer
  readonly fstype: string
  readonly isReadOnly: boolean
  /** Values of its labels, with NULs between. */
  readonly key: string
}

/** How full file systems are, as the node's first process sees them. */
export const createFilesystemCollector: CollectorFactory = ({ files, paths, config, mounts: probe }) => {
  const isExcluded = createNameFilter(config.filesystem.mount_points_exclude)
  const isExcludedType = createNameFilter(config.filesystem.fs_types_exclude)
  const labels = keptLabelSets(['device', 'fstype', 'mountpoint'])
  let table = ''
  let asked: readonly Asked[] = []
  return async (points) => {
    const text = readMountTable(files, paths.proc)
    // Mounts change seldom, and the table of a node with many pods is long.
    if (text !== table) {
      const mounts = parseMountTable(text)
      asked = choose(mounts, paths.root, (path, fstype) => !isExcluded(path) && !isExcludedType(fstype))
      table = text
    }
    const stats = await probe.measure(asked)
    labels.begin()
    for (const [index, { key, isReadOnly }] of asked.entries()) {
      const own: EncodedLabels = labels.get(key)
      const known = stats[index]
      points.add(ERROR, own, known === undefined ? 1 : 0)
      if (known === undefined) continue
      points.add(READ_ONLY, own, isReadOnly ? 1 : 0)
      for (const [spec, value] of VALUES) points.add(spec, own, value(known))
    }
  }
}

/** The first process sees the mounts of the node; if it may not be asked, the agent's own have to do. */
function readMountTable(files: NodeFiles, proc: string): string {
  try {
    return files.readAgain(`${proc}/1/mountinfo`)
  } catch {
    return files.readAgain(`${proc}/self/mountinfo`)
  }
}

/**
 * Those that are wanted, each once: what is mounted over itself has the same labels. A mount below `root` is known by its path on the node,
 * and asked where this process sees it.
 */
function choose(
  mounts: readonly Mount[],
  root: string,
  isWanted: (path: string, fstype: string) => boolean,
): readonly Asked[] {
  const chosen = new Map<string, Asked>()
  const prefix = Buffer.from(root)
  for (const { device, fstype, path, isReadOnly } of mounts) {
    const onNode = stripRoot(path, prefix)
    const mountpoint = onNode.toString()
    if (!isWanted(mountpoint, fstype)) continue
    const key = [device, fstype, mountpoint].join('\0')
    chosen.set(key, { path: Buffer.concat([prefix, onNode]), fstype, isReadOnly, key })
    if (chosen.size > MAX_MOUNTS) throw new Error(`more than ${MAX_MOUNTS} file systems are left after exclusions`)
  }
  return [...chosen.values()]
}

function stripRoot(path: Buffer, root: Buffer): Buffer {
  if (root.length === 0 || !path.subarray(0, root.length).equals(root)) return path
  if (path.length === root.length) return Buffer.from('/')
  return path[root.length] === 0x2f ? path.subarray(root.length) : path
}

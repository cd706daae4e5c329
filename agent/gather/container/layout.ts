import { isRootOfPods } from './group-name.ts'
import type { SyncFiles } from './sync-files.ts'

/** cgroup v1 has a tree for each of them; v2 one for all. */
export type Controller = 'cpu' | 'cpuacct' | 'memory' | 'blkio' | 'pids' | 'hugetlb' | 'unified'

/** Where the groups of a node are. */
export interface Layout {
  readonly version: 1 | 2
  /** Where the tree of a controller is mounted; undefined if it is not. */
  directoryOf(controller: Controller): string | undefined
  /** The tree that is walked: all controllers have the same groups. */
  readonly walked: string
}

/** Names of mounts by controller, as distributions have them. */
const MOUNTS: Readonly<Record<Controller, readonly string[]>> = {
  cpu: ['cpu', 'cpu,cpuacct', 'cpuacct,cpu'],
  cpuacct: ['cpuacct', 'cpu,cpuacct', 'cpuacct,cpu'],
  memory: ['memory'],
  blkio: ['blkio'],
  pids: ['pids'],
  hugetlb: ['hugetlb'],
  /** Beside the others: where a hybrid set-up has pressure. */
  unified: ['unified'],
}
const WALKED = ['memory', 'cpuacct', 'cpu', 'pids'] as const

/** What is mounted at a place; undefined if it is no cgroup file system. */
export function findLayout(root: string, files: SyncFiles): Layout | undefined {
  const names = listDirectory(files, root)
  if (names.includes('cgroup.controllers')) return { version: 2, walked: root, directoryOf: () => root }
  const present = new Set(names)
  const mounts = new Map<Controller, string>()
  for (const [controller, candidates] of Object.entries(MOUNTS)) {
    const name = candidates.find((candidate) => present.has(candidate))
    if (name !== undefined) mounts.set(controller as Controller, `${root}/${name}`)
  }
  const walked = WALKED.map((controller) => mounts.get(controller)).find((directory) => directory !== undefined)
  if (walked === undefined) return undefined
  return { version: 1, walked, directoryOf: (controller) => mounts.get(controller) }
}

/** kind has `system.slice/docker-<id>.scope/kubelet.slice/kubelet-kubepods.slice`. */
const MAX_DEPTH = 5
/** A node has some hundreds of services. */
const MAX_DIRECTORIES = 4096

/** The groups that hold all pods, as paths from the root of the tree. There are several where nodes run in containers. */
export function findRootsOfPods({ walked }: Layout, files: SyncFiles): readonly string[] {
  const found: string[] = []
  let level = ['']
  let looked = 0
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth++) {
    const below: string[] = []
    for (const path of level) {
      if (looked++ >= MAX_DIRECTORIES) return found
      for (const name of listDirectory(files, walked + path)) {
        if (isRootOfPods(name)) found.push(`${path}/${name}`)
        else if (mayHoldRoots(name)) below.push(`${path}/${name}`)
      }
    }
    level = below
  }
  return found
}

/** Files of groups have a dot too, but end otherwise than groups of systemd. */
function mayHoldRoots(name: string): boolean {
  return name.endsWith('.slice') || name.endsWith('.scope') || name.endsWith('.service') || !name.includes('.')
}

/** Names in a directory; none if it can't be read, be it that it is gone. */
export function listDirectory(files: SyncFiles, path: string): readonly string[] {
  try {
    return files.readdirSync(path)
  } catch {
    return []
  }
}

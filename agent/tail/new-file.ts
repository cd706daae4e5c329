import { statSync } from 'node:fs'
import { join } from 'node:path'
import type { ContainerLog } from './container-log.ts'

/**
 * Whether a log's directory has a file that is not known: behind the name that the runtime writes to, after a rotation,
 * or of the container's next run. A directory that is too busy for events tells nothing of it.
 */
export function hasNewFile(log: ContainerLog): boolean {
  return isRotated(log) || isNextRunNew(log)
}

function isRotated(log: ContainerLog): boolean {
  const inode = inodeOf(join(log.directory, log.liveName))
  if (inode === undefined || inode === log.lookedUpInode) return false
  log.lookedUpInode = inode
  return log.files.every((file) => file.inode !== inode)
}

function isNextRunNew(log: ContainerLog): boolean {
  if (log.nextRunName === undefined) return false
  const inode = inodeOf(join(log.directory, log.nextRunName))
  if (inode === undefined || inode === log.nextRunInode) return false
  log.nextRunInode = inode
  return true
}

/** The inode that a name stands for; undefined if that cannot be found out, of which discovery tells. */
function inodeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.ino
  } catch {
    return undefined
  }
}

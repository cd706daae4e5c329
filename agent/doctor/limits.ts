import { watch } from 'node:fs'
import { systemErrorCode } from '#lib/errors.ts'
import { type Finding, ok, warn } from '#lib/finding.ts'
import type { LogTree } from './log-tree.ts'
import { readNumber, type System } from './system.ts'

const WATCHES = '/proc/sys/fs/inotify/max_user_watches'
const INSTANCES = '/proc/sys/fs/inotify/max_user_instances'
/** Sockets, checkpoints, standard streams, what Node has. */
const OTHER_FILES = 64

/** Whether directories can be watched. Where they cannot they are polled: lines come later, none is lost. */
export function checkInotify(root: string, tree: LogTree, system: System): Finding {
  const needed = 1 + tree.pods.length + tree.containers
  const watches = readNumber(system, WATCHES)
  const instances = readNumber(system, INSTANCES)
  const refused = tryWatch(root)
  if (refused === 'EMFILE') {
    return warn(
      'inotify',
      `this user has no inotify instance left (fs.inotify.max_user_instances is ${instances ?? 'unknown'}); directories are polled`,
      'Raise it on the node: `sysctl -w fs.inotify.max_user_instances=1024`, and in /etc/sysctl.d to keep it.',
    )
  }
  if (refused !== undefined && refused !== 'ENOSPC') {
    return warn('inotify', `cannot watch ${root} (${refused}); directories are polled`, 'Check the mount below it.')
  }
  if (refused === 'ENOSPC' || (watches !== undefined && needed > watches)) {
    return warn(
      'inotify',
      `${needed} directories are to be watched, fs.inotify.max_user_watches is ${watches ?? 'unknown'} for all of this user's processes; those beyond it are polled`,
      `Raise it on the node: \`sysctl -w fs.inotify.max_user_watches=${Math.max(524_288, 4 * needed)}\`, and in /etc/sysctl.d to keep it.`,
    )
  }
  return ok('inotify', `${needed} of ${watches ?? 'unknown'} watches, 1 of ${instances ?? 'unknown'} instances`)
}

/** Why a directory cannot be watched, or undefined if it can. */
function tryWatch(directory: string): string | undefined {
  try {
    watch(directory, { persistent: false })
      .on('error', () => {})
      .close()
    return undefined
  } catch (error) {
    return systemErrorCode(error) || 'unknown'
  }
}

/** Whether all log files can be held open at once, as many as there are now and twice as many. */
export function checkOpenFiles(tree: LogTree, system: System): Finding {
  const needed = tree.files + OTHER_FILES
  const row = /^Max open files\s+(\S+)/m.exec(system.read('/proc/self/limits') ?? '')?.[1] ?? 'unlimited'
  const limit = row === 'unlimited' ? Number.POSITIVE_INFINITY : Number(row)
  const message = `${needed} are needed for the log files there are now, the limit is ${row}`
  if (2 * needed <= limit) return ok('open-files', message)
  return warn(
    'open-files',
    message,
    `Raise it to ${Math.max(65_536, 4 * needed)} at least (LimitNOFILE= of the service or of the container runtime). Files beyond it are not read until others are closed.`,
  )
}

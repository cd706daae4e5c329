import { linkSync, realpathSync, statfsSync, unlinkSync } from 'node:fs'
import { join } from 'node:path'
import { formatBytes } from '#lib/bytes.ts'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { type Finding, ok, warn } from '#lib/finding.ts'
import type { AgentConfig } from '../config.ts'
import { spoolDirectory } from '../pipeline.ts'
import type { LogTree } from './log-tree.ts'
import { nearestAncestor } from './state-directory.ts'

const CHECK = 'spool'

/** Whether log files can be linked to where the kubelet does not delete them. Leaves nothing behind. */
export function checkSpool(config: AgentConfig, { sample }: LogTree): readonly Finding[] {
  if (config.logs.spool.mode === 'off') {
    return [ok(CHECK, 'switched off: descriptors hold what is deleted before it is delivered')]
  }
  if (sample === undefined) return []
  const directory = spoolDirectory(config)
  const nearest = nearestAncestor(directory)
  try {
    const probe = join(nearest, `.doctor-${process.pid}`)
    // As the agent does it: under Docker the file itself is elsewhere.
    linkSync(realpathSync(sample), probe)
    unlinkSync(probe)
  } catch (error) {
    return [warn(CHECK, `cannot link log files into ${directory}: ${messageOf(error)}`, cureOf(systemErrorCode(error)))]
  }
  const { bavail, bsize } = statfsSync(nearest)
  const { max_bytes: maxBytes, min_free_bytes: minFreeBytes } = config.logs.spool
  const message = `${directory}: links can be made, for up to ${formatBytes(maxBytes)} of deleted files`
  if (bavail * bsize >= minFreeBytes) return [ok(CHECK, message)]
  return [
    warn(
      CHECK,
      `${message}, but less than logs.spool.min_free_bytes are free`,
      'Free some space: until then deleted files are given up before they are delivered.',
    ),
  ]
}

function cureOf(code: string): string {
  const until = 'Until then a killed agent loses what the kubelet deletes before it was delivered.'
  if (code === 'EXDEV') {
    return `Put logs.spool.dir on the file system of the logs and under the same mount: in a pod mount the directory above the logs' and the spool's. ${until}`
  }
  if (code === 'EROFS') return `Mount the directory above the logs' writable. ${until}`
  return `Give this user the right to write there, or name another directory in logs.spool.dir. ${until}`
}

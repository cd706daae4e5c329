import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  openSync,
  rmSync,
  statfsSync,
  writeSync,
} from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { formatBytes } from '#lib/bytes.ts'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import { type Finding, fail, ok, warn } from '#lib/finding.ts'

const PROBE_BYTES = 4096
const SHORT_BYTES = 64 * 1024 ** 2
/** Magic numbers of statfs(2). */
const TMPFS = 0x01021994
const OVERLAY = 0x794c7630

/** Whether positions can be written, and will be there after a restart. Leaves nothing behind. */
export function checkStateDirectory(directory: string): Finding {
  const check = 'state-directory'
  const path = resolve(directory)
  const isThere = existsSync(path)
  const nearest = isThere ? path : nearestAncestor(path)
  const problem = isThere ? tryWriting(path) : tryAccess(nearest)
  if (problem !== undefined) {
    const cure =
      problem.code === 'ENOSPC'
        ? 'Free some space. The agent ships on, but a restart would send again what it cannot remember.'
        : 'Give the directory to the user of the agent, or mount a writable one (in a pod a hostPath volume).'
    return fail(check, `state_dir ${path}: ${problem.message}`, cure)
  }
  const { type, bavail, bsize, ffree, files } = statfsSync(nearest)
  const freeBytes = bavail * bsize
  const message = `${path}${isThere ? '' : ' (will be made)'}: writable, ${formatBytes(freeBytes)} free`
  if (freeBytes < SHORT_BYTES || (files > 0 && ffree === 0)) {
    return warn(check, message, 'Free some space or inodes: on a full disk positions are forgotten by a restart.')
  }
  if (type === TMPFS || type === OVERLAY) {
    const kind = type === TMPFS ? 'in memory' : "in the container's own file system"
    return warn(
      check,
      `${message}, but ${kind}`,
      'A new pod or a reboot would send everything again: put it on a disk of the node (in a pod a hostPath volume).',
    )
  }
  return ok(check, message)
}

interface Problem {
  readonly code: string
  readonly message: string
}

function tryWriting(directory: string): Problem | undefined {
  const probe = join(directory, `.doctor-${process.pid}`)
  try {
    const fd = openSync(probe, 'w')
    try {
      writeSync(fd, Buffer.alloc(PROBE_BYTES))
      fsyncSync(fd)
    } finally {
      closeSync(fd)
      rmSync(probe, { force: true })
    }
    return undefined
  } catch (error) {
    return problemOf(error)
  }
}

function tryAccess(directory: string): Problem | undefined {
  try {
    accessSync(directory, constants.W_OK | constants.X_OK)
    return undefined
  } catch (error) {
    return problemOf(error)
  }
}

function problemOf(error: unknown): Problem {
  return { code: systemErrorCode(error), message: messageOf(error) }
}

/** The path itself if it is there, or the innermost directory above it that is. */
export function nearestAncestor(path: string): string {
  let ancestor = path
  while (!existsSync(ancestor) && ancestor !== dirname(ancestor)) ancestor = dirname(ancestor)
  return ancestor
}

import { closeSync, mkdirSync, openSync, statSync, unlinkSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { CodedError, messageOf, systemErrorCode } from '../errors.ts'
import type { Service } from '../lifecycle.ts'

/**
 * Makes a directory this process's own for as long as it runs: created if missing, checked for writing, and refused to
 * a second process. The claim is an abstract Unix socket named after the directory's inode, so the kernel drops it
 * however the process ends and no stale lock file is left.
 */
export function claimDirectory(owner: string, directory: string): Service {
  let claim: Server | undefined
  return {
    name: `${owner} directory`,
    async start() {
      ensureWritable(owner, directory)
      const { dev, ino } = statSync(directory)
      claim = await bind(`\0vedette-${dev}-${ino}`, owner, directory)
    },
    stop() {
      claim?.close()
    },
  }
}

function ensureWritable(owner: string, directory: string): void {
  const probe = join(directory, `.probe-${process.pid}`)
  try {
    mkdirSync(directory, { recursive: true })
    closeSync(openSync(probe, 'w'))
    unlinkSync(probe)
  } catch (error) {
    // A full disk must not keep a service from starting: it may be the one that frees space.
    if (systemErrorCode(error) === 'ENOSPC') return
    throw new CodedError('DIRECTORY_UNWRITABLE', [owner, directory, messageOf(error)], { cause: error })
  }
}

function bind(name: string, owner: string, directory: string): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy())
    server.unref()
    server.once('error', (error) => {
      const taken = systemErrorCode(error) === 'EADDRINUSE'
      reject(taken ? new CodedError('DIRECTORY_LOCKED', [owner, directory], { cause: error }) : error)
    })
    server.listen({ path: name }, () => resolve(server))
  })
}

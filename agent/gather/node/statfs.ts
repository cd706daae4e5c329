import { type ChildProcessByStdio, spawn } from 'node:child_process'
import { statfs } from 'node:fs'
import type { Readable } from 'node:stream'

/** What statfs(2) tells of a file system. */
export interface FsStats {
  readonly blockBytes: number
  readonly blocks: number
  readonly free: number
  /** To users other than root. */
  readonly available: number
  readonly files: number
  readonly filesFree: number
}

interface StatfsCall {
  /** Rejects if the call failed. It may never settle: a dead server or a hung daemon keeps the kernel waiting. */
  readonly done: Promise<FsStats>
  /** Gives it up as far as that can be done. */
  cancel(): void
}

/** Begins a call. */
export type Statfs = (path: Buffer) => StatfsCall

/**
 * In a thread of the pool, which a call that hangs keeps until it ends, and with it the end of the process: for file systems of
 * this machine's own disks and memory.
 */
export const poolStatfs: Statfs = (path) => {
  const done = new Promise<FsStats>((resolve, reject) => {
    statfs(path, (error, { bsize, blocks, bfree, bavail, files, ffree } = {} as never) => {
      if (error) reject(error)
      else resolve({ blockBytes: bsize, blocks, free: bfree, available: bavail, files, filesFree: ffree })
    })
  })
  return { done, cancel: () => {} }
}

/** More than six numbers have. */
const MAX_OUTPUT = 1_000

/**
 * In a process of its own (`stat -f`), which can be killed: for everything that asks somebody else. A call on a dead NFS server
 * ends by nothing but a SIGKILL.
 *
 * @param program path or name of coreutils' or BusyBox's stat
 */
export function createProcessStatfs(program = 'stat'): Statfs {
  return (path) => {
    // spawn takes texts only: names that are not UTF-8 are not found.
    const child = spawn(program, ['-f', '-c', '%s %b %f %a %c %d', '--', path.toString()], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C' },
    })
    child.unref()
    return { done: readStats(child), cancel: () => child.kill('SIGKILL') }
  }
}

function readStats(child: ChildProcessByStdio<null, Readable, Readable>): Promise<FsStats> {
  return new Promise((resolve, reject) => {
    let output = ''
    let complaint = ''
    child.stdout.setEncoding('latin1').on('data', (chunk: string) => {
      if (output.length < MAX_OUTPUT) output += chunk
    })
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      if (complaint.length < MAX_OUTPUT) complaint += chunk
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      const [blockBytes, blocks, free, available, files, filesFree, ...rest] = output.trim().split(' ').map(Number)
      if (code !== 0) reject(new Error(complaint.trim() || `stat ended with ${signal ?? code}`))
      else if (filesFree === undefined || Number.isNaN(filesFree) || rest.length > 0)
        reject(new Error('stat -f wrote no numbers'))
      else
        resolve({
          blockBytes: blockBytes!,
          blocks: blocks!,
          free: free!,
          available: available!,
          files: files!,
          filesFree,
        })
    })
  })
}

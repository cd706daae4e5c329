import { statfsSync } from 'node:fs'
import type { AgentEvents } from '../events.ts'
import type { ContainerLog } from './container-log.ts'
import type { Flusher } from './flusher.ts'
import type { Retirement } from './retirement.ts'
import type { SourceFile } from './source-file.ts'
import type { Spool } from './spool.ts'

export interface ShedderOptions {
  /** Most bytes of deleted files that may be held. */
  readonly maxBytes: number
  /** Least bytes that should be free on the file system of the logs. */
  readonly minFreeBytes: number
  /** How many are; undefined if that can't be found out. */
  readonly freeBytes: () => number | undefined
  readonly flusher: Pick<Flusher, 'abandon' | 'endIn'>
  readonly retirement: Pick<Retirement, 'remove'>
  readonly spool: Pick<Spool, 'sweep'>
  readonly events: AgentEvents
  /** Has a container's directory listed again. */
  readonly refresh: (directory: string) => void
}

/** What a log holds of files that were deleted. */
interface Holding {
  readonly log: ContainerLog
  /** Oldest first. */
  readonly files: { readonly file: SourceFile; readonly diskBytes: number }[]
  bytes: number
}

/**
 * Keeps deleted files that are held for delivery within a budget, because the disk is the node's: beyond it the container
 * that holds the most loses its oldest file. What of that was not read is lost, unless the kubelet has it compressed.
 */
export class Shedder {
  readonly #options: ShedderOptions

  constructor(options: ShedderOptions) {
    this.#options = options
  }

  enforce(logs: Iterable<ContainerLog>): void {
    const holdings = [...logs].map(holdingOf).filter(({ files }) => files.length > 0)
    if (holdings.length === 0) return
    const { maxBytes, minFreeBytes, freeBytes } = this.#options
    let excessBytes = holdings.reduce((sum, { bytes }) => sum + bytes, 0) - maxBytes
    let missingBytes = minFreeBytes - (freeBytes() ?? Number.POSITIVE_INFINITY)
    while (excessBytes > 0 || missingBytes > 0) {
      const noisiest = holdings.reduce((most, holding) => (holding.bytes > most.bytes ? holding : most))
      const oldest = noisiest.files.shift()
      if (oldest === undefined) return
      this.#shed(noisiest.log, oldest.file, excessBytes > 0 ? 'budget' : 'free_space')
      noisiest.bytes -= oldest.diskBytes
      excessBytes -= oldest.diskBytes
      missingBytes -= oldest.diskBytes
      this.#options.spool.sweep()
    }
  }

  #shed(log: ContainerLog, file: SourceFile, reason: string): void {
    const { flusher, retirement, events, refresh } = this.#options
    const key = file.identity?.key.toString('latin1') ?? ''
    const count = Math.max(0, file.stat().sizeBytes - file.offset)
    const compressed = key === '' ? undefined : log.finishedInode(key)
    if (compressed === undefined) {
      flusher.abandon(log, file)
      if (count > 0) events.shed({ reason }, { count, path: `${log.directory}/${file.name}` })
      log.vanish(file.inode, key)
    } else {
      flusher.endIn(log, file)
      log.finished.delete(compressed)
    }
    file.shed()
    retirement.remove(log, file)
    // Where the rest is compressed, it is read from there.
    if (compressed !== undefined) refresh(log.directory)
  }
}

function holdingOf(log: ContainerLog): Holding {
  const holding: Holding = { log, files: [], bytes: 0 }
  for (const file of log.files) {
    const { linked, diskBytes } = file.stat()
    if (linked) continue
    holding.files.push({ file, diskBytes })
    holding.bytes += diskBytes
  }
  return holding
}

/** Bytes that are free on the file system of a directory, for whoever is not root; undefined if it does not exist. */
export function freeBytesAt(directory: string): number | undefined {
  try {
    const { bavail, bsize } = statfsSync(directory)
    return bavail * bsize
  } catch {
    return undefined
  }
}

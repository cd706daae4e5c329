import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { NodeEvents } from './events.ts'
import type { FsStats, Statfs } from './statfs.ts'

/** Types whose answers come from this machine alone, so that a call does not hang. */
const LOCAL_TYPES =
  /^(ext[234]|xfs|btrfs|bcachefs|zfs|f2fs|jfs|reiserfs|nilfs2|tmpfs|ramfs|rootfs|devtmpfs|hugetlbfs|overlay|squashfs|erofs|iso9660|udf|vfat|msdos|exfat|ntfs3|hfsplus)$/
/** Threads of the pool, of which there are 4 for all of the agent, that may be lost to calls that hang. */
const MAX_HUNG_THREADS = 2
/** Processes at a time. */
const MAX_PROCESSES = 4
/** For so long a mount that hung is not asked again. */
const RETRY_MS = 60_000

export interface MountProbeOptions {
  /** For file systems of the machine's own. */
  readonly local: Statfs
  /** For those that may hang. */
  readonly remote: Statfs
  readonly timeoutMs: number
  readonly clock: Clock
  readonly events: NodeEvents
}

/**
 * Asks file systems how full they are, and cannot be kept waiting: what does not answer in time is left alone until it has, and for a minute
 * at least.
 */
export class MountProbe {
  readonly #options: MountProbeOptions
  /** Mounts whose call has not ended, or only lately, with when they may be asked again. */
  readonly #hung = new Map<string, { isOpen: boolean; readonly retryMs: number }>()
  #hungThreads = 0

  constructor(options: MountProbeOptions) {
    this.#options = options
  }

  /** Mounts that are left alone. */
  get hung(): number {
    return this.#hung.size
  }

  /** @returns in the order of the mounts; undefined for those of which nothing can be known */
  async measure(
    mounts: readonly { readonly path: Buffer; readonly fstype: string }[],
  ): Promise<readonly (FsStats | undefined)[]> {
    const results: (FsStats | undefined)[] = new Array(mounts.length).fill(undefined)
    this.#forgetRecovered()
    const local: number[] = []
    const remote: number[] = []
    for (const [index, { fstype }] of mounts.entries()) (LOCAL_TYPES.test(fstype) ? local : remote).push(index)
    const work = async (queue: number[], isLocal: boolean): Promise<void> => {
      for (let index = queue.shift(); index !== undefined; index = queue.shift()) {
        results[index] = await this.#ask(mounts[index]!.path, isLocal)
      }
    }
    const workers = Array.from({ length: Math.min(MAX_PROCESSES, remote.length) }, () => work(remote, false))
    await Promise.all([work(local, true), ...workers])
    return results
  }

  #forgetRecovered(): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const [path, { isOpen, retryMs }] of this.#hung) {
      if (!isOpen && nowMs >= retryMs) this.#hung.delete(path)
    }
  }

  async #ask(path: Buffer, isLocal: boolean): Promise<FsStats | undefined> {
    const { local, remote, events } = this.#options
    const key = path.toString('latin1')
    if (this.#hung.has(key)) return undefined
    if (isLocal && this.#hungThreads >= MAX_HUNG_THREADS) return undefined
    try {
      const call = (isLocal ? local : remote)(path)
      return await this.#within(call, key, isLocal)
    } catch (error) {
      events.nodeMountUnreadable({}, { path: path.toString(), err: messageOf(error) })
      return undefined
    }
  }

  #within(call: ReturnType<Statfs>, key: string, isLocal: boolean): Promise<FsStats | undefined> {
    const { clock, timeoutMs, events } = this.#options
    return new Promise((resolve, reject) => {
      let hung: { isOpen: boolean; readonly retryMs: number } | undefined
      const cancelTimer = clock.after(timeoutMs, () => {
        hung = { isOpen: true, retryMs: clock.monotonicMs() + RETRY_MS }
        this.#hung.set(key, hung)
        if (isLocal) this.#hungThreads += 1
        events.nodeMountHung({}, { path: Buffer.from(key, 'latin1').toString(), afterMs: timeoutMs })
        resolve(undefined)
        call.cancel()
      })
      const settle = () => {
        cancelTimer()
        if (hung === undefined) return
        hung.isOpen = false
        if (isLocal) this.#hungThreads -= 1
      }
      call.done.then(
        (stats) => {
          settle()
          resolve(stats)
        },
        (error: unknown) => {
          settle()
          reject(error as Error)
        },
      )
    })
  }
}

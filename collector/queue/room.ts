import { CodedError } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'

export interface RoomOptions {
  readonly files: Files
  readonly directory: string
  /** Bytes on disk at which the queue is full. */
  readonly maxBytes: number
  /** The queue is full as well while its disk has fewer bytes free; 0 for no such floor. */
  readonly minFreeBytes: number
}

/** Whether there is room for more: below the queue's own limit and above the floor of its disk. */
export class Room {
  readonly #options: RoomOptions
  /** At the last look, less what was written since. */
  #freeBytes = Number.POSITIVE_INFINITY

  constructor(options: RoomOptions) {
    this.#options = options
  }

  get freeBytes(): number {
    return this.#freeBytes
  }

  /** Looks at the disk again. A disk that can't be asked counts as free: writing will tell. */
  async look(): Promise<void> {
    const { files, directory } = this.#options
    try {
      const { bavail, bsize } = await files.statfs(directory)
      this.#freeBytes = bavail * bsize
    } catch {
      this.#freeBytes = Number.POSITIVE_INFINITY
    }
  }

  written(bytes: number): void {
    this.#freeBytes -= bytes
  }

  /**
   * Why `bytes` more don't fit, as an error that tells senders to try again; undefined if they do.
   *
   * @param usedBytes of the queue, with what is on its way to the disk
   * @param isEmpty then it takes whatever comes as far as its own limit goes, or a request that alone is too large would
   * be turned away for ever
   */
  problem(bytes: number, usedBytes: number, isEmpty: boolean): CodedError | undefined {
    const { maxBytes, minFreeBytes, directory } = this.#options
    if (!isEmpty && usedBytes + bytes > maxBytes) {
      return new CodedError('QUEUE_FULL', [usedBytes, maxBytes], { retryable: true })
    }
    if (minFreeBytes > 0 && this.#freeBytes - bytes < minFreeBytes) {
      const free = Math.max(0, this.#freeBytes)
      return new CodedError('DISK_LOW', [directory, free, minFreeBytes], { retryable: true })
    }
    return undefined
  }
}

import { closeSync, fstatSync, openSync, read, readlinkSync, readSync } from 'node:fs'
import { birthOf } from './birth.ts'

export interface BytesStat {
  /** Bytes of content: of a compressed file, decompressed. */
  readonly sizeBytes: number
  /** As a listing of the directory shows it. */
  readonly diskBytes: number
  readonly modifiedAtMs: number
  /** How many names the file has. */
  readonly links: number
}

/** The content of one open file. Positions and sizes are those of the content, however it is stored. */
export interface FileBytes {
  /** What it was called when it was opened. */
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly isCompressed: boolean
  stat(): BytesStat
  /**
   * Reads at a position.
   *
   * @returns how many bytes, fewer than there is room for only at the present end; undefined if the position was not
   *   reached yet and another call will go on
   */
  read(buffer: Buffer, position: number): Promise<number | undefined>
  /** Reads at once, at the begin or where the last {@link read} was. */
  readNow(buffer: Buffer, lengthBytes: number, position: number): number
  /** The path that it was opened by, after renames; ends in ` (deleted)` if that is gone. Undefined if the system does not tell. */
  presentPath(): string | undefined
  /** When it was made, epoch milliseconds; 0 if its file system does not know. */
  bornAtMs(): number
  close(): void
}

/** A read that took longer than this came from a slow disk; the reads after it leave the thread free. */
const SLOW_READ_MS = 20
const ASYNC_READS_AFTER_SLOW = 64

/** A file as it stands on disk. */
export class PlainBytes implements FileBytes {
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly isCompressed = false
  readonly #fd: number
  #asyncReads = 0

  constructor(path: string) {
    this.path = path
    this.#fd = openSync(path, 'r')
    const { dev, ino } = fstatSync(this.#fd)
    this.device = dev
    this.inode = ino
  }

  stat(): BytesStat {
    const { size, nlink, mtimeMs } = fstatSync(this.#fd)
    return { sizeBytes: size, diskBytes: size, modifiedAtMs: mtimeMs, links: nlink }
  }

  /**
   * From the page cache a synchronous read is a copy (measured: a third of the CPU that a trip through the thread pool
   * costs); once one was slow, the following ones go through the pool.
   */
  async read(buffer: Buffer, position: number): Promise<number> {
    if (this.#asyncReads > 0) {
      this.#asyncReads -= 1
      return new Promise((resolve, reject) => {
        read(this.#fd, buffer, 0, buffer.length, position, (error, bytes) => (error ? reject(error) : resolve(bytes)))
      })
    }
    const startedMs = performance.now()
    const bytes = readSync(this.#fd, buffer, 0, buffer.length, position)
    if (performance.now() - startedMs > SLOW_READ_MS) this.#asyncReads = ASYNC_READS_AFTER_SLOW
    return bytes
  }

  readNow(buffer: Buffer, lengthBytes: number, position: number): number {
    return readSync(this.#fd, buffer, 0, lengthBytes, position)
  }

  bornAtMs(): number {
    return birthOf(this.path, fstatSync(this.#fd))
  }

  presentPath(): string | undefined {
    return pathOfDescriptor(this.#fd)
  }

  close(): void {
    closeSync(this.#fd)
  }
}

/** The path of an open file, as Linux keeps it. */
export function pathOfDescriptor(fd: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`)
  } catch {
    return undefined
  }
}

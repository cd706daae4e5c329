import type { FileHandle, Files } from '#lib/files.ts'
import { systemFiles } from '#lib/files.ts'

/** The real file system with a disk that can be full, writes that can be short and syncs that can fail. */
export class FaultyFiles {
  /** Bytes that may still be written before ENOSPC. */
  freeBytes = Number.POSITIVE_INFINITY
  /** Longest single write; longer ones are cut short, as POSIX allows. */
  longestWriteBytes = Number.POSITIVE_INFINITY
  /** Nothing can be changed, as on a disk that was mounted again read-only after an error. */
  isReadOnly = false
  /** How many of the next syncs fail with EIO. */
  failingSyncs = 0
  /** Length of each file at its last successful sync: what a power cut leaves. */
  readonly syncedBytes = new Map<string, number>()

  readonly files: Files = {
    ...systemFiles,
    open: async (path, flags, mode) => {
      if (flags !== 'r') this.#refuseIfReadOnly()
      return this.#wrap(String(path), await systemFiles.open(path, flags, mode))
    },
    rename: (from, to) => this.#refuseIfReadOnly() ?? systemFiles.rename(from, to),
    unlink: (path) => this.#refuseIfReadOnly() ?? systemFiles.unlink(path),
    statfs: (async (path: string) => {
      const real = await systemFiles.statfs(path)
      return this.freeBytes === Number.POSITIVE_INFINITY ? real : { ...real, bsize: 1, bavail: this.freeBytes }
    }) as Files['statfs'],
  }

  #refuseIfReadOnly(): undefined {
    if (this.isReadOnly) throw Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' })
  }

  #wrap(path: string, handle: FileHandle): FileHandle {
    const sync = async () => {
      if (this.failingSyncs > 0) {
        this.failingSyncs -= 1
        throw Object.assign(new Error('EIO: i/o error, fdatasync'), { code: 'EIO' })
      }
      await handle.datasync()
      this.syncedBytes.set(path, (await handle.stat()).size)
    }
    const writev = async (buffers: readonly Uint8Array[], position: number) => {
      this.#refuseIfReadOnly()
      const all = Buffer.concat(buffers)
      const size = Math.min(all.length, this.longestWriteBytes, this.freeBytes)
      if (size === 0) throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
      this.freeBytes -= size
      await handle.write(all, 0, size, position)
      return { bytesWritten: size, buffers }
    }
    return new Proxy(handle, {
      get(target, property) {
        if (property === 'datasync' || property === 'sync') return sync
        if (property === 'writev') return writev
        const value: unknown = Reflect.get(target, property, target)
        return typeof value === 'function' ? value.bind(target) : value
      },
    })
  }
}

import { closeSync, openSync, readdirSync, readSync, realpathSync, statSync } from 'node:fs'

/** What is read of /proc and /sys. All paths are absolute; everything throws the system's errors, with their code. */
export interface NodeFiles {
  /** The whole file, a character for each byte (latin1). */
  read(path: string): string
  /** The same, for a file of the kernel that is read in each round: it may stay open. */
  readAgain(path: string): string
  /** When it was last written, epoch milliseconds. */
  modifiedMs(path: string): number
  /** Where a path leads to when its links are followed. */
  realPath(path: string): string
  /** Names in a directory, sorted. */
  list(path: string): readonly string[]
  close(): void
}

/** A file that is larger is not read: nothing here is, but /proc can be something else. */
const MAX_FILE_BYTES = 8 * 1024 * 1024
/** Most files that stay open. */
const MAX_KEPT = 512

/**
 * Files of the running system, read synchronously, because the kernel makes them at once from memory and a read costs
 * 5 to 50 microseconds; through the thread pool it would cost more processor time than that.
 */
export class SystemNodeFiles implements NodeFiles {
  readonly #kept = new Map<string, number>()
  #buffer = Buffer.allocUnsafeSlow(64 * 1024)

  read(path: string): string {
    const descriptor = openSync(path, 'r')
    try {
      return this.#readAll(descriptor, path)
    } finally {
      closeSync(descriptor)
    }
  }

  readAgain(path: string): string {
    const kept = this.#kept.get(path)
    if (kept !== undefined) {
      try {
        return this.#readAll(kept, path)
      } catch {
        // The device went, and perhaps another has come at the same path.
        this.#kept.delete(path)
        closeSync(kept)
      }
    }
    if (this.#kept.size >= MAX_KEPT) return this.read(path)
    const descriptor = openSync(path, 'r')
    try {
      const text = this.#readAll(descriptor, path)
      this.#kept.set(path, descriptor)
      return text
    } catch (error) {
      closeSync(descriptor)
      throw error
    }
  }

  modifiedMs(path: string): number {
    return statSync(path).mtimeMs
  }

  realPath(path: string): string {
    return realpathSync(path)
  }

  list(path: string): readonly string[] {
    return readdirSync(path).sort()
  }

  close(): void {
    for (const descriptor of this.#kept.values()) closeSync(descriptor)
    this.#kept.clear()
  }

  #readAll(descriptor: number, path: string): string {
    let length = 0
    for (;;) {
      const read = readSync(descriptor, this.#buffer, length, this.#buffer.length - length, length)
      if (read === 0) return this.#buffer.toString('latin1', 0, length)
      length += read
      if (length < this.#buffer.length) continue
      if (length >= MAX_FILE_BYTES) throw new Error(`${path} has more than ${MAX_FILE_BYTES} bytes`)
      const larger = Buffer.allocUnsafeSlow(2 * this.#buffer.length)
      this.#buffer.copy(larger, 0, 0, length)
      this.#buffer = larger
    }
  }
}

/** A file that not every machine has, or that cannot always be read; undefined then. */
export function readIfThere(files: NodeFiles, path: string): string | undefined {
  try {
    return files.readAgain(path)
  } catch {
    return undefined
  }
}

/** Names in a directory, none if it is not there. */
export function listIfThere(files: NodeFiles, path: string): readonly string[] {
  try {
    return files.list(path)
  } catch {
    return []
  }
}

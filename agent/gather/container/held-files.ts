import type { ContainerEvents } from './events.ts'
import type { SyncFiles } from './sync-files.ts'

/** Descriptors by place, of what has several files. */
export interface FileHolder {
  /** What {@link NOT_OPEN}, {@link MISSING} or a descriptor say of each file. */
  readonly descriptors: Int32Array
  /** Where a file is, by its names in turn; undefined behind the last. */
  pathOf(file: number, attempt: number): string | undefined
}

/** The file is not open; it may be there. */
export const NOT_OPEN = -1
/** There is none, or none that can be read. */
const MISSING = -2

/** What {@link HeldFiles.read} returns if there is nothing to read, and if what the file belongs to is gone. */
export const NOTHING = -1
export const GONE = -2

/** Large enough for what the kernel gives at a time; lists of processes may be longer and grow it. */
const BUFFER_BYTES = 64 * 1024
const MAX_BUFFER_BYTES = 1024 * 1024
/** Files made of records come a page at a time: what is well below that is all. */
const PAGE_BYTES = 3072
/** Groups and processes go while they are looked at. */
const REMOVED: ReadonlySet<string> = new Set(['ENODEV', 'ENOENT', 'ESRCH'])
/** Kernels are made without some files, or do not have them for some groups. */
const NOT_MADE: ReadonlySet<string> = new Set(['ENOTDIR', 'EOPNOTSUPP', 'ENOTSUP'])

/**
 * Files that are read again and again and kept open for that: reading an open one takes a microsecond or two, opening it
 * ten. Beyond the limit they are closed again.
 */
export class HeldFiles {
  readonly #files: SyncFiles
  readonly #events: ContainerEvents
  readonly #maxOpen: number
  #open = 0
  /** Why the last read failed. */
  #failure = ''
  /** What was read last; valid until the next read. */
  bytes: Buffer = Buffer.allocUnsafeSlow(BUFFER_BYTES)

  constructor({ files, events, maxOpen }: { files: SyncFiles; events: ContainerEvents; maxOpen: number }) {
    this.#files = files
    this.#events = events
    this.#maxOpen = maxOpen
  }

  get openCount(): number {
    return this.#open
  }

  /** Reads a file into {@link bytes} and returns its length, {@link NOTHING} or {@link GONE}. */
  read(holder: FileHolder, file: number): number {
    let descriptor = holder.descriptors[file]!
    if (descriptor === MISSING) return NOTHING
    const wasOpen = descriptor >= 0
    if (!wasOpen) {
      descriptor = this.#tryOpen(holder, file)
      if (descriptor < 0) return NOTHING
    }
    const length = this.#readAll(descriptor)
    const isKept = length !== NOTHING && length !== GONE
    if (wasOpen && !isKept) this.#close(holder, file)
    if (!wasOpen) {
      if (isKept && this.#open < this.#maxOpen) {
        holder.descriptors[file] = descriptor
        this.#open += 1
      } else this.#files.closeSync(descriptor)
    }
    if (length === NOTHING) {
      holder.descriptors[file] = MISSING
      this.#tell(holder.pathOf(file, 0) ?? '', this.#failure)
    }
    return length
  }

  /**
   * Reads a file that is not kept open.
   *
   * @param manner `quietly` for what may be forbidden to an agent that is not root
   */
  readPath(path: string, manner: 'telling' | 'quietly' = 'telling'): number {
    let descriptor: number
    try {
      descriptor = this.#files.openSync(path, 'r')
    } catch (error) {
      if (manner === 'telling') this.#tell(path, codeOf(error))
      return NOTHING
    }
    try {
      const length = this.#readAll(descriptor)
      if (length === NOTHING && manner === 'telling') this.#tell(path, this.#failure)
      return length
    } finally {
      this.#files.closeSync(descriptor)
    }
  }

  /** Closes what it has open. */
  release(holder: FileHolder): void {
    for (let file = 0; file < holder.descriptors.length; file++) this.#close(holder, file)
  }

  /** Looks again for files that were missing: a kernel has them or not, but a group may have been half made. */
  forgetMissing({ descriptors }: FileHolder): void {
    for (let file = 0; file < descriptors.length; file++)
      if (descriptors[file] === MISSING) descriptors[file] = NOT_OPEN
  }

  #tryOpen(holder: FileHolder, file: number): number {
    for (let attempt = 0; ; attempt++) {
      const path = holder.pathOf(file, attempt)
      if (path === undefined) break
      try {
        return this.#files.openSync(path, 'r')
      } catch (error) {
        const code = codeOf(error)
        this.#tell(path, code)
        // Without descriptors left it is tried again in the next round.
        if (code === 'EMFILE' || code === 'ENFILE') return NOTHING
      }
    }
    holder.descriptors[file] = MISSING
    return NOTHING
  }

  #readAll(descriptor: number): number {
    let length = 0
    try {
      while (true) {
        const room = this.bytes.length - length
        const count = this.#files.readSync(descriptor, this.bytes, length, room, length)
        length += count
        if (count === 0 || (count < PAGE_BYTES && count < room)) return length
        if (length === this.bytes.length) {
          if (length >= MAX_BUFFER_BYTES) return length
          this.#grow()
        }
      }
    } catch (error) {
      this.#failure = codeOf(error)
      return REMOVED.has(this.#failure) ? GONE : NOTHING
    }
  }

  #tell(path: string, code: string): void {
    if (!REMOVED.has(code) && !NOT_MADE.has(code)) this.#events.groupFileUnreadable({}, { path, err: code })
  }

  #grow(): void {
    const larger = Buffer.allocUnsafeSlow(2 * this.bytes.length)
    larger.set(this.bytes)
    this.bytes = larger
  }

  #close({ descriptors }: FileHolder, file: number): void {
    const descriptor = descriptors[file]!
    if (descriptor < 0) return
    descriptors[file] = NOT_OPEN
    this.#open -= 1
    this.#files.closeSync(descriptor)
  }
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? String(error)
}

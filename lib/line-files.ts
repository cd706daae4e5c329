import { join } from 'node:path'
import { messageOf } from './errors.ts'
import { type FileHandle, type Files, syncDirectory } from './files.ts'

export interface LineFilesOptions {
  readonly files: Files
  readonly directory: string
  /** Files are `<prefix>-<number>.ndjson`, newest number last. */
  readonly prefix: string
  /** Bytes of all files together; beyond them the oldest file goes. */
  readonly maxBytes: number
  /** A file was deleted to keep the bound. */
  readonly onDropped: (path: string, lines: number) => void
  /** The bound could not be kept; it is tried again with the next write. */
  readonly onBoundFailed: (message: string) => void
}

interface Part {
  readonly sequence: number
  bytes: number
}

/** The bound is kept by deleting whole files, so there are some. */
const PARTS = 8
const NEWLINE = 10

/**
 * Lines on disk, within a bound: the newest stay. What a write put there is durable when it resolves. A line without its
 * newline, at the end of a file, was interrupted: what it stands for follows in a later file.
 */
export class LineFiles {
  readonly #options: LineFilesOptions
  #parts: Part[] = []
  #handle: FileHandle | undefined
  #writing: Promise<unknown> = Promise.resolve()

  constructor(options: LineFilesOptions) {
    this.#options = options
  }

  /** Bytes of all files. */
  get sizeBytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Finds what earlier runs left. */
  async open(): Promise<void> {
    const { files, directory, prefix } = this.#options
    await files.mkdir(directory, { recursive: true })
    this.#parts = []
    for (const name of (await files.readdir(directory)).sort()) {
      if (!name.startsWith(`${prefix}-`)) continue
      const sequence = /^(\d{8})\.ndjson$/.exec(name.slice(prefix.length + 1))?.[1]
      if (sequence === undefined) continue
      this.#parts.push({ sequence: Number(sequence), bytes: (await files.stat(join(directory, name))).size })
    }
  }

  /** Writes lines, each with its newline; when it resolves they are on disk. Throws the system's error if they are not. */
  write(lines: Iterable<string>): Promise<void> {
    const written = this.#writing.then(() => this.#write(lines))
    this.#writing = written.catch(() => {})
    return written
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#endPart()
  }

  async #write(lines: Iterable<string>): Promise<void> {
    const { maxBytes, onBoundFailed } = this.#options
    for (const text of lines) {
      const line = Buffer.from(text)
      const part = this.#parts.at(-1)
      if (part !== undefined && part.bytes + line.length > maxBytes / PARTS) await this.#endPart()
      await this.#append(line)
    }
    await this.#sync()
    await this.#keepBound().catch((error) => onBoundFailed(messageOf(error)))
  }

  async #append(line: Buffer): Promise<void> {
    this.#handle ??= await this.#beginPart()
    const part = this.#parts.at(-1)!
    try {
      await this.#handle.appendFile(line)
      part.bytes += line.length
    } catch (error) {
      await this.#handle.truncate(part.bytes).catch(() => {})
      await this.#abandonPart()
      throw error
    }
  }

  async #sync(): Promise<void> {
    try {
      await this.#handle?.datasync()
    } catch (error) {
      await this.#abandonPart()
      throw error
    }
  }

  /** Nothing is written behind a failure: all of it is written again, to another file. */
  async #abandonPart(): Promise<void> {
    const handle = this.#handle
    this.#handle = undefined
    await handle?.close().catch(() => {})
  }

  /** A run never appends to what another one left: that may end in the middle of a line. */
  async #beginPart(): Promise<FileHandle> {
    const { files, directory } = this.#options
    const sequence = (this.#parts.at(-1)?.sequence ?? 0) + 1
    await files.mkdir(directory, { recursive: true })
    const handle = await files.open(this.#pathOf(sequence), 'a')
    try {
      await syncDirectory(files, directory)
    } catch (error) {
      await handle.close().catch(() => {})
      throw error
    }
    this.#parts.push({ sequence, bytes: 0 })
    return handle
  }

  async #endPart(): Promise<void> {
    await this.#sync()
    await this.#abandonPart()
  }

  async #keepBound(): Promise<void> {
    const { files, maxBytes, onDropped } = this.#options
    while (this.#parts.length > 1 && this.sizeBytes > maxBytes) {
      const path = this.#pathOf(this.#parts[0]!.sequence)
      const lines = (await files.readFile(path)).reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0)
      await files.unlink(path)
      this.#parts.shift()
      onDropped(path, lines)
    }
  }

  #pathOf(sequence: number): string {
    const { directory, prefix } = this.#options
    return join(directory, `${prefix}-${String(sequence).padStart(8, '0')}.ndjson`)
  }
}

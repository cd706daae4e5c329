import { statSync } from 'node:fs'
import { messageOf } from '../errors.ts'
import type { Logger } from '../log.ts'

/** What was read, and off which files. */
interface FromFiles {
  readonly files: readonly string[]
}

export interface WatchedFileOptions<T extends FromFiles> {
  readonly file: string
  /** What it is, for the log: `web configuration`. */
  readonly what: string
  /** Throws what is wrong with it. */
  readonly read: (file: string) => T
  /** Throws if the one must not become the other while the process runs. */
  readonly checkChange?: (before: T, next: T) => void
  readonly logger: Logger
}

/**
 * A configuration that follows its files: whoever asks gets what stands in them now. A change that cannot be read or
 * is wrong, or that must not be, is said once and leaves what was there before in force.
 */
export class WatchedFile<T extends FromFiles> {
  readonly #options: WatchedFileOptions<T>
  #current: T
  #version: string

  /** Throws what reading does. */
  constructor(options: WatchedFileOptions<T>) {
    this.#options = options
    this.#current = options.read(options.file)
    this.#version = versionOf(this.#current.files)
  }

  get current(): T {
    // Taken before the files are read: a change in between is seen the next time.
    const version = versionOf(this.#current.files)
    if (version !== this.#version) {
      this.#version = version
      this.#reload()
    }
    return this.#current
  }

  #reload(): void {
    const { file, what, read, checkChange, logger } = this.#options
    try {
      const next = read(file)
      checkChange?.(this.#current, next)
      this.#current = next
      this.#version = versionOf(next.files)
      logger.info({ file }, `${what} reloaded`)
    } catch (error) {
      logger.error({ file, err: messageOf(error) }, `${what} not reloaded; the one before stays in force`)
    }
  }
}

/** Changes with any of the files, through symbolic links. */
function versionOf(files: readonly string[]): string {
  return files.map(fileVersion).join('\0')
}

function fileVersion(file: string): string {
  try {
    const { mtimeNs, ino, size } = statSync(file, { bigint: true })
    return `${mtimeNs}/${ino}/${size}`
  } catch {
    return 'missing'
  }
}

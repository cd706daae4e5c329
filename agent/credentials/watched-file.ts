import { messageOf } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'

export interface WatchedFileOptions {
  readonly path: string
  readonly files: Pick<Files, 'readFile' | 'stat'>
  /** Makes the error for a file that cannot be used; the reason never has its content. */
  readonly fail: (path: string, reason: string, cause?: unknown) => Error
}

/** A token has some kilobytes, a bundle of certificates some hundreds. */
const MAX_BYTES = 1024 ** 2

/**
 * The text of a small file that is replaced now and then: tokens of service accounts live for an hour. It is read again
 * when its time, inode or size changed, all of which belong to the file behind the symbolic links of a projected volume.
 */
export class WatchedFile {
  readonly #options: WatchedFileOptions
  #version = ''
  #text = ''

  constructor(options: WatchedFileOptions) {
    this.#options = options
  }

  /**
   * The text as it is now, without blanks around it.
   *
   * @param force whether to read even if nothing seems to have changed: the peer says that it has
   * @throws what `fail` makes
   */
  async read(force = false): Promise<string> {
    const { files, path } = this.#options
    try {
      const { mtimeMs, ino, size } = await files.stat(path)
      const version = `${mtimeMs}/${ino}/${size}`
      if (version === this.#version && !force) return this.#text
      if (size > MAX_BYTES) throw new Error(`it is larger than ${MAX_BYTES} bytes`)
      const text = (await files.readFile(path, 'utf8')).trim()
      if (text === '') throw new Error('it is empty')
      this.#text = text
      this.#version = version
      return text
    } catch (error) {
      throw this.unusable(messageOf(error), error)
    }
  }

  /** The error for a content that cannot be used. */
  unusable(reason: string, cause?: unknown): Error {
    return this.#options.fail(this.#options.path, reason, cause)
  }
}

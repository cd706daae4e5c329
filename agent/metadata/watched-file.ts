import { messageOf } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'
import { MetadataError, type Peer } from './metadata-error.ts'

export interface WatchedFileOptions {
  /** Whom it is for. */
  readonly peer: Peer
  /** The configuration key that names it, for messages. */
  readonly key: string
  readonly path: string
  readonly files: Pick<Files, 'readFile' | 'stat'>
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
   * @throws MetadataError whose message has the path and the reason, never the content
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
  unusable(reason: string, cause?: unknown): MetadataError {
    const { peer, key, path } = this.#options
    return new MetadataError(`${peer}_FILE_UNREADABLE`, [key, path, reason], { cause })
  }
}

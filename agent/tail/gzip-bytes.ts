import { closeSync, fstatSync, openSync, read, readSync } from 'node:fs'
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { constants, createGunzip, gunzipSync } from 'node:zlib'
import { messageOf } from '#lib/errors.ts'
import { birthOf } from './birth.ts'
import { type BytesStat, type FileBytes, pathOfDescriptor } from './file-bytes.ts'

export interface GzipBytesOptions {
  readonly path: string
  readonly slots: GzipSlots
  /** Called once if the file ends too early or can't be decompressed; what came before is read like any file. */
  readonly onDamaged: (error: string) => void
}

/** How many files may be in decompression at once: each takes some 400 KiB, and a node may have thousands to catch up on. */
const MAX_SLOTS = 4
/** Enough for the first few hundred bytes of content, and at the best ratio for two million. */
const HEAD_BYTES = 2048
const COMPRESSED_READ_BYTES = 64 * 1024
/** If a file is damaged, what can't be decompressed any more is lost with the chunk it is in. */
const CHUNK_BYTES = 16 * 1024
/** Content that is passed over in one call. */
const SKIP_BYTES = 4 * 1024 ** 2
/** The last four bytes: the size of the content, modulo 2^32. */
const TRAILER_BYTES = 4

/** Who may decompress. */
export class GzipSlots {
  #taken = 0

  take(): boolean {
    if (this.#taken === MAX_SLOTS) return false
    this.#taken += 1
    return true
  }

  release(): void {
    this.#taken -= 1
  }
}

/**
 * The content of a `.gz` file, decompressed while it is read, from the begin and in order: only what one read needs is
 * in memory. It does not change any more.
 */
export class GzipBytes implements FileBytes {
  readonly path: string
  readonly device: number
  readonly inode: number
  readonly isCompressed = true
  /** The first bytes of the content; none if it has none or if they can't be decompressed. */
  readonly head: Buffer
  /** What the trailer says of the size of the content, modulo 2^32. */
  readonly trailerBytes: number
  readonly #fd: number
  readonly #options: GzipBytesOptions
  #stream: AsyncIterator<Buffer> | undefined
  #closeStream: () => void = () => {}
  /** Decompressed and still of interest: content from `#startOffset` to `#endOffset`. */
  #chunks: Buffer[] = []
  #startOffset = 0
  #endOffset = 0
  #ended = false

  constructor(options: GzipBytesOptions) {
    this.#options = options
    this.path = options.path
    this.#fd = openSync(options.path, 'r')
    const { dev, ino, size } = fstatSync(this.#fd)
    this.device = dev
    this.inode = ino
    this.head = this.#readHead()
    this.trailerBytes = this.#readTrailer(size)
  }

  stat(): BytesStat {
    const { size, nlink, mtimeMs } = fstatSync(this.#fd)
    const sizeBytes = this.#ended ? this.#endOffset : Math.max(this.#endOffset, this.trailerBytes)
    return { sizeBytes, diskBytes: size, modifiedAtMs: mtimeMs, links: nlink }
  }

  async read(buffer: Buffer, position: number): Promise<number | undefined> {
    if (position < this.#startOffset) this.#rewind()
    if (this.#stream === undefined && !this.#ended && !this.#open()) return undefined
    const firstEnd = this.#endOffset
    while (!this.#ended && this.#endOffset < position + buffer.length) {
      this.#dropBefore(position)
      if (this.#endOffset < position && this.#endOffset - firstEnd > SKIP_BYTES) return undefined
      await this.#decompress()
    }
    this.#dropBefore(position)
    return this.readNow(buffer, buffer.length, position)
  }

  readNow(buffer: Buffer, lengthBytes: number, position: number): number {
    const isHead = this.#chunks.length === 0 || position < this.#startOffset
    const chunks = isHead ? [this.head] : this.#chunks
    let skip = position - (isHead ? 0 : this.#startOffset)
    let copied = 0
    for (const chunk of chunks) {
      if (skip < chunk.length)
        copied += chunk.copy(buffer, copied, skip, Math.min(chunk.length, skip + lengthBytes - copied))
      skip = Math.max(0, skip - chunk.length)
      if (copied === lengthBytes) break
    }
    return copied
  }

  bornAtMs(): number {
    return birthOf(this.path, fstatSync(this.#fd))
  }

  presentPath(): string | undefined {
    return pathOfDescriptor(this.#fd)
  }

  close(): void {
    this.#end()
    closeSync(this.#fd)
  }

  #readHead(): Buffer {
    const compressed = Buffer.allocUnsafe(HEAD_BYTES)
    const bytes = readSync(this.#fd, compressed, 0, HEAD_BYTES, 0)
    try {
      // Flushing takes what there is of a stream that goes on.
      return gunzipSync(compressed.subarray(0, bytes), { finishFlush: constants.Z_SYNC_FLUSH })
    } catch (error) {
      this.#options.onDamaged(messageOf(error))
      return EMPTY
    }
  }

  #readTrailer(sizeBytes: number): number {
    const trailer = Buffer.alloc(TRAILER_BYTES)
    readSync(this.#fd, trailer, 0, TRAILER_BYTES, Math.max(0, sizeBytes - TRAILER_BYTES))
    return trailer.readUInt32LE()
  }

  #open(): boolean {
    if (!this.#options.slots.take()) return false
    const source = Readable.from(readCompressed(this.#fd))
    const gunzip = createGunzip({ finishFlush: constants.Z_SYNC_FLUSH, chunkSize: CHUNK_BYTES })
    source.on('error', (error) => gunzip.destroy(error))
    this.#closeStream = () => {
      this.#closeStream = () => {}
      source.destroy()
      gunzip.destroy()
      this.#options.slots.release()
    }
    this.#stream = source.pipe(gunzip)[Symbol.asyncIterator]()
    return true
  }

  #rewind(): void {
    this.#closeStream()
    this.#stream = undefined
    this.#chunks = []
    this.#startOffset = 0
    this.#endOffset = 0
    this.#ended = false
  }

  #dropBefore(position: number): void {
    while (this.#chunks.length > 0 && this.#startOffset + this.#chunks[0]!.length <= position) {
      this.#startOffset += this.#chunks.shift()!.length
    }
  }

  /** Adds a chunk of content. */
  async #decompress(): Promise<void> {
    try {
      const { value, done } = await this.#stream!.next()
      if (this.#ended) return
      if (done) {
        this.#end()
        if (this.#endOffset < this.trailerBytes) this.#options.onDamaged('it ends too early')
      } else {
        this.#chunks.push(value)
        this.#endOffset += value.length
      }
    } catch (error) {
      if (this.#ended) return
      this.#end()
      this.#options.onDamaged(messageOf(error))
    }
  }

  #end(): void {
    this.#ended = true
    this.#closeStream()
  }
}

/** The file as it stands on disk. A stream of its own would close the descriptor. */
async function* readCompressed(fd: number): AsyncGenerator<Buffer> {
  for (let position = 0; ; ) {
    const buffer = Buffer.allocUnsafe(COMPRESSED_READ_BYTES)
    const { bytesRead } = await readFrom(fd, buffer, 0, buffer.length, position)
    if (bytesRead === 0) return
    position += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}

const readFrom = promisify(read)
const EMPTY = Buffer.alloc(0)

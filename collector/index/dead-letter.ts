import { join } from 'node:path'
import { messageOf } from '#lib/errors.ts'
import { type FileHandle, type Files, syncDirectory } from '#lib/files.ts'
import type { CollectorEvents } from '../events.ts'
import type { QueueEntry } from '../queue/queue.ts'

/** Something that Elasticsearch will never take, and why. */
export interface DeadLetter {
  /** Of Elasticsearch's answer; 0 if it was never asked. */
  readonly status: number
  readonly type: string
  readonly reason: string
  /** The action line and the document, as they were sent; or an entry of the queue that can't be made into documents. */
  readonly content: Buffer | QueueEntry
}

export interface DeadLetterOptions {
  readonly files: Files
  readonly directory: string
  readonly events: CollectorEvents
  readonly nowMs: () => number
  /** Bytes of all files together; beyond them the oldest file goes. */
  readonly maxBytes: number
}

interface DeadLetterPart {
  readonly sequence: number
  bytes: number
}

/** The bound is kept by deleting whole files, so there are some. */
const PARTS = 8

/**
 * What Elasticsearch will never take, in `dead-letter-<number>.ndjson`, newest number last. A line is one JSON object and
 * is on disk before its queue entry is settled:
 *
 * ```
 * {"at":"<time>","why":{"status":400,"error":{"type":"…","reason":"…"}},"action":{"create":{…}},"document":{…}}
 * {"at":"<time>","why":{…},"records":3,"received_at":"<time>","encoding":"zstd","entry":"<base64>"}
 * ```
 * To send documents again once the cause is mended, pass `action` and `document` of each line, in this order, to `_bulk`:
 * ids keep what is there already from being doubled. An entry is an OTLP request: decode the base64 and post it to
 * `/v1/logs` under that Content-Encoding. (`unknown` is an entry of the queue in a form of another version.)
 * A line without its newline, at the end of a file, was interrupted: what it stands for follows in a later file.
 */
export class DeadLetterFile {
  readonly #options: DeadLetterOptions
  #parts: DeadLetterPart[] = []
  #handle: FileHandle | undefined
  #writing: Promise<unknown> = Promise.resolve()

  constructor(options: DeadLetterOptions) {
    this.#options = options
  }

  /** Bytes of all files. */
  get sizeBytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes, 0)
  }

  /** Finds what earlier runs left. */
  async open(): Promise<void> {
    const { files, directory } = this.#options
    await files.mkdir(directory, { recursive: true })
    this.#parts = []
    for (const name of (await files.readdir(directory)).sort()) {
      const sequence = /^dead-letter-(\d{8})\.ndjson$/.exec(name)?.[1]
      if (sequence === undefined) continue
      this.#parts.push({ sequence: Number(sequence), bytes: (await files.stat(join(directory, name))).size })
    }
  }

  /** Writes letters; when it resolves they are on disk. Throws the system's error if they are not. */
  write(letters: readonly DeadLetter[]): Promise<void> {
    const written = this.#writing.then(() => this.#write(letters))
    this.#writing = written.catch(() => {})
    return written
  }

  async close(): Promise<void> {
    await this.#writing
    await this.#endPart()
  }

  async #write(letters: readonly DeadLetter[]): Promise<void> {
    const { maxBytes, nowMs, events } = this.#options
    const at = new Date(nowMs()).toISOString()
    for (const letter of letters) {
      const line = Buffer.from(formatLetter(at, letter))
      const part = this.#parts.at(-1)
      if (part !== undefined && part.bytes + line.length > maxBytes / PARTS) await this.#endPart()
      await this.#append(line)
    }
    await this.#sync()
    await this.#keepBound().catch((error) => events.deadLetterFailed({}, { err: messageOf(error) }))
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
    await syncDirectory(files, directory)
    this.#parts.push({ sequence, bytes: 0 })
    return handle
  }

  async #endPart(): Promise<void> {
    await this.#sync()
    await this.#abandonPart()
  }

  async #keepBound(): Promise<void> {
    const { files, events, maxBytes } = this.#options
    while (this.#parts.length > 1 && this.sizeBytes > maxBytes) {
      const path = this.#pathOf(this.#parts[0]!.sequence)
      const lines = (await files.readFile(path)).reduce((count, byte) => (byte === NEWLINE ? count + 1 : count), 0)
      await files.unlink(path)
      this.#parts.shift()
      events.deadLettersDropped({}, { count: lines, path })
    }
  }

  #pathOf(sequence: number): string {
    return join(this.#options.directory, `dead-letter-${String(sequence).padStart(8, '0')}.ndjson`)
  }
}

const NEWLINE = 10

function formatLetter(at: string, { status, type, reason, content }: DeadLetter): string {
  const why = JSON.stringify({ status, error: { type, reason } })
  if (Buffer.isBuffer(content)) {
    const newline = content.indexOf(NEWLINE)
    const action = content.toString('utf8', 0, newline)
    const document = content.toString('utf8', newline + 1).trimEnd()
    return `{"at":"${at}","why":${why},"action":${action},"document":${document}}\n`
  }
  const { header, payload, records } = content
  const receivedAt = header === undefined ? null : new Date(header.receivedAtMs).toISOString()
  const about = JSON.stringify({ records, received_at: receivedAt, encoding: header?.encoding ?? 'unknown' })
  return `{"at":"${at}","why":${why},${about.slice(1, -1)},"entry":"${payload.toString('base64')}"}\n`
}

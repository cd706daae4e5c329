import type { Files } from '#lib/files.ts'
import { LineFiles } from '#lib/line-files.ts'
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
  readonly #lines: LineFiles
  readonly #nowMs: () => number

  constructor({ files, directory, events, nowMs, maxBytes }: DeadLetterOptions) {
    this.#nowMs = nowMs
    this.#lines = new LineFiles({
      ...{ files, directory, maxBytes, prefix: 'dead-letter' },
      onDropped: (path, lines) => events.deadLettersDropped({}, { count: lines, path }),
      onBoundFailed: (message) => events.deadLetterFailed({}, { err: message }),
    })
  }

  /** Bytes of all files. */
  get sizeBytes(): number {
    return this.#lines.sizeBytes
  }

  /** Finds what earlier runs left. */
  open(): Promise<void> {
    return this.#lines.open()
  }

  /** Writes letters; when it resolves they are on disk. Throws the system's error if they are not. */
  write(letters: readonly DeadLetter[]): Promise<void> {
    const at = new Date(this.#nowMs()).toISOString()
    return this.#lines.write(lettersOf(at, letters))
  }

  close(): Promise<void> {
    return this.#lines.close()
  }
}

const NEWLINE = 10

/** One at a time: a letter may have megabytes. */
function* lettersOf(at: string, letters: readonly DeadLetter[]): Generator<string> {
  for (const letter of letters) yield formatLetter(at, letter)
}

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

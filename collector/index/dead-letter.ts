import { join } from 'node:path'
import type { FileHandle, Files } from '#lib/files.ts'

/** Why a document is in the dead letter file. */
export interface DeadLetter {
  readonly status: number
  readonly type: string
  readonly reason: string
  /** The action line and the document, as they were sent. */
  readonly lines: Buffer
}

const FILE_NAME = 'dead-letter.ndjson'

/**
 * Documents that Elasticsearch will never take: one JSON object a line, with the reason, the target and the document as
 * it was sent, so that a person can read it and it can be sent again once the cause is mended. A line is on disk
 * before its queue entry is settled.
 */
export class DeadLetterFile {
  readonly #files: Files
  readonly #directory: string
  readonly #nowMs: () => number
  #handle: FileHandle | undefined

  constructor(options: { readonly files: Files; readonly directory: string; readonly nowMs: () => number }) {
    this.#files = options.files
    this.#directory = options.directory
    this.#nowMs = options.nowMs
  }

  get path(): string {
    return join(this.#directory, FILE_NAME)
  }

  /** Writes documents; when it resolves they are on disk. Throws the system's error if they are not. */
  async write(letters: readonly DeadLetter[]): Promise<void> {
    if (this.#handle === undefined) {
      await this.#files.mkdir(this.#directory, { recursive: true })
      this.#handle = await this.#files.open(this.path, 'a')
    }
    const at = new Date(this.#nowMs()).toISOString()
    await this.#handle.appendFile(letters.map((letter) => formatLetter(at, letter)).join(''))
    await this.#handle.datasync()
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }
}

function formatLetter(at: string, { status, type, reason, lines }: DeadLetter): string {
  const newline = lines.indexOf(10)
  const action = lines.toString('utf8', 0, newline)
  const document = lines.toString('utf8', newline + 1).trimEnd()
  const why = JSON.stringify({ status, error: { type, reason } })
  return `{"at":"${at}","why":${why},"action":${action},"document":${document}}\n`
}

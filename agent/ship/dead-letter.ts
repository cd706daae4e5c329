import { Backoff } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { Files } from '#lib/files.ts'
import { LineFiles } from '#lib/line-files.ts'
import type { ShipEvents } from './events.ts'
import type { Encoding } from './outcome.ts'

/** Records that no collector takes, and why. */
export interface Letter {
  /** `refused` or `too_large`. */
  readonly reason: string
  /** The collector's words. */
  readonly message: string
  readonly endpoint: string
  readonly records: number
  readonly encoding: Encoding
  /** An ExportLogsServiceRequest in that encoding. */
  readonly payload: Buffer
}

export interface DeadLettersOptions {
  readonly files: Files
  readonly directory: string
  /** Bytes of all files together, beyond which the oldest goes; 0 to keep nothing. */
  readonly maxBytes: number
  readonly clock: Clock
  readonly events: ShipEvents
}

/** Waits between attempts, 0.5 s to 30 s: a minute or so in all. The logs of a node are not held up for longer. */
const ATTEMPTS = 8
const BACKOFF = { initialMs: 500, maxMs: 30_000 }

/**
 * What no collector takes, in `dead-letter-<number>.ndjson`, newest number last. A line is one JSON object and is on disk
 * before its records count as settled:
 *
 * ```
 * {"at":"<time>","why":{"reason":"refused","message":"…","endpoint":"…"},"records":1,"encoding":"zstd","entry":"<base64>"}
 * ```
 * To send it again once the cause is mended, decode the base64 and post it to `/v1/logs` under that Content-Encoding:
 * record ids keep what is there already from being doubled.
 */
export class DeadLetters {
  readonly #options: DeadLettersOptions
  readonly #lines: LineFiles
  /** Undefined until the first letter: opening makes a directory. */
  #opening: Promise<void> | undefined

  constructor(options: DeadLettersOptions) {
    const { files, directory, maxBytes, events } = options
    this.#options = options
    this.#lines = new LineFiles({
      ...{ files, directory, maxBytes, prefix: 'dead-letter' },
      onDropped: (path, lines) => events.deadLettersDropped({}, { count: lines, path }),
      onBoundFailed: (message) => events.deadLetterFailed({}, { err: message }),
    })
  }

  /**
   * Keeps a letter. If the disk does not take it after some attempts it is gone, which is counted and said.
   *
   * @returns false if the signal aborted before it was kept or given up
   */
  async bury(letter: Letter, signal: AbortSignal): Promise<boolean> {
    const { clock, events, maxBytes } = this.#options
    const { reason, records } = letter
    if (maxBytes === 0) return true
    const line = formatLetter(new Date(clock.nowMs()).toISOString(), letter)
    const backoff = new Backoff(BACKOFF)
    while (backoff.attempt < ATTEMPTS) {
      try {
        this.#opening ??= this.#open()
        await this.#opening
        await this.#lines.write([line])
        events.recordsDeadLettered({ reason }, { count: records })
        return true
      } catch (error) {
        events.deadLetterFailed({}, { err: messageOf(error) })
        await clock.sleep(backoff.next(), signal)
        if (signal.aborted) return false
      }
    }
    return true
  }

  async close(): Promise<void> {
    await this.#lines.close()
  }

  async #open(): Promise<void> {
    try {
      await this.#lines.open()
    } catch (error) {
      this.#opening = undefined
      throw error
    }
  }
}

function formatLetter(at: string, { reason, message, endpoint, records, encoding, payload }: Letter): string {
  const line = { at, why: { reason, message, endpoint }, records, encoding, entry: payload.toString('base64') }
  return `${JSON.stringify(line)}\n`
}

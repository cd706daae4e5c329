import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Clock } from '#lib/clock.ts'
import { CodedError } from '#lib/errors.ts'
import { type TapAccess, tapRefusal } from './access.ts'
import { TapListener } from './listener.ts'
import { parseTapQuery } from './query.ts'
import { TapStream } from './stream.ts'
import type { Tap } from './tap.ts'

export interface TapServerOptions {
  readonly tap: Tap
  readonly clock: Clock
  readonly access: TapAccess
}

/** Each costs time in the thread that ships. */
const MOST_TAPS = 4

/** The taps under way. */
export class TapServer {
  readonly #options: TapServerOptions
  readonly #open = new Set<TapStream>()
  #isClosed = false

  constructor(options: TapServerOptions) {
    this.#options = options
  }

  /**
   * Streams what a tap shows until the client goes away, its limit is reached, or {@link closeAll} is called.
   *
   * @param begin called once nothing can fail any more that deserves an error answer
   * @throws CodedError TAP_FORBIDDEN, TAP_LIMIT or PARAMETER_INVALID
   */
  serve(request: IncomingMessage, response: ServerResponse, parameters: URLSearchParams, begin: () => void): void {
    const { tap, clock, access } = this.#options
    const refusal = tapRefusal(access, request)
    if (refusal !== undefined) throw new CodedError('TAP_FORBIDDEN', [refusal])
    const query = parseTapQuery(parameters)
    if (this.#open.size >= MOST_TAPS || this.#isClosed) throw new CodedError('TAP_LIMIT', [MOST_TAPS])
    begin()
    const stream = new TapStream({ response, clock, status: () => ({ skipped_bytes: listener.skippedBytes }) })
    const listener: TapListener = new TapListener({ query, sink: stream, clock })
    this.#open.add(stream)
    response.once('close', () => {
      stream.close()
      this.#open.delete(stream)
      tap.remove(listener)
    })
    response.on('error', () => {})
    stream.open()
    tap.add(listener)
  }

  /** Ends all taps, so that the server can stop; no further ones are begun. */
  closeAll(): void {
    this.#isClosed = true
    for (const stream of this.#open) stream.end('stopping')
  }
}

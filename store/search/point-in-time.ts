import { randomBytes } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import { ElasticsearchError } from '../elasticsearch-error.ts'
import type { Index } from '../index/indices.ts'

/** What a search is to see: the documents that were there at one time. */
export interface PointInTime {
  readonly indices: readonly Index[]
  /** Documents with this sequence number or a later one came afterwards. */
  readonly endSequence: number
}

interface Opened<T> {
  readonly value: T
  untilMs: number
}

/** As Elasticsearch's limit of open contexts. */
const MAX_OPEN = 500
/** Longest time that one may be kept between two uses. */
const MAX_KEEP_MS = 86_400_000

/**
 * What clients come back to under an id: points in time and scrolls. Each costs a few hundred bytes, because documents
 * never change: only retention and the deletion of an index take some away.
 */
export class OpenContexts<T> {
  readonly #clock: Clock
  readonly #open = new Map<string, Opened<T>>()

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** @throws ElasticsearchError 429 if too many are open, 400 for too long a time */
  open(value: T, keepMs: number): string {
    this.#forgetOld()
    if (this.#open.size >= MAX_OPEN)
      throw new ElasticsearchError(
        429,
        'rejected_execution_exception',
        `Trying to create too many scroll contexts. Must be less than or equal to: [${MAX_OPEN}]. Close those that are not needed any more.`,
      )
    const id = randomBytes(18).toString('base64url')
    this.#open.set(id, { value, untilMs: this.#untilMs(keepMs) })
    return id
  }

  /**
   * Finds one again, and keeps it for so long from now on.
   *
   * @throws ElasticsearchError 404 if it was closed, or kept for long enough
   */
  use(id: string, keepMs?: number): T {
    this.#forgetOld()
    const found = this.#open.get(id)
    if (found === undefined)
      throw new ElasticsearchError(404, 'search_context_missing_exception', `No search context found for id [${id}]`)
    if (keepMs !== undefined) found.untilMs = this.#untilMs(keepMs)
    return found.value
  }

  /** @returns whether it was open */
  close(id: string): boolean {
    this.#forgetOld()
    return this.#open.delete(id)
  }

  closeAll(): number {
    this.#forgetOld()
    const { size } = this.#open
    this.#open.clear()
    return size
  }

  #untilMs(keepMs: number): number {
    if (keepMs > MAX_KEEP_MS)
      throw new ElasticsearchError(
        400,
        'illegal_argument_exception',
        `Keep alive for request (${keepMs}ms) is too large. It must be less than (1d).`,
      )
    return this.#clock.monotonicMs() + keepMs
  }

  #forgetOld(): void {
    const nowMs = this.#clock.monotonicMs()
    for (const [id, { untilMs }] of this.#open) if (untilMs < nowMs) this.#open.delete(id)
  }
}

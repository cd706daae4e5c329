import type { Extent } from '../ship/extent.ts'
import type { ContainerLimit } from './rate-limits.ts'
import { isSampled } from './sampling.ts'
import { TokenBucket } from './token-bucket.ts'

const NEWLINE = 10
/** A container that is over its limit is within it for moments: those who scrape now and then should see that it is. */
const LATELY_MS = 30_000
/** Not that of a rule, or a sample of a sample would be all of it or nothing. */
const SEED = 0x7a7e

/** Holds one container instance to its limit. It has no timer: it is told the time by those who ask. */
export class RateLimiter {
  readonly limit: ContainerLimit
  readonly #records: TokenBucket | undefined
  readonly #bytes: TokenBucket | undefined
  #nowMs: number
  /** When it last held something up or back. */
  #limitedAtMs = Number.NEGATIVE_INFINITY
  /** Whether reading pauses until it is worth while again. */
  #isPaused = false

  /** @param nowMs monotonic milliseconds, as everywhere here */
  constructor(limit: ContainerLimit, nowMs: number) {
    const { recordsPerSecond, bytesPerSecond, burstMs } = limit
    this.limit = limit
    this.#nowMs = nowMs
    this.#records = recordsPerSecond === undefined ? undefined : new TokenBucket(recordsPerSecond, burstMs, nowMs)
    this.#bytes = bytesPerSecond === undefined ? undefined : new TokenBucket(bytesPerSecond, burstMs, nowMs)
  }

  refill(nowMs: number): void {
    this.#nowMs = nowMs
    this.#records?.refill(nowMs)
    this.#bytes?.refill(nowMs)
  }

  /** Whether a record that was read is shipped, by what the last {@link refill} left. */
  admits(bodyBytes: number, extent: Extent): boolean {
    const { policy, oneIn } = this.limit
    if (policy !== 'delay' && this.#isExhausted) {
      this.#limitedAtMs = this.#nowMs
      return policy === 'sample' && isSampled(extent, oneIn, SEED)
    }
    this.#records?.take(1)
    this.#bytes?.take(bodyBytes)
    return true
  }

  /** Whether lines may be read now. Where records are not delayed they always may. */
  mayRead(nowMs: number): boolean {
    if (this.limit.policy !== 'delay') return true
    this.refill(nowMs)
    this.#isPaused = this.#isPaused
      ? !(this.#records?.isWorthwhile ?? true) || !(this.#bytes?.isWorthwhile ?? true)
      : this.#isExhausted
    if (this.#isPaused) this.#limitedAtMs = nowMs
    return !this.#isPaused
  }

  /** How much of `bytes[0, length)` may be taken now: whole lines, at least one if there is one; all if there is none. */
  lengthToTake(bytes: Buffer, length: number): number {
    if (this.limit.policy !== 'delay') return length
    let end = length
    if (this.#bytes !== undefined) end = lineEnd(bytes, Math.max(0, Math.ceil(this.#bytes.tokens) - 1), end)
    if (this.#records === undefined) return end
    let at = 0
    for (let lines = Math.max(1, Math.floor(this.#records.tokens)); lines > 0 && at < end; lines--) {
      at = lineEnd(bytes, at, end)
    }
    return at
  }

  /** Whether the limit held something up or back of late. */
  isLimiting(nowMs: number): boolean {
    return nowMs - this.#limitedAtMs <= LATELY_MS
  }

  get #isExhausted(): boolean {
    return (
      (this.#records !== undefined && this.#records.tokens < 1) ||
      (this.#bytes !== undefined && this.#bytes.tokens <= 0)
    )
  }
}

/** How many of these have a limit that held something up or back of late. */
export function countLimiting(limited: Iterable<{ readonly limiter: RateLimiter | undefined }>, nowMs: number): number {
  let count = 0
  for (const { limiter } of limited) count += Number(limiter?.isLimiting(nowMs) === true)
  return count
}

/** Behind the line that `at` is in, or the end if it does not end before. */
function lineEnd(bytes: Buffer, at: number, end: number): number {
  if (at >= end) return end
  const newline = bytes.indexOf(NEWLINE, at)
  return newline < 0 || newline >= end ? end : newline + 1
}

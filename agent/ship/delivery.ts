import { Backoff, type BackoffOptions } from '#lib/backoff.ts'
import type { Clock } from '#lib/clock.ts'
import type { Letter } from './dead-letter.ts'
import type { EndpointPool, Lease } from './endpoint-pool.ts'
import type { ShipEvents } from './events.ts'
import type { Outcome } from './outcome.ts'
import type { Packer, Parcel } from './packer.ts'

export interface DeliveryOptions {
  readonly pool: EndpointPool
  readonly packer: Packer
  readonly clock: Clock
  readonly events: ShipEvents
  readonly backoff: BackoffOptions
  /** Aborts when there is no time left for waits that nobody asked for. */
  readonly draining: AbortSignal
  /** Keeps what no collector takes; false if the signal aborted before it was kept. */
  readonly bury: (letter: Letter, signal: AbortSignal) => Promise<boolean>
  /** Told of each part that a collector took. */
  readonly onAccepted: (parcel: Parcel, rejectedRecords: number) => void
  /** Told of records that were given up. */
  readonly onDropped: (records: number) => void
  /** Told how long each request took. */
  readonly observe: (outcome: Outcome['kind'], durationMs: number) => void
}

/** What is sent next: a parcel, or one that stands for a record too long to be taken whole. */
interface Piece {
  parcel: Parcel
  readonly original?: Parcel
}

/** What a collector said in the end. */
type Verdict =
  | { readonly kind: 'accepted'; readonly rejectedRecords: number; readonly message: string; readonly endpoint: string }
  | {
      readonly kind: 'too-large' | 'refused' | 'cut-off'
      readonly message: string
      readonly endpoint: string
    }

/** Requests that are spent on finding which records of one request are refused; what is left then is given up together. */
const MOST_REFUSALS = 64
/** Nobody means the size who calls less than this too large. */
const SMALLEST_LIMIT_BYTES = 16 * 1024
/**
 * Some servers answer a request that is too large by cutting the connection, and over a slow line it may take longer than
 * the timeout. One that was cut off that often is halved, unless it is so small that this can't be the reason.
 */
const CUTS_BEFORE_SPLITTING = 3
const SMALL_BYTES = 64 * 1024
const CUT = /^(?:econnreset|epipe|timeout)$/

/** Sends requests until each of their records is settled: for as long as it takes, to whichever collector works. */
export class Delivery {
  readonly #options: DeliveryOptions

  constructor(options: DeliveryOptions) {
    this.#options = options
  }

  /**
   * Settles every record of a parcel, and frees it. What is refused as a whole is sent in halves, so that one bad record
   * does not take others with it; what is too large as well, down to one record, whose body is then cut.
   *
   * @returns false if the signal aborted before all were settled
   */
  async deliver(parcel: Parcel, signal: AbortSignal): Promise<boolean> {
    // The last one is the next.
    const open: Piece[] = [{ parcel }]
    let refusals = 0
    for (let piece = open.at(-1); piece !== undefined; piece = open.at(-1)) {
      const verdict = await this.#send(piece, signal)
      if (verdict === undefined) break
      if (verdict.kind === 'accepted') {
        this.#accept(piece, verdict)
        open.pop()
        continue
      }
      if (isRefusal(piece.parcel, verdict)) refusals += 1
      const isHopeless = refusals > MOST_REFUSALS && verdict.kind !== 'cut-off'
      const parts = isHopeless ? [] : this.#divide(piece, verdict)
      if (parts.length === 0 && !(await this.#bury(piece, verdict, signal))) break
      open.splice(-1, 1, ...parts.toReversed())
    }
    for (const piece of open) this.#free(piece)
    return open.length === 0
  }

  /** Sends until there is a verdict; undefined if the signal aborted before. */
  async #send(piece: Piece, signal: AbortSignal): Promise<Verdict | undefined> {
    const { pool, packer, clock, events, draining } = this.#options
    const backoff = new Backoff(this.#options.backoff)
    let attempt = 0
    let ownFailures = 0
    let cuts = 0
    for (;;) {
      const lease = await pool.acquire(signal)
      if (lease === undefined) return undefined
      const { name, encodings } = lease.endpoint
      const encoding = encodings.current
      if (piece.parcel.encoding !== encoding) piece.parcel = packer.repack(piece.parcel, encoding)
      const outcome = await this.#attempt(lease, piece.parcel, signal)
      attempt += 1
      switch (outcome.kind) {
        case 'accepted':
          if (encodings.accept(encoding)) events.compressionRefused({}, { endpoint: name, used: encoding })
          return { ...outcome, endpoint: name }
        case 'refused':
          encodings.refuseContent()
          return { ...outcome, endpoint: name }
        case 'too-large':
          return { ...outcome, endpoint: name }
        case 'encoding-refused':
          encodings.refuse(encoding)
          break
        case 'retry': {
          if (signal.aborted) return undefined
          const { reason, message, cure } = outcome
          events.sendFailed({ reason }, { endpoint: name, err: message, attempt, cure })
          if (CUT.test(reason)) cuts += 1
          if (cuts >= CUTS_BEFORE_SPLITTING && mayBeTooLarge(piece.parcel)) {
            return { kind: 'cut-off', message, endpoint: name }
          }
          // One that fails where others do not must not take all turns.
          if (!lease.ticket.isProbe) ownFailures += 1
          if (!lease.ticket.isProbe && ownFailures > 1) await clock.sleep(backoff.next(), draining)
        }
      }
    }
  }

  async #attempt(lease: Lease, { payload, encoding }: Parcel, signal: AbortSignal): Promise<Outcome> {
    const { pool, clock, observe } = this.#options
    const startedAtMs = clock.monotonicMs()
    const outcome = await lease.endpoint.sender.send(payload, encoding, signal)
    const isGivenUp = signal.aborted && outcome.kind === 'retry'
    pool.release(lease, isGivenUp ? undefined : outcome)
    observe(outcome.kind, clock.monotonicMs() - startedAtMs)
    return outcome
  }

  #accept(piece: Piece, { rejectedRecords, message, endpoint }: Verdict & { kind: 'accepted' }): void {
    const { events, onAccepted, onDropped } = this.#options
    const { parcel, original } = piece
    // The count is the peer's; more than there were, or fewer than none, would upset the accounting.
    const rejected = rejectedRecords > 0 ? Math.min(rejectedRecords, parcel.records) : 0
    onAccepted(parcel, rejected)
    if (rejected > 0) {
      onDropped(rejected)
      events.recordsDropped({ reason: 'rejected' }, { count: rejected, endpoint, err: message })
    } else if (message !== '') events.collectorWarned({}, { endpoint, err: message })
    if (original !== undefined) {
      events.recordShortened({}, { endpoint, from_bytes: original.bodyBytes, to_bytes: parcel.bodyBytes })
    }
    this.#free(piece)
  }

  /** What is sent in place of a piece, which is freed if it is anything; nothing if it can't be made smaller. */
  #divide({ parcel, original }: Piece, { kind, message, endpoint }: Verdict): readonly Piece[] {
    const { packer, events } = this.#options
    if (parcel.records > 1) {
      const reason = kind.replace('-', '_')
      events.requestSplit({ reason }, { endpoint, err: message, records: parcel.records, bytes: parcel.bodyBytes })
      const parts = packer.split(parcel)
      packer.free(parcel)
      return parts.map((part) => ({ parcel: part }))
    }
    const shorter = kind === 'too-large' ? packer.shorten(parcel) : undefined
    if (shorter === undefined) return []
    if (original !== undefined) packer.free(parcel)
    return [{ parcel: shorter, original: original ?? parcel }]
  }

  async #bury(piece: Piece, { kind, message, endpoint }: Verdict, signal: AbortSignal): Promise<boolean> {
    const { bury, onDropped, events } = this.#options
    const { payload, encoding, records } = piece.original ?? piece.parcel
    const reason = kind.replace('-', '_')
    if (!(await bury({ reason, message, endpoint, records, encoding, payload }, signal))) return false
    onDropped(records)
    events.recordsDropped({ reason }, { count: records, endpoint, err: message })
    this.#free(piece)
    return true
  }

  #free({ parcel, original }: Piece): void {
    this.#options.packer.free(parcel)
    if (original !== undefined) this.#options.packer.free(original)
  }
}

function mayBeTooLarge({ records, payload }: Parcel): boolean {
  return records > 1 && payload.length > SMALL_BYTES
}

function isRefusal({ bodyBytes }: Parcel, { kind }: Verdict): boolean {
  return kind === 'refused' || (kind === 'too-large' && bodyBytes < SMALLEST_LIMIT_BYTES)
}

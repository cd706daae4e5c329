import type { Clock } from '#lib/clock.ts'
import type { MessageType, Remote } from '../channel.ts'
import { type SharedState, STATE_KEYS, type StateKey } from './shared-state.ts'

export interface OutboxOptions {
  readonly remote: Remote
  readonly clock: Clock
  readonly states: ReadonlyMap<StateKey, SharedState>
  /** How long to wait where the remote does not keep up. */
  readonly retryMs: number
  readonly onOversized: (key: StateKey) => void
}

/** Why a record is sent: it has changed, it differs by a comparison, or the other member's version of it is not the last word. */
export const REASONS = ['update', 'full_state', 'reply'] as const
export type Reason = (typeof REASONS)[number]

/** Most records of a message, and its size in characters but for the last record. */
const MAX_RECORDS = 200
const MESSAGE_SIZE = 64 * 1024
/** A record that is longer is not sent. */
const MAX_RECORD_SIZE = 8 * 1024 ** 2
/** Messages with records that may be under way: the other member says when it has dealt with one. */
const WINDOW = 4
/** No records are added while so many bytes wait to be sent. */
const MAX_QUEUED_BYTES = 1024 ** 2

/**
 * What one member has to tell another one: ids of records, which are looked up when they are sent. However slow the
 * other one is, no more waits for it than there are records, and it hears the last version of each only.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #waiting: ReadonlyMap<Reason, ReadonlyMap<StateKey, Set<string>>>
  #shiftMs: number | undefined
  #inFlight = 0
  #cancel: (() => void) | undefined
  #isClosed = false
  #whenEmpty: (() => void) | undefined

  constructor(options: OutboxOptions) {
    this.#options = options
    const byKey = () => new Map(STATE_KEYS.map((key) => [key, new Set<string>()] as const))
    this.#waiting = new Map(REASONS.map((reason) => [reason, byKey()] as const))
  }

  /** Begins to send, with times by the clock that the two members agreed on. */
  open(shiftMs: number): void {
    this.#shiftMs = shiftMs
    this.#drainSoon(0)
  }

  close(): void {
    this.#isClosed = true
    this.#cancel?.()
  }

  add(reason: Reason, key: StateKey, id: string): void {
    this.#waitingOf(reason, key).add(id)
    this.#drainSoon(0)
  }

  /** The other member has a change from somebody else. */
  spare(key: StateKey, id: string): void {
    this.#waitingOf('update', key).delete(id)
  }

  /** The other member has dealt with a message. */
  acknowledge(): void {
    this.#inFlight = Math.max(0, this.#inFlight - 1)
    this.#drainSoon(0)
  }

  /** Calls back once when all that differs by comparison is sent. */
  whenEmpty(callback: () => void): void {
    this.#whenEmpty = callback
    this.#drainSoon(0)
  }

  #waitingOf(reason: Reason, key: StateKey): Set<string> {
    return this.#waiting.get(reason)!.get(key)!
  }

  /** In one of the next turns: what changes in one turn is sent together. */
  #drainSoon(delayMs: number): void {
    if (this.#isClosed || this.#cancel !== undefined || this.#shiftMs === undefined) return
    this.#cancel = this.#options.clock.after(delayMs, () => {
      this.#cancel = undefined
      this.#drain()
    })
  }

  /** Sends one message, so that others have their turn before the next one. */
  #drain(): void {
    if (this.#inFlight >= WINDOW) return
    const { remote, retryMs } = this.#options
    if (remote.queuedBytes > MAX_QUEUED_BYTES) this.#drainSoon(retryMs)
    else if (REASONS.some((reason) => this.#sendFirst(reason))) this.#drainSoon(0)
  }

  /** Whether there was anything to send. */
  #sendFirst(reason: Reason): boolean {
    const key = STATE_KEYS.find((candidate) => this.#waitingOf(reason, candidate).size > 0)
    if (key !== undefined) this.#sendSome(reason, key)
    else if (reason === 'full_state') this.#tellEmpty()
    return key !== undefined
  }

  #tellEmpty(): void {
    const whenEmpty = this.#whenEmpty
    this.#whenEmpty = undefined
    whenEmpty?.()
  }

  #sendSome(reason: Reason, key: StateKey): void {
    const { remote, states, onOversized } = this.#options
    const waiting = this.#waitingOf(reason, key)
    const records: string[] = []
    let size = 0
    for (const id of waiting) {
      waiting.delete(id)
      const record = states.get(key)!.encode(id, this.#shiftMs!)
      if (record === undefined) continue
      if (record.length > MAX_RECORD_SIZE) {
        onOversized(key)
        continue
      }
      records.push(record)
      size += record.length
      if (records.length >= MAX_RECORDS || size >= MESSAGE_SIZE) break
    }
    if (records.length === 0) return
    this.#inFlight += 1
    const type: MessageType = reason === 'update' ? 'update' : 'full_state'
    remote.send(type, Buffer.from(`{"t":"records","s":"${key}","why":"${reason}","r":[${records.join(',')}]}`))
  }
}

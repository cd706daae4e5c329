import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { MessageType, Remote } from '../channel.ts'
import type { Turns } from '../turns.ts'
import type { AlertState } from './alert-state.ts'
import { type ComparisonOptions, Differences, describe, inParts, listDifferences } from './comparison.ts'
import type { Pause } from './digest.ts'
import type { ExpectedEnd } from './ends.ts'
import { Outbox, REASONS, type Reason } from './outbox.ts'
import { BadRecord, isObject, readList, readText, readTime } from './read-record.ts'
import { type MergeResult, type SharedState, STATE_KEYS, type StateKey } from './shared-state.ts'

export interface SessionOptions {
  readonly remote: Remote
  /** Of the two members one, the same to both, asks for comparisons, and says by which clock times are sent: its own. */
  readonly isLeading: boolean
  readonly clock: Clock
  readonly states: ReadonlyMap<StateKey, SharedState>
  readonly alerts: AlertState
  readonly turns: Turns
  readonly pause: Pause
  readonly retryMs: number
  readonly onMerged: (key: StateKey, result: MergeResult) => void
  readonly onOversized: (key: StateKey) => void
  readonly onMalformed: (remote: string, problem: string) => void
  /** By how much the clock of the other member is ahead, where that is more than a second. */
  readonly onSkew: (remote: string, aheadMs: number) => void
  /** A comparison has ended, and what differed is here. */
  readonly onInSync: () => void
}

type Message = Readonly<Record<string, unknown>>

const PROTOCOL = 1
/** Clocks that differ by less count as one. */
const MAX_SKEW_MS = 1_000
/** Longest message that is looked at. */
const MAX_MESSAGE_BYTES = 16 * 1024 ** 2
/** Within ids of turns, as of the notification log. */
const MAX_ID = 1024 ** 2

/** What two members say to each other, as long as they are connected. */
export class Session {
  readonly outbox: Outbox
  readonly #options: SessionOptions
  #shiftMs = 0
  #isOpen = false
  #helloAtMs: number | undefined
  /** What the other member lists of the state that is being compared. */
  #comparing: { readonly key: StateKey; readonly count: number; readonly differences: Differences } | undefined

  constructor(options: SessionOptions) {
    this.#options = options
    this.outbox = new Outbox(options)
  }

  get remote(): Remote {
    return this.#options.remote
  }

  close(): void {
    this.outbox.close()
  }

  /** Begins a comparison, unless the one before has not ended. */
  compare(): void {
    const { isLeading, clock } = this.#options
    if (!isLeading || this.#helloAtMs !== undefined || this.#comparing !== undefined) return
    this.#helloAtMs = clock.nowMs()
    this.send('full_state', { t: 'hello', v: PROTOCOL, now: Math.round(this.#helloAtMs) })
  }

  /** Asks whether the other member knows later ends of alerts. */
  ask(ends: readonly ExpectedEnd[]): void {
    if (!this.#isOpen) return
    for (const part of inParts(ends)) this.send('update', { t: 'ask', e: part })
  }

  send(type: MessageType, message: Message): void {
    this.#options.remote.send(type, Buffer.from(JSON.stringify(message)))
  }

  /**
   * Deals with a message. Never rejects: what makes no sense is counted, and has no effect.
   *
   * @returns whether that took so much that others should have their turn
   */
  async receive(bytes: Buffer): Promise<boolean> {
    try {
      if (bytes.length > MAX_MESSAGE_BYTES) throw new BadRecord(`a message has ${bytes.length} bytes`)
      const message: unknown = JSON.parse(bytes.toString())
      if (!isObject(message)) throw new BadRecord('a message is no object')
      await this.#handle(message)
      return message.t === 'records' || message.t === 'ask'
    } catch (error) {
      this.#comparing = undefined
      this.#helloAtMs = undefined
      this.#options.onMalformed(this.remote.name, messageOf(error))
      return true
    }
  }

  async #handle(message: Message): Promise<void> {
    switch (message.t) {
      case 'hello':
        return this.#onHello(message)
      case 'clock':
        return this.#open(-readTime(message.ahead))
      case 'digest':
        return this.#onDigest(message)
      case 'list':
        return this.#onList(message)
      case 'want':
        return this.#onWant(message)
      case 'done':
        return this.#options.onInSync()
      case 'records':
        return this.#onRecords(message)
      case 'ack':
        return this.outbox.acknowledge()
      case 'turn':
        return this.#onTurn(message)
      case 'ask':
        return this.#onAsk(message)
      default:
        throw new BadRecord('a message is of an unknown kind')
    }
  }

  /** Before each comparison it is found out how the clocks differ. */
  async #onHello(message: Message): Promise<void> {
    const { isLeading, clock, remote, onSkew } = this.#options
    if (message.v !== PROTOCOL) throw new BadRecord('another member has another version; update it or this one')
    const theirsMs = readTime(message.now)
    const nowMs = clock.nowMs()
    if (!isLeading) return this.send('full_state', { t: 'hello', v: PROTOCOL, now: Math.round(nowMs) })
    if (this.#helloAtMs === undefined) return
    const aheadMs = Math.round(theirsMs - (this.#helloAtMs + nowMs) / 2)
    this.#helloAtMs = undefined
    const isSkewed = Math.abs(aheadMs) > MAX_SKEW_MS
    if (isSkewed) onSkew(remote.name, aheadMs)
    this.send('full_state', { t: 'clock', ahead: isSkewed ? aheadMs : 0 })
    this.#open(0)
    await this.#describe(STATE_KEYS[0])
  }

  #open(shiftMs: number): void {
    this.#shiftMs = shiftMs
    this.#isOpen = true
    this.outbox.open(shiftMs)
  }

  async #describe(key: StateKey): Promise<void> {
    const digest = await describe(this.#comparisonOf(key))
    this.#comparing = { key, count: digest.length, differences: new Differences() }
    this.send('full_state', { t: 'digest', s: key, d: digest })
  }

  async #onDigest(message: Message): Promise<void> {
    const key = readKey(message.s)
    await listDifferences(message.d, this.#comparisonOf(key), ({ buckets, versions, isLast }) => {
      this.send('full_state', { t: 'list', s: key, b: buckets, e: versions, last: isLast })
    })
  }

  async #onList(message: Message): Promise<void> {
    const comparing = this.#comparing
    if (comparing === undefined || comparing.key !== message.s) throw new BadRecord('a list was not asked for')
    const { key, count, differences } = comparing
    differences.take(message.e)
    if (message.last !== true) return
    const push = (id: string): void => this.outbox.add('full_state', key, id)
    const wanted = await differences.find({ buckets: message.b, count }, this.#comparisonOf(key), push)
    const next = STATE_KEYS[STATE_KEYS.indexOf(key) + 1]
    for (const part of inParts(wanted)) this.send('full_state', { t: 'want', s: key, ids: part })
    if (next !== undefined) return this.#describe(next)
    this.#comparing = undefined
    this.send('full_state', { t: 'want', s: key, ids: [], last: true })
    this.#doneWhenEmpty()
  }

  #onWant(message: Message): void {
    const key = readKey(message.s)
    for (const id of readList(message.ids, 10_000)) this.outbox.add('full_state', key, readText(id, MAX_ID))
    if (message.last === true) this.#doneWhenEmpty()
  }

  #doneWhenEmpty(): void {
    this.outbox.whenEmpty(() => this.send('full_state', { t: 'done' }))
  }

  #onRecords(message: Message): void {
    const reason = readReason(message.why)
    // Whatever comes of it: the other member sends no more while a few are not acknowledged.
    if (reason !== undefined) this.send('update', { t: 'ack' })
    const key = readKey(message.s)
    const result = this.#options.states.get(key)!.merge(readList(message.r, 10_000), this.#shiftMs)
    // One reply at the most: two members that do not agree must not go on about it for ever.
    if (reason === 'full_state') for (const id of result.stale) this.outbox.add('reply', key, id)
    this.#options.onMerged(key, result)
  }

  #onTurn(message: Message): void {
    const { turns } = this.#options
    for (const attempt of readList(message.a, 10_000)) {
      const [id, isUnderWay] = readList(attempt, 2)
      turns.note(this.remote.name, readText(id, MAX_ID), isUnderWay === true)
    }
  }

  #onAsk(message: Message): void {
    const records: string[] = []
    for (const pair of readList(message.e, 10_000)) {
      const [id, endMs] = readList(pair, 2)
      const record = this.#options.alerts.encodeEnd(readText(id, 16), readTime(endMs), this.#shiftMs)
      if (record !== undefined) records.push(record)
    }
    if (records.length === 0) return
    const body = `{"t":"records","s":"alr","r":[${records.join(',')}]}`
    this.remote.send('update', Buffer.from(body))
  }

  #comparisonOf(key: StateKey): ComparisonOptions {
    return { state: this.#options.states.get(key)!, shiftMs: this.#shiftMs, pause: this.#options.pause }
  }
}

function readKey(value: unknown): StateKey {
  const key = STATE_KEYS.find((known) => known === value)
  if (key === undefined) throw new BadRecord('a message is about an unknown state')
  return key
}

/** Undefined for the answer to a question, which comes besides what the outbox sends. */
function readReason(value: unknown): Reason | undefined {
  return REASONS.find((reason) => reason === value)
}

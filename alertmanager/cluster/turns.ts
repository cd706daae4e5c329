import type { Clock } from '#lib/clock.ts'
import type { Cluster } from './cluster.ts'

export interface TurnsOptions {
  readonly cluster: Cluster
  readonly clock: Clock
  /** How long a member waits for each one before it in the order. */
  readonly peerTimeoutMs: number
}

/** Tells other members that an attempt to send begins, or has failed. */
export type Announce = (id: string, isUnderWay: boolean) => void

/** Most attempts of one member that are remembered at a time. */
const MAX_ATTEMPTS = 100_000

/**
 * Who of the members tells, when all have the same to tell. It is the first one by name; each waits `peer_timeout` for
 * every one before it, and then tells unless the notification log says by then that it has been told. Members say when an
 * attempt of theirs is under way: whose turn it is waits for it to end, for one more `peer_timeout` at the most. Nobody
 * waits for a member that is gone. So at the worst something is told twice, never not at all.
 */
export class Turns {
  readonly #options: TurnsOptions
  /** The members of which an attempt is under way, by what they tell. */
  readonly #attempts = new Map<string, Set<string>>()
  readonly #countOf = new Map<string, number>()
  readonly #waiting = new Map<string, Set<() => void>>()
  #announce: Announce = () => {}
  #inSync = (): Promise<void> => Promise.resolve()
  #isSettled = false
  #settling: Promise<void> | undefined

  constructor(options: TurnsOptions) {
    this.#options = options
  }

  get isAlone(): boolean {
    return !this.#options.cluster.isEnabled
  }

  /** How much longer a flush may take for the waiting in it. */
  get allowanceMs(): number {
    const { cluster, peerTimeoutMs } = this.#options
    return cluster.position > 0 ? (cluster.position + 1) * peerTimeoutMs : 0
  }

  /**
   * Where attempts are announced.
   *
   * @param inSync resolves when what the members that are there know is known here
   */
  announceTo(announce: Announce, inSync: () => Promise<void>): void {
    this.#announce = announce
    this.#inSync = inSync
  }

  /** Whether it is known who is there, and what they know. Nobody is told before. */
  get isSettled(): boolean {
    return this.#isSettled || this.isAlone
  }

  /** Resolves when it is settled, or when the signal aborts. */
  async settled(stop: AbortSignal): Promise<void> {
    const stopped = new Promise<void>((resolve) => {
      if (stop.aborted) resolve()
      else stop.addEventListener('abort', () => resolve(), { once: true })
    })
    this.#settling ??= this.#settle()
    await Promise.race([this.#settling, stopped])
  }

  async #settle(): Promise<void> {
    await this.#options.cluster.settled()
    await this.#inSync()
    this.#isSettled = true
  }

  /** Whether others come first. */
  mustWait(id: string): boolean {
    return this.#options.cluster.position > 0 || this.#attempts.has(id)
  }

  /**
   * Resolves to true when it is this member's turn, and to false when there is nothing left to tell or the signal
   * aborts.
   *
   * @param isNews whether there is still something to tell
   */
  async wait(id: string, isNews: () => boolean, stop: AbortSignal): Promise<boolean> {
    const { cluster, clock, peerTimeoutMs } = this.#options
    const startMs = clock.monotonicMs()
    for (let { position } = cluster; ; position = Math.min(position, cluster.position)) {
      const turnMs = startMs + position * peerTimeoutMs
      const nowMs = clock.monotonicMs()
      const untilMs = nowMs < turnMs || !this.#attempts.has(id) ? turnMs : turnMs + peerTimeoutMs
      if (stop.aborted) return false
      if (nowMs >= untilMs) return true
      await this.#sleep(id, untilMs - nowMs, stop)
      if (!isNews()) return false
    }
  }

  /** As {@link wait}, for a member whose turn it was before: it waits for attempts that are under way only. */
  async waitForOthers(id: string, isNews: () => boolean, stop: AbortSignal): Promise<boolean> {
    const { clock, peerTimeoutMs } = this.#options
    const untilMs = clock.monotonicMs() + peerTimeoutMs
    while (isNews()) {
      const leftMs = untilMs - clock.monotonicMs()
      if (leftMs <= 0 || !this.#attempts.has(id)) return true
      await this.#sleep(id, leftMs, stop)
      if (stop.aborted) return false
    }
    return false
  }

  /** Announces attempts of this member. One that succeeds needs no end: what was told is replicated. */
  begin(id: string): void {
    this.#announce(id, true)
  }

  fail(id: string): void {
    this.#announce(id, false)
  }

  /** Another member has begun an attempt, or its attempt has ended. */
  note(member: string, id: string, isUnderWay: boolean): void {
    const members = this.#attempts.get(id)
    const count = this.#countOf.get(member) ?? 0
    if (!isUnderWay) {
      if (members?.delete(member)) this.#countOf.set(member, count - 1)
      if (members?.size === 0) this.#attempts.delete(id)
      this.#wake(id)
    } else if (count < MAX_ATTEMPTS && members?.has(member) !== true) {
      this.#countOf.set(member, count + 1)
      if (members === undefined) this.#attempts.set(id, new Set([member]))
      else members.add(member)
    }
  }

  /** Another member is gone, and with it its attempts. */
  forget(member: string): void {
    this.#countOf.delete(member)
    for (const [id, members] of this.#attempts)
      if (members.delete(member) && members.size === 0) this.#attempts.delete(id)
    for (const id of this.#waiting.keys()) this.#wake(id)
  }

  #wake(id: string): void {
    for (const wake of this.#waiting.get(id) ?? []) wake()
  }

  async #sleep(id: string, delayMs: number, stop: AbortSignal): Promise<void> {
    const woken = new AbortController()
    const wake = () => woken.abort()
    const waiting = this.#waiting.get(id) ?? new Set()
    waiting.add(wake)
    this.#waiting.set(id, waiting)
    await this.#options.clock.sleep(delayMs, AbortSignal.any([woken.signal, stop]))
    waiting.delete(wake)
    if (waiting.size === 0 && this.#waiting.get(id) === waiting) this.#waiting.delete(id)
  }
}

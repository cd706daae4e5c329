import type { Clock } from '#lib/clock.ts'
import type { Link } from './link.ts'
import type { MemberEntry } from './wire/hello.ts'
import { RefusedError } from './wire/refusal.ts'

/** Most members of a cluster, this one included: each is connected to each. */
const MAX_MEMBERS = 9
/** Most lost members that are remembered; the one that is lost for longest is forgotten first. */
const MAX_LOST = 64

/** A member that is not connected, and did not say that it would leave. */
export interface LostMember extends MemberEntry {
  /** Monotonic milliseconds. */
  readonly sinceMs: number
}

export interface MembersOptions {
  readonly selfName: string
  readonly clock: Clock
}

/** The other members: those that are connected, by name, and those that were lost. */
export class Members {
  readonly #options: MembersOptions
  readonly #alive = new Map<string, Link>()
  readonly #lost = new Map<string, LostMember>()

  constructor(options: MembersOptions) {
    this.#options = options
  }

  /** Those that are connected, in the order of their names. */
  get alive(): readonly Link[] {
    return [...this.#alive.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  }

  get lost(): readonly LostMember[] {
    return [...this.#lost.values()]
  }

  get(name: string): Link | undefined {
    return this.#alive.get(name)
  }

  /** Who has the name of the other end, and is somebody else, as far as is known alive. */
  rivalOf({ name, instance }: Link): Link | undefined {
    const existing = this.#alive.get(name)
    return existing === undefined || existing.isClosed || existing.instance === instance ? undefined : existing
  }

  /**
   * Whether a member may come in by this connection. Where two have dialled each other, both keep what the one with the
   * smaller name has dialled.
   *
   * @throws RefusedError
   */
  check(link: Link): void {
    const { selfName } = this.#options
    const existing = this.#alive.get(link.name)
    if (link.name === selfName || this.rivalOf(link) !== undefined) throw new RefusedError('name', false)
    if (existing === undefined && this.#alive.size + 1 >= MAX_MEMBERS) throw new RefusedError('full', false)
    if (existing === undefined || existing.isClosed || existing.isDialled === link.isDialled) return
    if (existing.isDialled === selfName < link.name) throw new RefusedError('duplicate', false)
  }

  /** Takes in a member that may. Returns the connection that this one replaces. */
  add(link: Link): Link | undefined {
    const replaced = this.#alive.get(link.name)
    this.#alive.set(link.name, link)
    this.#lost.delete(link.name)
    // Whoever answers there now, the lost one does not.
    for (const { name, address } of this.lost) if (address === link.address) this.#lost.delete(name)
    return replaced
  }

  /** Takes a connection out; false if it had been replaced. */
  remove(link: Link, isLost: boolean): boolean {
    if (this.#alive.get(link.name) !== link) return false
    this.#alive.delete(link.name)
    if (!isLost) return true
    const { name, address } = link
    this.#lost.set(name, { name, address, sinceMs: this.#options.clock.monotonicMs() })
    const [oldest] = this.#lost.keys()
    if (this.#lost.size > MAX_LOST && oldest !== undefined) this.#lost.delete(oldest)
    return true
  }

  /** Forgets those that were lost for so long. */
  forgetLost(timeoutMs: number): void {
    const nowMs = this.#options.clock.monotonicMs()
    for (const { name, sinceMs } of this.lost) if (nowMs - sinceMs >= timeoutMs) this.#lost.delete(name)
  }

  forget(name: string): void {
    this.#lost.delete(name)
  }
}

import type { Clock } from '#lib/clock.ts'
import { messageOf } from '#lib/errors.ts'
import type { ClusterEvents } from './events.ts'
import type { Mesh } from './mesh.ts'
import type { Resolve } from './resolve.ts'
import type { MemberEntry } from './wire/hello.ts'

export interface DiallerOptions {
  readonly mesh: Pick<Mesh, 'dial' | 'members' | 'tellMembers'>
  readonly selfName: string
  /** The members to begin with, as configured: host:port. */
  readonly peers: readonly string[]
  readonly resolve: Resolve
  readonly clock: Clock
  readonly events: ClusterEvents
  /** For so long after the start it is in order that names cannot be resolved. */
  readonly resolveTimeoutMs: number
  readonly reconnectIntervalMs: number
  readonly reconnectTimeoutMs: number
}

/** How often the addresses of members are looked up and tried, once the first seconds have passed. */
const REFRESH_MS = 15_000
/** The first look after the start; each later one is twice as late. */
const FIRST_REFRESH_MS = 250
/** How long a member waits for one with a smaller name to dial, which has heard of it at the same time. */
const YIELD_MS = 1_000
/** Most addresses of this member itself that are remembered. */
const MAX_OWN_ADDRESSES = 64

/** Connects this member to all others: those it was told to begin with, those it hears of, those it has lost. */
export class Dialler {
  readonly #options: DiallerOptions
  readonly #cancels = new Set<() => void>()
  readonly #dialling = new Set<string>()
  /** Who answered at an address, by address. */
  readonly #reached = new Map<string, string>()
  readonly #own = new Set<string>()
  /** Addresses of configured members at which nobody answers, as far as was tried. */
  #unanswered: ReadonlySet<string> = new Set()
  #startedMs = 0
  #isStopped = false

  constructor(options: DiallerOptions) {
    this.#options = options
  }

  /** How many members should be there and are not: those that were lost, and those that were never found. */
  get failed(): number {
    const { lost } = this.#options.mesh.members
    const addresses = new Set(lost.map(({ address }) => address))
    const never = [...this.#unanswered].filter((address) => !this.#isConnected(address) && !this.#reached.has(address))
    return lost.length + never.filter((address) => !addresses.has(address)).length
  }

  start(): void {
    const { clock, reconnectIntervalMs } = this.#options
    this.#startedMs = clock.monotonicMs()
    void this.#refresh(FIRST_REFRESH_MS)
    const reconnect = () => {
      this.#reconnect()
      this.#later(reconnectIntervalMs, reconnect)
    }
    this.#later(reconnectIntervalMs, reconnect)
  }

  stop(): void {
    this.#isStopped = true
    for (const cancel of this.#cancels) cancel()
  }

  /** Another member knows these. */
  heardOf(members: readonly MemberEntry[]): void {
    const { selfName, mesh } = this.#options
    for (const { name, address } of members) {
      if (name === selfName || mesh.members.get(name) !== undefined) continue
      // Both hear of each other at the same time; one of them dials.
      if (selfName < name) void this.#dial(address)
      else {
        this.#later(YIELD_MS, () => {
          if (mesh.members.get(name) === undefined) void this.#dial(address)
        })
      }
    }
  }

  /** Looks up where the configured members are, and connects to those that are not. */
  async #refresh(nextMs: number): Promise<void> {
    const { peers, mesh, events } = this.#options
    this.#later(nextMs, () => void this.#refresh(Math.min(nextMs * 2, REFRESH_MS)))
    mesh.tellMembers()
    const lists = await Promise.all(peers.map((peer) => this.#resolve(peer)))
    const unanswered = new Set<string>()
    const dialled = [...new Set(lists.flat())].map(async (address) => {
      const outcome = await this.#dial(address)
      if (outcome === 'reached') events.refreshed({}, { address })
      else if (outcome !== 'needless') {
        unanswered.add(address)
        events.refreshFailed({}, { path: address, err: outcome.message })
      }
    })
    await Promise.all(dialled)
    this.#unanswered = unanswered
  }

  async #resolve(peer: string): Promise<readonly string[]> {
    const { resolve, clock, events, resolveTimeoutMs } = this.#options
    try {
      return await resolve(peer)
    } catch (error) {
      const isEarly = clock.monotonicMs() - this.#startedMs < resolveTimeoutMs
      if (!isEarly) events.refreshFailed({}, { path: peer, err: messageOf(error) })
      return []
    }
  }

  #reconnect(): void {
    const { mesh, events, reconnectTimeoutMs } = this.#options
    mesh.members.forgetLost(reconnectTimeoutMs)
    for (const { name, address } of mesh.members.lost) {
      void this.#dial(address).then((outcome) => {
        if (outcome === 'reached') {
          events.reconnected({}, { member: name, address })
          // If somebody else answers there, the lost one is gone.
          mesh.members.forget(name)
        } else if (outcome !== 'needless') {
          events.reconnectFailed({}, { member: name, address, err: outcome.message })
        }
      })
    }
  }

  async #dial(address: string): Promise<'reached' | 'needless' | Error> {
    const { mesh } = this.#options
    if (this.#isStopped || this.#isConnected(address) || this.#dialling.has(address)) return 'needless'
    this.#dialling.add(address)
    try {
      const reached = await mesh.dial(address)
      if (reached === 'self') {
        if (this.#own.size < MAX_OWN_ADDRESSES) this.#own.add(address)
        return 'needless'
      }
      this.#remember(address, reached.name)
      return reached.isNew ? 'reached' : 'needless'
    } catch (error) {
      return error instanceof Error ? error : new Error(messageOf(error))
    } finally {
      this.#dialling.delete(address)
    }
  }

  #isConnected(address: string): boolean {
    const { members } = this.#options.mesh
    const name = this.#reached.get(address)
    if (this.#own.has(address) || (name !== undefined && members.get(name) !== undefined)) return true
    return members.alive.some((link) => link.address === address)
  }

  #remember(address: string, name: string): void {
    this.#reached.delete(address)
    this.#reached.set(address, name)
    const [oldest] = this.#reached.keys()
    if (this.#reached.size > MAX_OWN_ADDRESSES && oldest !== undefined) this.#reached.delete(oldest)
  }

  #later(delayMs: number, run: () => void): void {
    if (this.#isStopped) return
    const cancel = this.#options.clock.after(delayMs, () => {
      this.#cancels.delete(cancel)
      run()
    })
    this.#cancels.add(cancel)
  }
}

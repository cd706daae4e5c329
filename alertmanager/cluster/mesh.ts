import type { Duplex } from 'node:stream'
import type { Clock } from '#lib/clock.ts'
import type { Channel, Remote, RemoteListener } from './channel.ts'
import type { ClusterEvents } from './events.ts'
import { Link } from './link.ts'
import { Members } from './members.ts'
import { Prober } from './prober.ts'
import { tellRefusal } from './tell-refusal.ts'
import { Traffic } from './traffic.ts'
import type { Transport } from './transport.ts'
import { awaitWelcome, greet } from './wire/greet.ts'
import type { Hello, MemberEntry } from './wire/hello.ts'
import { encodeRefusal, RefusedError } from './wire/refusal.ts'
import type { Role, SharedKey } from './wire/shared-key.ts'
import { Wire } from './wire/wire.ts'

/** What this member says of itself to every other one. */
type Self = Pick<Hello, 'label' | 'name' | 'address' | 'instance'>

export interface MeshOptions {
  readonly self: () => Self
  readonly key: SharedKey | undefined
  readonly transport: Pick<Transport, 'dial'>
  readonly clock: Clock
  readonly events: ClusterEvents
  /** Longest that connecting and greeting may take together. */
  readonly tcpTimeoutMs: number
  readonly probeIntervalMs: number
  readonly probeTimeoutMs: number
  /** Told which members another one knows. */
  readonly onMembers: (members: readonly MemberEntry[]) => void
  readonly observePing: (member: string, seconds: number) => void
}

/** Who was reached by dialling: a member, or this one itself. */
export type Reached = { readonly name: string; readonly isNew: boolean } | 'self'

/** How long what was said last may take to reach the other side. */
const GOODBYE_MS = 1_000

/** How long members may take to hear that this one leaves. */
const LEAVE_MS = 2_000

/** The connections of this member to all others: one to each that is alive. */
export class Mesh implements Channel {
  readonly traffic = new Traffic()
  readonly members: Members
  readonly prober: Prober
  readonly #options: MeshOptions
  readonly #listeners: RemoteListener[] = []
  /** Aborts when the last member has taken its leave of this one. */
  readonly #emptied = new AbortController()
  #isLeaving = false

  constructor(options: MeshOptions) {
    this.#options = options
    const { clock, probeIntervalMs, probeTimeoutMs } = options
    this.members = new Members({ selfName: options.self().name, clock })
    const links = () => this.members.alive
    this.prober = new Prober({ links, clock, intervalMs: probeIntervalMs, timeoutMs: probeTimeoutMs })
  }

  get remotes(): Iterable<Remote> {
    return this.members.alive
  }

  listen(listener: RemoteListener): void {
    this.#listeners.push(listener)
  }

  /** Takes a connection that somebody has made to this member. `greeted` is called once it is known who, or that nobody. */
  async accept(socket: Duplex, from: string, greeted: () => void): Promise<void> {
    const wire = new Wire(socket)
    try {
      const peer = await this.#greetInTime(wire, 'listener')
      await this.#join(wire, peer, false)
    } catch (error) {
      this.#dismiss(wire, error, { from })
    } finally {
      greeted()
    }
  }

  /**
   * Connects to whoever is at the address, `host:port`.
   *
   * @throws Error if nobody answers, or not as a member of this cluster
   */
  async dial(address: string): Promise<Reached> {
    const { transport, tcpTimeoutMs, clock } = this.#options
    const wire = new Wire(await transport.dial(address, { timeoutMs: tcpTimeoutMs, clock }))
    let name = ''
    try {
      const peer = await this.#greetInTime(wire, 'dialler')
      name = peer.name
      await this.#join(wire, peer, true)
      return { name, isNew: true }
    } catch (error) {
      this.#dismiss(wire, error, { to: address })
      const refusal = error instanceof RefusedError ? error.refusal : undefined
      if (refusal === 'self') return 'self'
      if (refusal === 'duplicate') return { name, isNew: false }
      throw error
    }
  }

  /**
   * Says goodbye to all.
   *
   * @param lingerMs how long what this member still has to say may take to be said
   */
  async leave(lingerMs: number, deadline: AbortSignal): Promise<void> {
    if (this.members.alive.length > 0) await this.#options.clock.sleep(lingerMs, deadline)
    this.#isLeaving = true
    this.prober.stop()
    const links = this.members.alive
    if (links.length === 0) return
    const given = AbortSignal.any([deadline, this.#emptied.signal])
    for (const link of links) link.leave()
    await this.#options.clock.sleep(LEAVE_MS, given)
    for (const link of links) link.break()
  }

  /** Tells all members which of them are there: what one could not reach, or has missed, it learns so. */
  tellMembers(): void {
    const { alive } = this.members
    const entries = alive.map(({ name, address }) => ({ name, address }))
    for (const link of alive) link.tellMembers(entries.filter(({ name }) => name !== link.name))
  }

  /** Greets within the time, what the listener says to that included. */
  async #greetInTime(wire: Wire, role: Role): Promise<Hello> {
    const { clock, tcpTimeoutMs, key, self } = this.#options
    const late = new Error(`no greeting within ${tcpTimeoutMs} ms`)
    const cancel = clock.after(tcpTimeoutMs, () => wire.destroy(late))
    try {
      const peer = await greet(wire, { role, self: self(), key })
      if (role === 'dialler') await awaitWelcome(wire)
      return peer
    } finally {
      cancel()
    }
  }

  /** @throws RefusedError */
  async #join(wire: Wire, peer: Hello, isDialled: boolean): Promise<void> {
    const { clock, probeTimeoutMs } = this.#options
    const link = new Link({ wire, peer, isDialled, clock, traffic: this.traffic })
    try {
      const rival = this.members.rivalOf(link)
      if (rival !== undefined) {
        if (await rival.answersWithin(probeTimeoutMs)) throw new RefusedError('name', false)
        rival.break(new Error('it does not answer, and has come back'))
      }
      if (this.#isLeaving) throw new RefusedError('leaving', false)
      // From here on nothing may wait: what is checked must hold when it is added.
      this.members.check(link)
    } catch (error) {
      if (error instanceof RefusedError) wire.send('refuse', encodeRefusal(error.refusal))
      throw error
    }
    if (!isDialled) wire.send('welcome')
    this.#add(link)
  }

  #add(link: Link): void {
    const { events, onMembers, observePing } = this.#options
    const { name: member, address } = link
    const known = this.members.get(member) ?? this.members.lost.find(({ name }) => name === member)
    const before = this.members.add(link)
    if (before === undefined) events.joined({}, { member, address })
    else {
      this.#tell((listener) => listener.onDisconnect(before))
      before.break()
    }
    if (known !== undefined && known.address !== address) events.updated({}, { member, address })
    this.#tell((listener) => listener.onConnect(link))
    link.listen({
      onMessage: (_, type, message) => this.#tell((listener) => listener.onMessage(link, type, message)),
      onMembers: (_, members) => onMembers(members),
      onPong: (_, seconds) => observePing(member, seconds),
      onClose: (_, hasLeft, error) => this.#remove(link, hasLeft, error),
    })
    this.tellMembers()
  }

  #remove(link: Link, hasLeft: boolean, error: Error | undefined): void {
    const { events } = this.#options
    if (!this.members.remove(link, !hasLeft)) return
    this.#tell((listener) => listener.onDisconnect(link))
    if (this.#isLeaving) {
      if (this.members.alive.length === 0) this.#emptied.abort()
      return
    }
    const { name: member, address } = link
    if (hasLeft) events.left({}, { member, address })
    else events.lost({}, { member, address, ...(error === undefined ? {} : { err: error }) })
    this.tellMembers()
  }

  /** Lets what was said last reach the other side, then cuts the connection. */
  #dismiss(wire: Wire, error: unknown, where: Readonly<Record<string, string>>): void {
    tellRefusal(this.#options.events, error, where)
    if (error instanceof RefusedError) wire.end()
    this.#options.clock.after(error instanceof RefusedError ? GOODBYE_MS : 0, () => wire.destroy())
  }

  #tell(tell: (listener: RemoteListener) => void): void {
    for (const listener of this.#listeners) tell(listener)
  }
}

import type { Channel, MessageType, Remote, RemoteListener } from '../../../../alertmanager/cluster/channel.ts'
import type { Cluster } from '../../../../alertmanager/cluster/cluster.ts'
import type { ManualClock } from '../../../support/manual-clock.ts'

export interface NetworkOptions {
  readonly clock: ManualClock
  /** How long a message takes; asked for each. Messages of one connection do not overtake each other. */
  readonly delayMs?: () => number
  /** How long it takes until the others know that a member is gone. */
  readonly detectMs?: number
}

/** Connections between members in memory, that can be cut. All that is sent is counted. */
export class Network {
  readonly options: NetworkOptions
  readonly sent = { messages: 0, bytes: 0 }
  readonly #members = new Map<string, Member>()
  #isCut: (a: string, b: string) => boolean = () => false

  constructor(options: NetworkOptions) {
    this.options = options
  }

  /** A member comes, and is connected to all others that it can reach. */
  join(name: string): Member {
    const member = new Member(name, this)
    for (const other of this.#members.values()) if (!this.#isCut(name, other.name)) connect(member, other)
    this.#members.set(name, member)
    return member
  }

  leave(name: string): void {
    const member = this.#members.get(name)
    this.#members.delete(name)
    member?.end()
  }

  /** Members reach only those in the same one of these sets. */
  partition(...sets: readonly (readonly string[])[]): void {
    const setOf = (name: string) => sets.findIndex((set) => set.includes(name))
    this.#isCut = (a, b) => setOf(a) !== setOf(b)
    this.#apply()
  }

  heal(): void {
    this.#isCut = () => false
    this.#apply()
  }

  #apply(): void {
    const members = [...this.#members.values()]
    for (const [index, member] of members.entries()) {
      for (const other of members.slice(index + 1)) {
        if (this.#isCut(member.name, other.name)) member.cut(other)
        else if (!member.reaches(other)) connect(member, other)
      }
    }
  }
}

/** One member's view: all that are connected to it are alive. */
export class Member implements Channel, Cluster {
  readonly isEnabled = true
  readonly status = 'ready'
  readonly name: string
  readonly network: Network
  readonly #ends = new Map<string, End>()
  #listener: RemoteListener | undefined

  constructor(name: string, network: Network) {
    this.name = name
    this.network = network
  }

  get remotes(): Iterable<Remote> {
    return this.#ends.values()
  }

  get peers() {
    return [this.name, ...this.#ends.keys()].sort().map((name) => ({ name, address: `${name}.test:9094` }))
  }

  get position(): number {
    return this.peers.findIndex(({ name }) => name === this.name)
  }

  settled(): Promise<void> {
    return Promise.resolve()
  }

  listen(listener: RemoteListener): void {
    this.#listener = listener
  }

  reaches(other: Member): boolean {
    return this.#ends.get(other.name)?.isBroken === false
  }

  add(end: End): void {
    const before = this.#ends.get(end.name)
    if (before !== undefined) this.lose(before)
    this.#ends.set(end.name, end)
    this.#listener?.onConnect(end)
  }

  take(end: End, type: MessageType, message: Buffer): void {
    this.#listener?.onMessage(end, type, message)
  }

  lose(end: End): void {
    if (this.#ends.get(end.name) !== end) return
    this.#ends.delete(end.name)
    this.#listener?.onDisconnect(end)
  }

  cut(other: Member): void {
    this.#ends.get(other.name)?.break()
  }

  /** As kill -9: it says and hears nothing any more. */
  end(): void {
    this.#listener = undefined
    for (const end of this.#ends.values()) end.break()
  }
}

class End implements Remote {
  readonly name: string
  queuedBytes = 0
  readonly #owner: Member
  #other: End | undefined
  isBroken = false
  #lastMs = 0

  constructor(owner: Member, name: string) {
    this.#owner = owner
    this.name = name
  }

  join(other: End): void {
    this.#other = other
  }

  send(type: MessageType, message: Buffer): void {
    if (this.isBroken) return
    const { sent, options } = this.#owner.network
    const { clock, delayMs = () => 1 } = options
    sent.messages += 1
    sent.bytes += message.length
    this.queuedBytes += message.length
    this.#lastMs = Math.max(this.#lastMs, clock.monotonicMs() + delayMs())
    clock.after(this.#lastMs - clock.monotonicMs(), () => {
      this.queuedBytes -= message.length
      if (!this.isBroken) this.#other?.hear(type, message)
    })
  }

  hear(type: MessageType, message: Buffer): void {
    this.#owner.take(this, type, message)
  }

  break(): void {
    if (this.isBroken) return
    this.isBroken = true
    this.#other?.break()
    const { clock, detectMs = 0 } = this.#owner.network.options
    clock.after(detectMs, () => this.#owner.lose(this))
  }
}

function connect(a: Member, b: Member): void {
  const [end, other] = [new End(a, b.name), new End(b, a.name)]
  end.join(other)
  other.join(end)
  a.add(end)
  b.add(other)
}

import type { Clock } from '#lib/clock.ts'
import type { MessageType, Remote } from './channel.ts'
import type { Traffic } from './traffic.ts'
import { type Frame, type FrameKind, MAX_PAYLOAD_BYTES } from './wire/frames.ts'
import { decodeMembers, encodeMembers, type Hello, type MemberEntry } from './wire/hello.ts'
import type { Wire } from './wire/wire.ts'
import { WireError } from './wire/wire-error.ts'

export interface LinkListener {
  onMessage(link: Link, type: MessageType, message: Buffer): void
  /** It says which members it knows. */
  onMembers(link: Link, members: readonly MemberEntry[]): void
  /** It has answered a probe. */
  onPong(link: Link, seconds: number): void
  /** Nothing comes any more. `hasLeft` if it had said so before. */
  onClose(link: Link, hasLeft: boolean, error: Error | undefined): void
}

export interface LinkOptions {
  readonly wire: Wire
  readonly peer: Hello
  /** Whether this member has dialled. */
  readonly isDialled: boolean
  readonly clock: Clock
  readonly traffic: Traffic
}

/** Largest message; more is a mistake of who sends it. */
const MAX_MESSAGE_BYTES = 32 * 1024 ** 2
/** A member that takes so little for so long is cut off. */
const MAX_QUEUED_BYTES = 2 * MAX_MESSAGE_BYTES

/** The connection to another member, once both know each other. */
export class Link implements Remote {
  readonly name: string
  readonly address: string
  readonly instance: string
  readonly isDialled: boolean
  readonly #wire: Wire
  readonly #clock: Clock
  readonly #traffic: Traffic
  /** Probes that are not answered, by number. */
  readonly #probes = new Map<number, { readonly sentMs: number; readonly answered: () => void }>()
  #lastProbe = 0
  #heardMs: number
  #parts: Buffer[] = []
  #partBytes = 0
  #hasLeft = false

  constructor({ wire, peer, isDialled, clock, traffic }: LinkOptions) {
    this.name = peer.name
    this.address = peer.address
    this.instance = peer.instance
    this.isDialled = isDialled
    this.#wire = wire
    this.#clock = clock
    this.#traffic = traffic
    this.#heardMs = clock.monotonicMs()
  }

  get queuedBytes(): number {
    return this.#wire.queuedBytes
  }

  get isClosed(): boolean {
    return this.#wire.isClosed
  }

  /** Monotonic milliseconds at which something came the last time. */
  get heardMs(): number {
    return this.#heardMs
  }

  /** Monotonic milliseconds at which the oldest probe was sent that is not answered. */
  get waitsSinceMs(): number | undefined {
    return this.#probes.values().next().value?.sentMs
  }

  listen(listener: LinkListener): void {
    this.#wire.listen({
      onFrame: (frame) => this.#take(frame, listener),
      onClose: (error) => listener.onClose(this, this.#hasLeft, error),
    })
  }

  send(type: MessageType, message: Buffer): void {
    if (message.length > MAX_MESSAGE_BYTES) throw new RangeError(`a message of ${message.length} bytes to a member`)
    if (this.isClosed) return
    this.#traffic.countSent(type, message.length)
    let start = 0
    for (; message.length - start > MAX_PAYLOAD_BYTES; start += MAX_PAYLOAD_BYTES) {
      this.#wire.send('part', message.subarray(start, start + MAX_PAYLOAD_BYTES))
    }
    this.#wire.send(type === 'update' ? 'update' : 'fullState', message.subarray(start))
    if (this.queuedBytes > MAX_QUEUED_BYTES) this.break(new Error('it takes nothing of what waits for it'))
  }

  /** Tells it which members are alive. */
  tellMembers(members: readonly MemberEntry[]): void {
    this.#wire.send('members', encodeMembers(members))
  }

  /** Asks it whether it is there; `answered` is called when it says so. */
  probe(answered: () => void = () => {}): void {
    this.#lastProbe += 1
    this.#probes.set(this.#lastProbe, { sentMs: this.#clock.monotonicMs(), answered })
    const number = Buffer.alloc(4)
    number.writeUInt32BE(this.#lastProbe)
    this.#wire.send('ping', number)
  }

  /** Resolves with whether it answers within the time. */
  answersWithin(timeoutMs: number): Promise<boolean> {
    if (this.isClosed) return Promise.resolve(false)
    return new Promise((resolve) => {
      const cancel = this.#clock.after(timeoutMs, () => resolve(false))
      this.probe(() => {
        cancel()
        resolve(true)
      })
    })
  }

  /** Says goodbye and ends the connection. */
  leave(): void {
    this.#hasLeft = true
    this.#wire.send('leave')
    this.#wire.end()
  }

  break(error?: Error): void {
    this.#wire.destroy(error)
  }

  #take({ kind, payload }: Frame, listener: LinkListener): void {
    this.#heardMs = this.#clock.monotonicMs()
    if (kind === 'ping') this.#wire.send('pong', payload)
    else if (kind === 'pong') this.#answered(payload, listener)
    else if (kind === 'members') listener.onMembers(this, decodeMembers(payload))
    else if (kind === 'leave') this.#hasLeft = true
    else this.#takePart(kind, payload, listener)
  }

  #takePart(kind: FrameKind, payload: Buffer, listener: LinkListener): void {
    if (kind !== 'part' && kind !== 'update' && kind !== 'fullState') throw new WireError(`a frame of kind ${kind}`)
    this.#parts.push(payload)
    this.#partBytes += payload.length
    if (this.#partBytes > MAX_MESSAGE_BYTES) throw new WireError('a message that is too long')
    if (kind === 'part') return
    const message = this.#parts.length === 1 ? payload : Buffer.concat(this.#parts)
    this.#parts = []
    this.#partBytes = 0
    const type = kind === 'update' ? 'update' : 'full_state'
    this.#traffic.countReceived(type, message.length)
    listener.onMessage(this, type, message)
  }

  #answered(payload: Buffer, listener: LinkListener): void {
    const number = payload.length === 4 ? payload.readUInt32BE() : 0
    const probe = this.#probes.get(number)
    if (probe === undefined) return
    this.#probes.delete(number)
    probe.answered()
    listener.onPong(this, (this.#heardMs - probe.sentMs) / 1_000)
  }
}

import { randomBytes } from 'node:crypto'
import type { Frame, FrameKind } from './frames.ts'
import { decodeHello, encodeHello, type Hello, PROTOCOL_VERSION } from './hello.ts'
import { decodeRefusal, type Refusal, RefusedError } from './refusal.ts'
import { type Seal, type Unseal, unsealed } from './seal.ts'
import { createExchange, type Role, type SharedKey } from './shared-key.ts'
import { WireError } from './wire-error.ts'

export interface HandshakeOptions {
  readonly role: Role
  readonly self: Pick<Hello, 'label' | 'name' | 'address' | 'instance'>
  /** Without, whoever can connect is taken for a member. */
  readonly key: SharedKey | undefined
}

/** What is known once both have said who they are, and proved it where there is a key. */
interface Established {
  readonly peer: Hello
  readonly seal: Seal
  readonly unseal: Unseal
}

type Sent = readonly [FrameKind, Buffer]

interface Step {
  readonly send: readonly Sent[]
  readonly established?: Established
}

/**
 * How two members find out whether they are ones of the same cluster. Who dials says hello, who listens answers with
 * its own only if that fits; with a key, who dials proves it first. It neither reads nor writes: it takes frames and
 * says what to send.
 */
export class Handshake {
  readonly #options: HandshakeOptions
  readonly #exchange: ReturnType<typeof createExchange> | undefined
  readonly #own: Buffer
  #other: { readonly bytes: Buffer; readonly hello: Hello } | undefined

  constructor(options: HandshakeOptions) {
    this.#options = options
    this.#exchange = options.key === undefined ? undefined : createExchange()
    const { label, name, address, instance } = options.self
    this.#own = encodeHello({
      ...{ version: PROTOCOL_VERSION, label, name, address, instance },
      nonce: randomBytes(32).toString('base64url'),
      ...(this.#exchange === undefined ? {} : { exchange: this.#exchange.publicHalf }),
    })
  }

  /** What is sent before anything has come. */
  begin(): readonly Sent[] {
    return this.#options.role === 'dialler' ? [['hello', this.#own]] : []
  }

  /**
   * @throws RefusedError if one of both does not want to
   * @throws WireError for what no member would send here
   */
  take({ kind, payload }: Frame): Step {
    if (kind === 'refuse') throw refusedBy(payload)
    if (this.#other === undefined && kind === 'hello') return this.#greeted(payload)
    if (this.#other !== undefined && kind === 'proof') return this.#proved(payload)
    throw new WireError(`a frame of kind ${kind} where a greeting was due`)
  }

  #greeted(payload: Buffer): Step {
    const { role, key } = this.#options
    const hello = decodeHello(payload)
    // A copy: the frame is a part of what was read together.
    this.#other = { bytes: Buffer.from(payload), hello }
    const refusal = this.#refusalOf(hello)
    if (refusal !== undefined) throw new RefusedError(refusal, false)
    const answer: readonly Sent[] = role === 'listener' ? [['hello', this.#own]] : []
    if (key === undefined) return { send: answer, established: { peer: hello, seal: unsealed, unseal: unsealed } }
    return { send: role === 'listener' ? answer : [['proof', key.prove(role, this.#greetings)]] }
  }

  #proved(payload: Buffer): Step {
    const { role, key } = this.#options
    const otherRole: Role = role === 'dialler' ? 'listener' : 'dialler'
    if (key === undefined || this.#exchange === undefined) throw new WireError('a proof that nobody asked for')
    if (!key.isProof(payload, otherRole, this.#greetings)) throw new RefusedError('key', false)
    const { hello } = this.#other!
    const seals = key.createSeals(role, this.#greetings, this.#exchange.privateKey, hello.exchange ?? '')
    const send: readonly Sent[] = role === 'listener' ? [['proof', key.prove(role, this.#greetings)]] : []
    return { send, established: { peer: hello, ...seals } }
  }

  get #greetings() {
    const [own, other] = [this.#own, this.#other!.bytes]
    return this.#options.role === 'dialler' ? { dialler: own, listener: other } : { dialler: other, listener: own }
  }

  #refusalOf(hello: Hello): Refusal | undefined {
    const { self, key } = this.#options
    if (hello.version !== PROTOCOL_VERSION) return 'version'
    if (hello.label !== self.label) return 'label'
    if (hello.instance === self.instance) return 'self'
    return (hello.exchange === undefined) === (key === undefined) ? undefined : 'key'
  }
}

/** The error for a frame of kind `refuse`. */
export function refusedBy(payload: Buffer): Error {
  const refusal = decodeRefusal(payload)
  return refusal === undefined ? new WireError('a refusal of no known kind') : new RefusedError(refusal, true)
}

import { WireError } from './wire-error.ts'

/** What a member says of itself before anything else. */
export interface Hello {
  /** Of the protocol. Members of different versions do not talk. */
  readonly version: number
  readonly label: string
  readonly name: string
  /** host:port at which others reach it. */
  readonly address: string
  /** Drawn at its start: tells a member that comes back from another one of the same name. */
  readonly instance: string
  /** Drawn for this connection. */
  readonly nonce: string
  /** Its half of a key exchange (X25519, as in a JSON Web Key), where it has a shared key. */
  readonly exchange?: string
}

export const PROTOCOL_VERSION = 1

const MAGIC = 'vedette-cluster'
/** Longest name and label, in characters: a hello fits into one frame. */
const MAX_NAME_LENGTH = 200
const MAX_ADDRESS_LENGTH = 300

export function encodeHello(hello: Hello): Buffer {
  return Buffer.from(JSON.stringify({ protocol: MAGIC, ...hello }))
}

/** @throws WireError for what is no hello; one of another version is one as far as its version */
export function decodeHello(bytes: Buffer): Hello {
  const fields = parseObject(bytes)
  if (fields.protocol !== MAGIC) throw new WireError('it does not speak the protocol of this cluster')
  const version = Number(fields.version)
  if (version !== PROTOCOL_VERSION) {
    return { version, label: '', name: '', address: '', instance: '', nonce: '' }
  }
  const text = (name: keyof Hello, maxLength: number, minLength = 1): string => {
    const value = fields[name]
    if (typeof value === 'string' && value.length >= minLength && value.length <= maxLength) return value
    throw new WireError(`its greeting has no usable ${name}`)
  }
  return {
    version,
    label: text('label', MAX_NAME_LENGTH, 0),
    name: text('name', MAX_NAME_LENGTH),
    address: text('address', MAX_ADDRESS_LENGTH),
    instance: text('instance', 64, 16),
    nonce: text('nonce', 64, 32),
    ...(fields.exchange === undefined ? {} : { exchange: text('exchange', 64) }),
  }
}

/** A member as others are told of it. */
export interface MemberEntry {
  readonly name: string
  readonly address: string
}

/** Most members that are told in one frame, which is more than a cluster has. */
const MAX_ENTRIES = 64

export function encodeMembers(members: readonly MemberEntry[]): Buffer {
  return Buffer.from(JSON.stringify({ members: members.slice(0, MAX_ENTRIES) }))
}

/** @throws WireError */
export function decodeMembers(bytes: Buffer): readonly MemberEntry[] {
  const { members } = parseObject(bytes)
  if (!Array.isArray(members) || members.length > MAX_ENTRIES) throw new WireError('a list of members that is none')
  return members.map((entry: unknown) => {
    const { name, address } = (entry ?? {}) as Partial<Record<string, unknown>>
    const isUsable = typeof name === 'string' && typeof address === 'string' && name !== ''
    if (isUsable && name.length <= MAX_NAME_LENGTH && address.length <= MAX_ADDRESS_LENGTH) return { name, address }
    throw new WireError('a member without a usable name or address')
  })
}

function parseObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(bytes.toString())
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  } catch {
    // Said below.
  }
  throw new WireError('it does not speak the protocol of this cluster')
}

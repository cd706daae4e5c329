import {
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  timingSafeEqual,
} from 'node:crypto'
import { createSeal, createUnseal, type Seal, type Unseal } from './seal.ts'
import { WireError } from './wire-error.ts'

/** Which end of a connection somebody is. */
export type Role = 'dialler' | 'listener'

/** Both hellos of a connection as they went over the wire. */
export interface Greetings {
  readonly dialler: Buffer
  readonly listener: Buffer
}

/**
 * Proves to another member that both have the same key, without showing it, and makes keys for one connection of it
 * and of a key exchange (X25519): who learns the key later cannot read what was said before.
 */
export class SharedKey {
  readonly #proofKey: Buffer
  readonly #frameKey: Buffer

  constructor(secret: Buffer) {
    this.#proofKey = derive(secret, Buffer.alloc(0), 'vedette cluster 1 proof', 32)
    this.#frameKey = derive(secret, Buffer.alloc(0), 'vedette cluster 1 frames', 32)
  }

  /** What one end shows the other: made of both hellos with their nonces, so that it holds for this connection only. */
  prove(role: Role, greetings: Greetings): Buffer {
    return createHmac('sha256', this.#proofKey).update(role).update(digest(greetings)).digest()
  }

  isProof(proof: Buffer, role: Role, greetings: Greetings): boolean {
    const expected = this.prove(role, greetings)
    return proof.length === expected.length && timingSafeEqual(proof, expected)
  }

  /** @throws WireError if the other's half of the exchange is none */
  createSeals(role: Role, greetings: Greetings, own: KeyObject, other: string): { seal: Seal; unseal: Unseal } {
    const secret = Buffer.concat([this.#frameKey, agree(own, other)])
    const keys = derive(secret, digest(greetings), 'vedette cluster 1 connection', 64)
    const [byDialler, byListener] = [keys.subarray(0, 32), keys.subarray(32)]
    return role === 'dialler'
      ? { seal: createSeal(byDialler), unseal: createUnseal(byListener) }
      : { seal: createSeal(byListener), unseal: createUnseal(byDialler) }
  }
}

/** One end's part of a key exchange. */
export function createExchange(): { readonly privateKey: KeyObject; readonly publicHalf: string } {
  const { privateKey, publicKey } = generateKeyPairSync('x25519')
  return { privateKey, publicHalf: String(publicKey.export({ format: 'jwk' }).x) }
}

function agree(privateKey: KeyObject, publicHalf: string): Buffer {
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: publicHalf }, format: 'jwk' })
    return diffieHellman({ privateKey, publicKey })
  } catch {
    throw new WireError('its half of the key exchange is none')
  }
}

function digest({ dialler, listener }: Greetings): Buffer {
  const hash = createHash('sha256')
  for (const greeting of [dialler, listener]) {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(greeting.length)
    hash.update(length).update(greeting)
  }
  return hash.digest()
}

function derive(secret: Buffer, salt: Buffer, info: string, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, bytes))
}

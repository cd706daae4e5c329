import { createCipheriv, createDecipheriv } from 'node:crypto'
import { WireError } from './wire-error.ts'

/** Makes of a frame's kind and payload what goes over the wire. Each call counts. */
export type Seal = (body: Buffer) => Buffer
/** @throws WireError for what the other side's Seal did not make, or not at this place */
export type Unseal = (body: Buffer) => Buffer

export const unsealed: Seal & Unseal = (body) => body

const CIPHER = 'aes-256-gcm'
const TAG_BYTES = 16

/** Encrypts frames; the nonce is their number, so that none can be left out, doubled or moved unnoticed. */
export function createSeal(key: Buffer): Seal {
  const nextNonce = countNonces()
  return (body) => {
    const cipher = createCipheriv(CIPHER, key, nextNonce())
    return Buffer.concat([cipher.update(body), cipher.final(), cipher.getAuthTag()])
  }
}

export function createUnseal(key: Buffer): Unseal {
  const nextNonce = countNonces()
  return (body) => {
    if (body.length < TAG_BYTES) throw new WireError('a frame that is not sealed')
    const decipher = createDecipheriv(CIPHER, key, nextNonce(), { authTagLength: TAG_BYTES })
    decipher.setAuthTag(body.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(body.subarray(0, -TAG_BYTES)), decipher.final()])
    } catch {
      throw new WireError('a frame that was changed on its way, or sealed with another key')
    }
  }
}

function countNonces(): () => Buffer {
  let count = 0n
  return () => {
    const nonce = Buffer.alloc(12)
    nonce.writeBigUInt64BE(count, 4)
    count += 1n
    return nonce
  }
}

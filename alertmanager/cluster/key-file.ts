import { readFileSync } from 'node:fs'
import { CodedError, messageOf } from '#lib/errors.ts'
import { SharedKey } from './wire/shared-key.ts'

/** A shorter one can be guessed by whoever has listened to one greeting. */
const MIN_KEY_BYTES = 16
const MAX_KEY_BYTES = 4_096

/**
 * Reads the key that all members share: any bytes, white space around them left out.
 *
 * @throws CodedError CLUSTER_KEY_UNUSABLE
 */
export function readSharedKey(file: string): SharedKey {
  const secret = Buffer.from(readKeyFile(file).toString('latin1').trim(), 'latin1')
  if (secret.length >= MIN_KEY_BYTES && secret.length <= MAX_KEY_BYTES) return new SharedKey(secret)
  const why = `it has ${secret.length} bytes; ${MIN_KEY_BYTES} to ${MAX_KEY_BYTES} are taken`
  throw new CodedError('CLUSTER_KEY_UNUSABLE', [file, why])
}

function readKeyFile(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new CodedError('CLUSTER_KEY_UNUSABLE', [file, messageOf(error)], { cause: error })
  }
}

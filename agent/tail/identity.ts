import { createHash } from 'node:crypto'
import { fileKeyOf } from '#lib/record-uid.ts'

/** Longest part of a first line that identifies a file. */
export const IDENTITY_BYTES = 256

const NEWLINE = 10

/**
 * What makes two opens the same file: its first record, whose time in nanoseconds makes it unique within a container
 * instance. Not the inode, which comes straight back after two rotations, and not the path, which every rotation and
 * every recreated static pod uses again.
 */
export interface FileIdentity {
  /** Eleven bytes, part of the uid of every record of the file. */
  readonly key: Buffer
  /** The bytes of the file that were hashed: from its begin to the end of its first line, or {@link IDENTITY_BYTES}. */
  readonly prefix: Buffer
}

/**
 * The identity of a file of a container instance, from its first bytes.
 *
 * @param head at least the first {@link IDENTITY_BYTES} bytes, or all there are
 * @returns undefined while the first line is not complete
 */
export function identify(instanceKey: string, head: Buffer): FileIdentity | undefined {
  const newline = head.subarray(0, IDENTITY_BYTES).indexOf(NEWLINE)
  if (newline < 0 && head.length < IDENTITY_BYTES) return undefined
  return identityOf(instanceKey, head.subarray(0, newline < 0 ? IDENTITY_BYTES : newline + 1))
}

/** The identity that exactly these first bytes give; for a first line that never got its newline. */
export function identityOf(instanceKey: string, prefix: Buffer): FileIdentity {
  const hash = createHash('sha256').update(instanceKey).update('\0').update(prefix).digest()
  return { key: fileKeyOf(hash), prefix: copyOf(prefix) }
}

/** With memory of its own: a small one would keep a whole slab of Node's pool for as long as the file is open. */
function copyOf(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length)
  bytes.copy(copy)
  return copy
}

import { createHash } from 'node:crypto'

/** Most that is remembered of how a file begins. */
const HEAD_BYTES = 1024
/** Most that is remembered of what stands before the place that was reached. */
const TAIL_BYTES = 256

/** A file's bytes. */
export interface Readable {
  /** Reads at a position; returns how many bytes there were. */
  peek(target: Buffer, lengthBytes: number, position: number): number
}

/** What tells a file from others, as it is written down. */
export interface Likeness {
  /** How many of its first bytes were hashed. */
  readonly headBytes: number
  /** How many bytes were hashed that end at `tailOffset`. */
  readonly tailBytes: number
  readonly tailOffset: number
  readonly hash: string
}

/**
 * What a file held where it was read. Lines of plain text have no time that would make the first of them unique, and many
 * files begin with the same header. So what tells whether a file still is what it was is its begin and, however far it
 * was read, what was read last.
 */
export class Fingerprint {
  /** The first bytes, more and more of them as the file is read. */
  #head: Buffer
  readonly #tail = Buffer.alloc(TAIL_BYTES)
  #tailBytes: number
  #offset: number
  readonly #probe = Buffer.alloc(HEAD_BYTES)

  /** Of a file that is as it should be, and is read from an offset on. */
  constructor(file: Readable, offset: number) {
    this.#head = Buffer.from(this.#probe.subarray(0, file.peek(this.#probe, HEAD_BYTES, 0)))
    const tailBytes = Math.min(TAIL_BYTES, offset)
    this.#tailBytes = file.peek(this.#tail, tailBytes, offset - tailBytes) === tailBytes ? tailBytes : 0
    this.#offset = offset
  }

  /** Notes that `bytes[start, end)` were read and that they end at an offset of the file. */
  extend(bytes: Buffer, start: number, end: number, endOffset: number): void {
    const startOffset = endOffset - (end - start)
    this.#extendHead(bytes, start, end, startOffset)
    const fresh = Math.min(TAIL_BYTES, end - start)
    const kept = startOffset === this.#offset ? Math.min(this.#tailBytes, TAIL_BYTES - fresh) : 0
    this.#tail.copyWithin(0, this.#tailBytes - kept, this.#tailBytes)
    bytes.copy(this.#tail, kept, end - fresh, end)
    this.#tailBytes = kept + fresh
    this.#offset = endOffset
  }

  /** Goes on at an offset; of what stands before it nothing is at hand. */
  skipTo(offset: number): void {
    this.#offset = offset
    this.#tailBytes = 0
  }

  /** Whether a file holds what was read. */
  isOf(file: Readable): boolean {
    return (
      this.#holds(file, this.#head, this.#head.length, 0) &&
      this.#holds(file, this.#tail, this.#tailBytes, this.#offset - this.#tailBytes)
    )
  }

  /** How much is known of the file: the less, the more files it may be. */
  get knownBytes(): number {
    return Math.max(this.#head.length, this.#tailBytes)
  }

  get likeness(): Likeness {
    const tail = this.#tail.subarray(0, this.#tailBytes)
    return {
      headBytes: this.#head.length,
      tailBytes: this.#tailBytes,
      tailOffset: this.#offset,
      hash: hashOf(this.#head, tail),
    }
  }

  #extendHead(bytes: Buffer, start: number, end: number, startOffset: number): void {
    const known = this.#head.length
    const from = start + known - startOffset
    if (known >= HEAD_BYTES || startOffset > known || from >= end) return
    this.#head = Buffer.concat([this.#head, bytes.subarray(from, Math.min(end, from + HEAD_BYTES - known))])
  }

  #holds(file: Readable, expected: Buffer, lengthBytes: number, position: number): boolean {
    if (lengthBytes === 0) return true
    const found = file.peek(this.#probe, lengthBytes, position)
    return found === lengthBytes && this.#probe.compare(expected, 0, lengthBytes, 0, lengthBytes) === 0
  }
}

/** Whether a file holds what the one held of which a likeness was written down. */
export function resembles(file: Readable, { headBytes, tailBytes, tailOffset, hash }: Likeness): boolean {
  if (headBytes > HEAD_BYTES || tailBytes > TAIL_BYTES || tailBytes > tailOffset) return false
  const head = Buffer.alloc(headBytes)
  const tail = Buffer.alloc(tailBytes)
  return (
    file.peek(head, headBytes, 0) === headBytes &&
    file.peek(tail, tailBytes, tailOffset - tailBytes) === tailBytes &&
    hashOf(head, tail) === hash
  )
}

/** Whether a file of this size has what another one begins with. */
export function isBeginOf(file: Readable, sizeBytes: number, other: Readable): boolean {
  const headBytes = Math.min(HEAD_BYTES, sizeBytes)
  const tailBytes = Math.min(TAIL_BYTES, sizeBytes)
  return isAlike(file, other, headBytes, 0) && isAlike(file, other, tailBytes, sizeBytes - tailBytes)
}

function isAlike(a: Readable, b: Readable, lengthBytes: number, position: number): boolean {
  const [first, second] = [Buffer.alloc(lengthBytes), Buffer.alloc(lengthBytes)]
  return (
    a.peek(first, lengthBytes, position) === lengthBytes &&
    b.peek(second, lengthBytes, position) === lengthBytes &&
    first.equals(second)
  )
}

function hashOf(head: Buffer, tail: Buffer): string {
  return createHash('sha256').update(head).update(tail).digest('base64url').slice(0, 16)
}

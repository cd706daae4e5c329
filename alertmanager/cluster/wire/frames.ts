import { type Seal, type Unseal, unsealed } from './seal.ts'
import { WireError } from './wire-error.ts'

/** What a frame is about. Its number is on the wire. */
const FRAMES = {
  hello: 1,
  proof: 2,
  refuse: 3,
  welcome: 4,
  members: 5,
  ping: 6,
  pong: 7,
  leave: 8,
  /** Part of a message that is not its last. */
  part: 9,
  /** The last part of a message of this type. */
  fullState: 10,
  update: 11,
} as const
export type FrameKind = keyof typeof FRAMES

export interface Frame {
  readonly kind: FrameKind
  readonly payload: Buffer
}

/** Largest payload of a frame; a message is cut into as many as it needs. */
export const MAX_PAYLOAD_BYTES = 256 * 1024
/** Largest payload before the other side is known: a hello, with room for later versions. */
const MAX_GREETING_BYTES = 8 * 1024

const LENGTH_BYTES = 4
/** The kind, and what sealing adds. */
const OVERHEAD_BYTES = 1 + 16

const KINDS: ReadonlyMap<number, FrameKind> = new Map(
  Object.entries(FRAMES).map(([kind, number]) => [number, kind as FrameKind]),
)

/** A frame on the wire: length of what follows (four bytes, big-endian), then kind and payload, sealed. */
export function encodeFrame(kind: FrameKind, payload: Buffer, seal: Seal): Buffer {
  const body = seal(Buffer.concat([Buffer.of(FRAMES[kind]), payload]))
  const length = Buffer.allocUnsafe(LENGTH_BYTES)
  length.writeUInt32BE(body.length)
  return Buffer.concat([length, body])
}

/** Cuts a stream of bytes into frames; holds no more than one frame and one chunk. */
export class FrameReader {
  #maxPayloadBytes = MAX_GREETING_BYTES
  #unseal: Unseal = unsealed
  #chunks: Buffer[] = []
  #bytes = 0

  /** From the next frame on: how large they may be and how they are read. */
  expect(maxPayloadBytes: number, unseal?: Unseal): void {
    this.#maxPayloadBytes = maxPayloadBytes
    if (unseal !== undefined) this.#unseal = unseal
  }

  push(chunk: Buffer): void {
    this.#chunks.push(chunk)
    this.#bytes += chunk.length
  }

  /**
   * The next whole frame, if there is one.
   *
   * @throws WireError for one that is too long, of no known kind, or not sealed as it must be
   */
  next(): Frame | undefined {
    if (this.#bytes < LENGTH_BYTES) return undefined
    const length = this.#peekLength()
    if (length < 1 || length > this.#maxPayloadBytes + OVERHEAD_BYTES) {
      throw new WireError(`a frame of ${length} bytes; at most ${this.#maxPayloadBytes} are taken`)
    }
    if (this.#bytes < LENGTH_BYTES + length) return undefined
    const body = this.#unseal(this.#take(LENGTH_BYTES + length).subarray(LENGTH_BYTES))
    const kind = KINDS.get(body[0] ?? 0)
    if (kind === undefined) throw new WireError('a frame of no known kind')
    return { kind, payload: body.subarray(1) }
  }

  #peekLength(): number {
    if (this.#chunks[0]!.length < LENGTH_BYTES) this.#chunks = [Buffer.concat(this.#chunks)]
    return this.#chunks[0]!.readUInt32BE()
  }

  #take(bytes: number): Buffer {
    const all = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks)
    const rest = all.subarray(bytes)
    this.#chunks = rest.length === 0 ? [] : [rest]
    this.#bytes = rest.length
    return all.subarray(0, bytes)
  }
}

import type { Protocol } from '../protocol.ts'
import { encodeV1, maxBytesV1 } from './encode-v1.ts'
import { EncoderV2 } from './encode-v2.ts'
import type { Batch } from './slice.ts'
import { maxSnappyBytes, SnappyEncoder } from './snappy-encoder.ts'

/** Makes the bodies of requests, in memory that is used again. */
export class RequestEncoder {
  readonly #snappy = new SnappyEncoder()
  readonly #v2 = new EncoderV2()
  #plain = Buffer.alloc(0)
  #packed = Buffer.alloc(0)

  /** The body of a request, in a buffer of its own. */
  encode(batch: Batch, protocol: Protocol): Buffer {
    if (protocol === '1.0') {
      const plain = this.#reserve(maxBytesV1(batch))
      return this.pack(plain, encodeV1(batch, plain))
    }
    let length = 0
    const plain = this.#v2.encode(batch, (bytes) => {
      length = bytes
      return this.#reserve(bytes)
    })
    return this.pack(plain, length)
  }

  /** The first bytes of a message, compressed. */
  pack(plain: Buffer, length = plain.length): Buffer {
    const most = maxSnappyBytes(length)
    if (most > this.#packed.length) this.#packed = Buffer.allocUnsafeSlow(2 * most)
    return Buffer.from(this.#packed.subarray(0, this.#snappy.compress(plain, length, this.#packed)))
  }

  #reserve(bytes: number): Buffer {
    if (bytes > this.#plain.length) this.#plain = Buffer.allocUnsafeSlow(2 * bytes)
    return this.#plain
  }
}

import { freeNow } from '#lib/free-now.ts'
import { compress, decompress } from './compress.ts'
import type { Encoding } from './outcome.ts'
import { shortenRecord } from './shorten.ts'
import { type RequestPart, splitRequest } from './split.ts'

/** A request ready for the wire. The uncompressed body is not kept: it is needed again only in rare cases. */
export interface Parcel {
  readonly payload: Buffer
  readonly encoding: Encoding
  readonly records: number
  readonly bodyBytes: number
}

/** Makes parcels and gives their memory back, so that what they hold is known. */
export class Packer {
  readonly #level: number
  #heldBytes = 0

  /** @param level of the compression */
  constructor(level: number) {
    this.#level = level
  }

  /** Bytes of the payloads of all parcels that were not freed. */
  get heldBytes(): number {
    return this.#heldBytes
  }

  pack({ body, records }: RequestPart, encoding: Encoding): Parcel {
    const payload = compress(body, encoding, this.#level)
    this.#heldBytes += payload.length
    return { payload, encoding, records, bodyBytes: body.length }
  }

  /** The same in another encoding, in place of what it was. */
  repack(parcel: Parcel, encoding: Encoding): Parcel {
    const again = this.#unpack(parcel, (body) => this.pack({ body, records: parcel.records }, encoding))
    this.free(parcel)
    return again
  }

  /** Two halves, or what there is if it can't be halved. The parcel itself is kept. */
  split(parcel: Parcel): readonly Parcel[] {
    return this.#unpack(parcel, (body) => splitRequest(body).map((part) => this.pack(part, parcel.encoding)))
  }

  /** Its one record with less of its body, or undefined if there is too little to cut. The parcel itself is kept. */
  shorten(parcel: Parcel): Parcel | undefined {
    return this.#unpack(parcel, (body) => {
      const shorter = shortenRecord(body)
      return shorter === undefined ? undefined : this.pack({ body: shorter, records: 1 }, parcel.encoding)
    })
  }

  /** Nobody may use the parcel any more. */
  free({ payload }: Parcel): void {
    this.#heldBytes -= payload.length
    freeNow(payload)
  }

  #unpack<T>({ payload, encoding }: Parcel, use: (body: Buffer) => T): T {
    const body = decompress(payload, encoding)
    try {
      return use(body)
    } finally {
      if (body !== payload) freeNow(body)
    }
  }
}

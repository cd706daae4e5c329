import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { LENGTH_DELIMITED } from '#lib/otlp/wire.ts'
import type { WriteTally } from './write-tally.ts'

/** What is read of a request by its version of the protocol. */
export interface RequestFormat {
  /** Number of the field that has the series. */
  readonly timeseries: number
  /** Whether what stands beside the series cannot be read. */
  readonly isMalformed: boolean
  /** Takes a series that is at these bytes. @returns false if it is malformed */
  readSeries(start: number, stop: number, tally: WriteTally): boolean
}

/** Reads a request of remote write in pieces. */
export class RequestReader {
  readonly #format: RequestFormat
  readonly #request: ProtoReader

  constructor(bytes: Buffer, format: RequestFormat) {
    this.#format = format
    this.#request = new ProtoReader(bytes)
  }

  /** Takes some series; what was taken stays, even if what follows is malformed. */
  read(maxSeries: number, tally: WriteTally): 'more' | 'end' | 'malformed' {
    const request = this.#request
    const format = this.#format
    if (format.isMalformed) return 'malformed'
    for (let left = maxSeries; left > 0; left--) {
      const field = request.next()
      if (field === 0) return request.failed ? 'malformed' : 'end'
      if (field !== format.timeseries || request.wireType !== LENGTH_DELIMITED) continue
      if (!format.readSeries(request.start, request.stop, tally)) return 'malformed'
    }
    return 'more'
  }
}

import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import { CodedError } from '#lib/errors.ts'

/** Bytes that a sender says it sends; undefined if it does not say. */
export function announcedBytes(headers: IncomingHttpHeaders): number | undefined {
  const length = headers['content-length']
  return length === undefined || headers['transfer-encoding'] !== undefined ? undefined : Number(length)
}

interface ReadBodyOptions {
  /** Bytes that the sender says it sends; undefined if it does not say. */
  readonly announcedBytes: number | undefined
  readonly maxBytes: number
  /** Called with the bytes that have arrived, before they are kept. What it throws ends the reading. */
  readonly hold: (bytes: number) => void
}

/** Memory is taken as bytes arrive, whatever is announced: this much at first, then twice as much, and so on. */
const FIRST_BYTES = 1024 ** 2
/** A buffer that is emptier than this is copied to one that fits. */
const LEAST_FILLING = 0.75

/**
 * Reads the body of a request into a buffer of its own.
 *
 * @throws CodedError PAYLOAD_TOO_LARGE, or PAYLOAD_MALFORMED if it breaks off
 */
export function readBody(stream: Readable, { announcedBytes, maxBytes, hold }: ReadBodyOptions): Promise<Buffer> {
  const longest = announcedBytes ?? maxBytes
  let body = Buffer.allocUnsafeSlow(Math.min(longest, maxBytes, FIRST_BYTES))
  let length = 0
  return new Promise((resolve, reject) => {
    const fail = (error: unknown) => {
      // The rest is read and forgotten, or the answer would not be seen.
      stream.off('data', take).resume()
      reject(error)
    }
    const take = (chunk: Buffer) => {
      const needed = length + chunk.length
      if (needed > maxBytes) return fail(new CodedError('PAYLOAD_TOO_LARGE', [`more than ${maxBytes}`, maxBytes]))
      try {
        hold(needed)
      } catch (error) {
        return fail(error)
      }
      if (needed > body.length) {
        const larger = Buffer.allocUnsafeSlow(Math.max(needed, Math.min(2 * body.length, longest, maxBytes)))
        body.copy(larger, 0, 0, length)
        body = larger
      }
      chunk.copy(body, length)
      length = needed
    }
    if (longest > maxBytes && announcedBytes !== undefined) {
      return fail(new CodedError('PAYLOAD_TOO_LARGE', [announcedBytes, maxBytes]))
    }
    stream.on('data', take)
    stream.once('end', () => {
      const isFull = length >= body.length * LEAST_FILLING
      resolve(isFull ? body.subarray(0, length) : Buffer.from(body.subarray(0, length)))
    })
    stream.once('error', fail)
    stream.once('close', () => reject(new CodedError('PAYLOAD_MALFORMED', ['it breaks off'])))
  })
}

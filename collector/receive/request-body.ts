import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { decompress } from './content.ts'
import type { InFlightBytes } from './in-flight.ts'
import { announcedBytes, readBody } from './read-body.ts'

export interface RequestBody {
  /** As it came. */
  readonly sent: Buffer
  /** Of {@link sent}, in lower case. */
  readonly encoding: string
  /** Without the encoding; the same object as {@link sent} where there is none. */
  readonly content: Buffer
}

interface TakeBodyOptions {
  readonly inFlight: InFlightBytes
  /** Largest body, before and after decompression. */
  readonly maxRequestBytes: number
  /** What the encoding is where the request does not say it. */
  readonly usualEncoding?: string
  /** How often the content is in memory until the request is answered. */
  readonly copies?: number
}

/**
 * Leaves bodies of these media types to {@link takeBody}: the server refuses others, and parses none. What a request
 * takes of the bytes under way is given back when its answer is out, or its connection gone.
 */
export function leaveBodies(app: FastifyInstance, inFlight: InFlightBytes, mediaTypes: string | string[] = '*'): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser(mediaTypes, (_request, payload, done) => done(null, payload))
  app.addHook('onRequest', (_request, { raw }, done) => {
    raw.once('close', () => inFlight.release(raw))
    done()
  })
}

/**
 * Reads the body of a request, undoes its encoding, and counts both among the bytes under way.
 *
 * @throws CodedError PAYLOAD_TOO_LARGE, PAYLOAD_MALFORMED, UNSUPPORTED_ENCODING or TOO_MANY_REQUESTS
 */
export async function takeBody(
  { headers, raw }: FastifyRequest,
  reply: FastifyReply,
  { inFlight, maxRequestBytes, usualEncoding = 'identity', copies = 1 }: TakeBodyOptions,
): Promise<RequestBody> {
  const hold = (bytes: number) => {
    // Nobody would release what is held once the answer is closed.
    if (!reply.raw.closed) inFlight.hold(reply.raw, bytes)
  }
  const sent = await readBody(raw, { announcedBytes: announcedBytes(headers), maxBytes: maxRequestBytes, hold })
  const encoding = String(headers['content-encoding'] ?? usualEncoding)
    .trim()
    .toLowerCase()
  const content = decompress(sent, encoding, maxRequestBytes)
  hold(sent.length + copies * content.length)
  return { sent, encoding, content }
}

/**
 * Origin of the page in a browser that sends a request. No program that sends says this; a browser does for each
 * page that sends something, and no page has reason to.
 */
export function pageOf({ headers }: FastifyRequest): string | undefined {
  return headers.origin
}

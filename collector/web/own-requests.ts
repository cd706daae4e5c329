import { CodedError } from '#lib/errors.ts'
import type { FastifyRequest } from '#lib/http/server.ts'

/**
 * Refuses a request that changes something, if a page of another origin may have sent it. A browser asks before it sends
 * JSON elsewhere, and nobody here answers that it may; so the media type is checked, and what a browser says besides.
 *
 * @throws CodedError UNSUPPORTED_MEDIA_TYPE or CROSS_ORIGIN
 */
export function checkOwnRequest({ headers }: FastifyRequest): void {
  const type = (headers['content-type'] ?? 'none').split(';')[0]!.trim().toLowerCase()
  if (type !== 'application/json') throw new CodedError('UNSUPPORTED_MEDIA_TYPE', [type, 'application/json'])
  const site = headers['sec-fetch-site']
  const { origin } = headers
  const isOwn = origin === undefined || URL.parse(origin)?.host === headers.host
  if (isOwn && (site === undefined || site === 'same-origin' || site === 'none')) return
  throw new CodedError('CROSS_ORIGIN', [origin ?? 'another origin'])
}

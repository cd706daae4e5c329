import type { IncomingMessage } from 'node:http'
import type { HttpRequest } from './request.ts'

/** What identifies us to one host is not for another one, nor for the wire in clear. */
export function mayShareSecrets(meant: string, actual: string): boolean {
  const [from, to] = [new URL(meant), new URL(actual)]
  return from.host === to.host && (from.protocol === to.protocol || to.protocol === 'https:')
}

/**
 * The request that a redirect asks for, if it is one. 307 and 308 repeat the request; the older codes make it a GET
 * without a body, as browsers and Go do. Of our headers another host gets the type of the body only: the others may be keys.
 */
export function redirectOf(
  request: HttpRequest,
  { statusCode = 0, headers }: IncomingMessage,
): HttpRequest | undefined {
  const location = headers.location === undefined ? null : URL.parse(headers.location, request.url)
  if (location === null || !/^https?:$/.test(location.protocol)) return undefined
  if (statusCode === 307 || statusCode === 308) {
    const next = { ...request, url: location.href }
    return mayShareSecrets(request.url, next.url) ? next : { ...next, headers: contentType(request.headers) }
  }
  if (![301, 302, 303].includes(statusCode)) return undefined
  return { url: location.href, method: 'GET', headers: {}, body: '' }
}

function contentType(headers: HttpRequest['headers']): Record<string, string> {
  const type = headers['content-type']
  return type === undefined ? {} : { 'content-type': type }
}

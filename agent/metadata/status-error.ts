import type { IncomingMessage } from 'node:http'
import { MetadataError, type Peer } from './metadata-error.ts'

/** Nobody who is well asks for more patience than this. */
const LONGEST_RETRY_AFTER_MS = 5 * 60_000

/** What an answer other than 200 means. Of what the peer said only the name of a user is taken, and never our token. */
export function statusError(
  peer: Peer,
  host: string,
  response: Pick<IncomingMessage, 'statusCode' | 'headers'>,
  content: Buffer,
  token: string,
): MetadataError {
  const status = response.statusCode ?? 0
  if (status === 401) return new MetadataError(`${peer}_UNAUTHORIZED`, [host])
  if (status === 403) return new MetadataError(`${peer}_FORBIDDEN`, [host, refusedUser(content, token)])
  if (status === 410 && peer === 'KUBE_API') return new MetadataError('KUBE_API_EXPIRED', [])
  const retryAfterMs = retryAfter(response.headers['retry-after'])
  return new MetadataError(`${peer}_STATUS`, [host, status], { retryAfterMs })
}

/**
 * Whom the peer refuses, in its words: `Forbidden (user=system:serviceaccount:…, verb=get, …)` of a kubelet, and in the
 * JSON of an API server `pods is forbidden: User \"system:serviceaccount:…\" cannot list resource …`.
 */
function refusedUser(content: Buffer, token: string): string {
  const text = content.toString('latin1', 0, 4096)
  const user = (/\(user=([\w:.@-]{1,256}), verb=/.exec(text) ?? /User \\"([\w:.@-]{1,256})\\" cannot /.exec(text))?.[1]
  return user === undefined || token.includes(user) ? 'us' : `user ${user}`
}

/** Only the form in seconds: API servers use no other. */
function retryAfter(header: string | undefined): number {
  const ms = Number(header) * 1000
  return ms > 0 ? Math.min(ms, LONGEST_RETRY_AFTER_MS) : 0
}

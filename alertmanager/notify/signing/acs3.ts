import type { HttpRequest } from '../http/request.ts'
import { canonicalQuery, hmacSha256, sha256Hex } from './digest.ts'

export interface Acs3Options {
  readonly accessKeyId: string
  readonly accessKeySecret: string
  readonly action: string
  readonly version: string
  readonly nowMs: number
  /** Different for each request. */
  readonly nonce: string
}

/**
 * Signs a request to Alibaba Cloud with version 3 of its signature, all headers included, which must be in lower case.
 *
 * https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature
 */
export function signAcs3(request: HttpRequest, options: Acs3Options): HttpRequest {
  const url = new URL(request.url)
  const headers: Record<string, string> = {
    ...request.headers,
    'x-acs-action': options.action,
    'x-acs-content-sha256': sha256Hex(request.body),
    'x-acs-date': new Date(options.nowMs).toISOString().replace(/\.\d{3}/, ''),
    'x-acs-signature-nonce': options.nonce,
    'x-acs-version': options.version,
  }
  const signed = Object.entries({ ...headers, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url),
    ...signed.map(([name, value]) => `${name}:${value.trim()}`),
    '',
    names,
    headers['x-acs-content-sha256'],
  ].join('\n')
  const toSign = `ACS3-HMAC-SHA256\n${sha256Hex(canonical)}`
  const signature = hmacSha256(options.accessKeySecret, toSign).toString('hex')
  const authorization = `ACS3-HMAC-SHA256 Credential=${options.accessKeyId},SignedHeaders=${names},Signature=${signature}`
  return { ...request, headers: { ...headers, authorization } }
}

import type { HttpRequest } from '../http/request.ts'
import { hmacSha256, sha256Hex } from './digest.ts'

export interface Tc3Options {
  readonly secretId: string
  readonly secretKey: string
  readonly service: string
  readonly region: string
  readonly action: string
  readonly version: string
  readonly nowMs: number
}

/**
 * Signs a POST to Tencent Cloud: content type, host and body, as its own clients do.
 *
 * https://www.tencentcloud.com/document/api/1005/34678
 */
export function signTc3(request: HttpRequest, options: Tc3Options): HttpRequest {
  const { secretId, secretKey, service, region, action, version, nowMs } = options
  const url = new URL(request.url)
  const timestamp = String(Math.floor(nowMs / 1_000))
  const date = new Date(nowMs).toISOString().slice(0, 10)
  const names = 'content-type;host'
  const canonical = [
    ...[request.method, url.pathname, ''],
    `content-type:${request.headers['content-type']?.toLowerCase()}`,
    `host:${url.host}`,
    ...['', names, sha256Hex(request.body)],
  ].join('\n')
  const scope = `${date}/${service}/tc3_request`
  const steps = [date, service, 'tc3_request']
  const key = steps.reduce<string | Buffer>((left, step) => hmacSha256(left, step), `TC3${secretKey}`)
  const signature = hmacSha256(key, `TC3-HMAC-SHA256\n${timestamp}\n${scope}\n${sha256Hex(canonical)}`).toString('hex')
  const authorization = `TC3-HMAC-SHA256 Credential=${secretId}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return {
    ...request,
    headers: {
      ...request.headers,
      authorization,
      'x-tc-action': action,
      'x-tc-region': region,
      'x-tc-timestamp': timestamp,
      'x-tc-version': version,
    },
  }
}

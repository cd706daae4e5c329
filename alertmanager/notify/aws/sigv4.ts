import type { HttpRequest } from '../http/request.ts'
import { canonicalQuery, hmacSha256, sha256Hex } from '../signing/digest.ts'

export interface AwsCredentials {
  readonly accessKey: string
  readonly secretKey: string
  /** Of credentials that end. */
  readonly sessionToken?: string
}

export interface SigningScope {
  readonly service: string
  readonly region: string
  readonly nowMs: number
}

/**
 * Signs a request to AWS: adds `x-amz-date`, `authorization` and, for credentials that end, their token. All headers of the
 * request are signed, which must be in lower case.
 *
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html
 */
export function signSigv4(
  request: HttpRequest,
  credentials: AwsCredentials,
  { service, region, nowMs }: SigningScope,
): HttpRequest {
  const url = new URL(request.url)
  const time = new Date(nowMs).toISOString().replace(/[-:]|\.\d{3}/g, '')
  const date = time.slice(0, 8)
  const token = credentials.sessionToken === undefined ? {} : { 'x-amz-security-token': credentials.sessionToken }
  const headers: Record<string, string> = { ...request.headers, 'x-amz-date': time, ...token }
  const signed = Object.entries({ ...headers, host: url.host }).sort(([a], [b]) => (a < b ? -1 : 1))
  const names = signed.map(([name]) => name).join(';')
  const canonical = [
    request.method,
    url.pathname,
    canonicalQuery(url),
    ...signed.map(([name, value]) => `${name}:${value.trim().replace(/ +/g, ' ')}`),
    '',
    names,
    sha256Hex(request.body),
  ].join('\n')
  const scope = `${date}/${region}/${service}/aws4_request`
  const steps = [date, region, service, 'aws4_request']
  const key = steps.reduce<string | Buffer>((left, step) => hmacSha256(left, step), `AWS4${credentials.secretKey}`)
  const signature = hmacSha256(key, `AWS4-HMAC-SHA256\n${time}\n${scope}\n${sha256Hex(canonical)}`).toString('hex')
  const authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKey}/${scope}, SignedHeaders=${names}, Signature=${signature}`
  return { ...request, headers: { ...headers, authorization } }
}

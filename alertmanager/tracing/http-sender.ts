import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { Clock } from '#lib/clock.ts'
import { decodePartialSuccess, decodeStatusMessage } from '#lib/otlp/responses.ts'
import type { TlsConfig } from '../config/tls.ts'
import { readBody } from '../notify/http/read-response.ts'
import { retryAfterMs } from '../notify/http/retry-after.ts'
import { describeFailure } from '../notify/http/transport-failure.ts'
import { createWire } from '../notify/http/wire.ts'
import type { SecretHeaders } from './secret-headers.ts'
import type { Sent, TraceSender } from './span-exporter.ts'

export interface HttpSenderOptions {
  /** As host:port. */
  readonly endpoint: string
  readonly isInsecure: boolean
  readonly tls: TlsConfig | undefined
  readonly headers: SecretHeaders
  readonly isCompressed: boolean
  readonly userAgent: string
  /** Where proxies are named. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => Promise<string>
  readonly clock: Clock
}

const compress = promisify(gzip)
/** By OTLP's specification. */
const RETRYABLE: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** OTLP over HTTP, in protobuf. */
export function createHttpSender(options: HttpSenderOptions): TraceSender {
  const { endpoint, isInsecure, tls, headers, isCompressed, userAgent, env, readFile, clock } = options
  const config = { proxy_from_environment: true, ...(tls === undefined ? {} : { tls_config: tls }) }
  const wire = createWire({ config, env, readFile })
  const url = `${isInsecure ? 'http' : 'https'}://${endpoint}/v1/traces`
  const own = {
    'content-type': 'application/x-protobuf',
    'user-agent': userAgent,
    ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
  }

  const post = async (request: Buffer, secrets: Awaited<ReturnType<SecretHeaders['read']>>, signal: AbortSignal) => {
    const body = isCompressed ? await compress(request) : request
    const response = await wire({ url, method: 'POST', headers: {}, body }, { ...secrets, ...own }, signal)
    const content = await readBody(response, clock)
    return judge(response.statusCode ?? 0, content, response.headers['retry-after'])
  }
  const judge = (status: number, content: Buffer, wait: string | undefined): Sent => {
    if (status >= 200 && status < 300) return { ok: true, ...decodePartialSuccess(content) }
    const said = decodeStatusMessage(content)
    const message = `${url} answered ${status}${said === '' ? '' : `: ${said.slice(0, 200)}`}`
    return { ok: false, retryable: RETRYABLE.has(status), message, retryAfterMs: retryAfterMs(wait, clock.nowMs()) }
  }

  return {
    async send(request, signal) {
      try {
        const secrets = await headers.read()
        const sent = await post(request, secrets, signal)
        return { ...sent, message: headers.hide(sent.message) }
      } catch (error) {
        return { ok: false, retryable: true, message: headers.hide(`${url}: ${describeFailure(error)}`) }
      }
    },
    // Its connections close when nobody has used them for a while.
    close() {},
  }
}

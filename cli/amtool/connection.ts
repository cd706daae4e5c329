import { readFile } from 'node:fs/promises'
import { systemClock } from '#lib/clock.ts'
import { parseGoDuration } from '../../alertmanager/config/go-duration.ts'
import { createRequester, type RequesterOptions } from '../../alertmanager/notify/http/requester.ts'
import { COMPATIBLE_VERSION } from '../../alertmanager/version.ts'
import { ApiClient } from './api/client.ts'
import { CommandError, type Values } from './command-line/grammar.ts'

export const DEFAULT_TIMEOUT = '30s'

/** Without a file the proxies of the environment hold; with one, if it says so. */
const DEFAULT_HTTP: Pick<RequesterOptions, 'config' | 'readFile'> = {
  config: { follow_redirects: true, enable_http2: true, proxy_from_environment: true },
  readFile: (path) => readFile(path, 'utf8'),
}

/** Reads `--alertmanager.url`; what it leaves out is that of a router on this machine. */
export function parseServerUrl(text: string): URL | undefined {
  // What Go takes for a scheme is a host and a port that were not given one.
  if (/^[\w.-]+:\d+(?:\/|$)/.test(text)) return URL.parse(`http://${text}`) ?? undefined
  const hasScheme = /^[a-zA-Z][a-zA-Z0-9+.-]*:\/\//.test(text)
  const url = hasScheme ? URL.parse(text) : URL.parse(`http://localhost:9093/${text.replace(/^\/+/, '')}`)
  return url !== null && /^https?:$/.test(url.protocol) && !/^:/.test(text) ? url : undefined
}

/** The server that the flags name, after a look at its release. */
export async function connect(values: Values): Promise<ApiClient> {
  const url = parseServerUrl(values.text('alertmanager.url') ?? '')
  const file = values.text('http.config.file')
  if (url === undefined) throw new CommandError('required flag --alertmanager.url not provided')
  if (file !== undefined && url.username !== '') {
    throw new CommandError('basic authentication and http.config.file are mutually exclusive')
  }
  const timeoutMs = parseGoDuration(values.text('timeout') ?? DEFAULT_TIMEOUT) ?? 0
  const http = file === undefined ? DEFAULT_HTTP : (await import('./http-config.ts')).readHttpConfig(file)
  const userAgent = `amtool/${COMPATIBLE_VERSION}`
  const ask = createRequester({ ...http, userAgent, clock: systemClock, env: process.env })
  const client = new ApiClient({ url, timeoutMs, ask })
  if (values.isOn('version-check')) await client.checkVersion()
  return client
}

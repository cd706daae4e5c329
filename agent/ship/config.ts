import type { Report } from '#lib/config/check.ts'
import {
  backoffSection,
  bearerTokenFile,
  checkHeaders,
  checkTls,
  headersMapping,
  tlsSection,
} from '#lib/config/client.ts'
import { choice, duration, integer, list, type Static, section, size, url } from '#lib/config/schema.ts'
import { ENCODINGS } from './outcome.ts'

/** The part of the agent's configuration that is about delivery. */
export function shipSection() {
  return section('Delivery to collectors by OTLP/HTTP.', {
    endpoints: list(url({ description: 'Base URL of a collector; `/v1/logs` is appended.' }), {
      description:
        'Collectors. Requests are spread over those that answer. The proxy variables of the environment count (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`), but for loopback addresses.',
      default: ['http://127.0.0.1:4318'],
      minItems: 1,
    }),
    headers: headersMapping('Headers of every request, for instance for authorization.'),
    bearer_token_file: bearerTokenFile(),
    tls: tlsSection('Connections to `https://` endpoints.'),
    compression: choice(ENCODINGS, {
      description:
        'Compression of requests; where a collector refuses it, the next of zstd, gzip and identity is used.',
      default: 'zstd',
    }),
    compression_level: integer({ description: 'Level of the compression.', default: 1, minimum: 1, maximum: 9 }),
    timeout: duration({ description: 'Longest wait for a complete answer.', default: '30s' }),
    max_connection_age: duration({
      description:
        'How long a connection is kept at the most, half of it at the least. Behind the one address of a Service, collectors that were added get requests only by new connections.',
      default: '5m',
    }),
    max_in_flight: integer({
      description:
        'Requests under way at once, to all collectors together. To one that is overloaded fewer are sent, by itself.',
      default: 4,
      minimum: 1,
      maximum: 64,
    }),
    max_in_flight_bytes: size({
      description: 'Once requests that are not yet acknowledged have this many bytes, compressed, no more is read.',
      default: '16MiB',
      minimum: 1024,
    }),
    resolve_interval: duration({
      description:
        'How often the names of endpoints are looked up. One with several addresses, as a headless Service has, counts as several collectors. `0s` to leave names to each connection; so are those reached by a proxy.',
      default: '30s',
    }),
    batch: section('How records are gathered into requests.', {
      max_bytes: size({
        description: 'A request is sent once its records have this many bytes.',
        default: '1MiB',
        minimum: 1024,
      }),
      max_delay: duration({ description: 'A request is sent at the latest after this time.', default: '200ms' }),
    }),
    backoff: backoffSection(
      'Waits before a collector that failed is tried again: exponential with full jitter, without end. What it says in Retry-After comes on top.',
      '500ms',
    ),
    dead_letter: section('What no collector takes, with the reason, in `dead-letter/` of `state_dir`.', {
      max_bytes: size({
        description: 'Bytes of all files; beyond them the oldest one is deleted. 0 to keep nothing.',
        default: '64MiB',
      }),
    }),
  })
}

export type ShipConfig = Static<ReturnType<typeof shipSection>>

/** What the schema cannot say. */
export function checkShip({ headers, endpoints, tls, bearer_token_file }: ShipConfig, report: Report): void {
  checkHeaders(headers, ['ship', 'headers'], report)
  for (const name of Object.keys(headers)) {
    if (name.toLowerCase() !== 'authorization' || bearer_token_file === '') continue
    report(['ship', 'headers', name], `ship.headers.${name} and ship.bearer_token_file cannot both be sent`, 'key')
  }
  checkTls(tls, ['ship', 'tls'], report)
  if (endpoints.some(isSecure)) return
  for (const name of ['ca_file', 'cert_file', 'key_file', 'server_name'] as const) {
    if (tls[name] !== '') report(['ship', 'tls', name], `ship.tls.${name} has no use: no endpoint is https://`)
  }
}

/** Whether a URL is one of TLS. */
export function isSecure(url: string): boolean {
  return URL.parse(url)?.protocol === 'https:'
}

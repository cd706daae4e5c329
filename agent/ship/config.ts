import type { Report } from '#lib/config/check.ts'
import {
  choice,
  duration,
  integer,
  list,
  mapping,
  type Static,
  secret,
  section,
  size,
  url,
} from '#lib/config/schema.ts'
import { ENCODINGS } from './outcome.ts'

/** The part of the agent's configuration that is about delivery. */
export function shipSection() {
  return section('Delivery to collectors by OTLP/HTTP.', {
    endpoints: list(url({ description: 'Base URL of a collector; `/v1/logs` is appended.' }), {
      description: 'Collectors. Requests are spread over those that answer.',
      default: ['http://127.0.0.1:4318'],
      minItems: 1,
    }),
    headers: mapping(secret({ description: 'Value of the header.' }), {
      description: 'Headers of every request, for instance for authorization.',
      default: {},
    }),
    compression: choice(ENCODINGS, {
      description:
        'Compression of requests; where a collector refuses it, the next of zstd, gzip and identity is used.',
      default: 'zstd',
    }),
    compression_level: integer({ description: 'Level of the compression.', default: 1, minimum: 1, maximum: 9 }),
    timeout: duration({ description: 'Longest wait for a complete answer.', default: '30s' }),
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
    batch: section('How records are gathered into requests.', {
      max_bytes: size({
        description: 'A request is sent once its records have this many bytes.',
        default: '1MiB',
        minimum: 1024,
      }),
      max_delay: duration({ description: 'A request is sent at the latest after this time.', default: '200ms' }),
    }),
    backoff: section(
      'Waits before a collector that failed is tried again: exponential with full jitter, without end. What it says in Retry-After comes on top.',
      {
        initial: duration({ description: 'Upper bound of the first wait.', default: '500ms' }),
        max: duration({ description: 'Upper bound of all later waits.', default: '30s' }),
      },
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

/** What HTTP allows; a request with anything else could never be sent. */
const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/

/** What the schema cannot say. */
export function checkShip({ headers }: ShipConfig, report: Report): void {
  for (const [name, value] of Object.entries(headers)) {
    const path = ['ship', 'headers', name]
    if (!HEADER_NAME.test(name)) report(path, `${JSON.stringify(name)} is not the name of an HTTP header`, 'key')
    else if (!HEADER_VALUE.test(value)) report(path, `ship.headers.${name} has a character that HTTP does not allow`)
  }
}

import type { Report } from '#lib/config/check.ts'
import { boolean, choice, duration, mapping, number, optional, type Static, section, text } from '#lib/config/schema.ts'
import { isSet } from './exclusive.ts'
import { checkHeaderName, headerSchema } from './http.ts'
import { withShorthand } from './shorthand.ts'
import { checkTlsConfig, tlsConfigSchema } from './tls.ts'

export const tracingSchema = section('Traces of the router itself, sent by OTLP.', {
  client_type: optional(choice(['grpc', 'http'], { description: 'How traces are sent; grpc.' })),
  endpoint: optional(text({ description: 'Where traces are sent, as host:port; over HTTP to /v1/traces there.' })),
  sampling_fraction: optional(
    number({ description: 'Share of the traces that begin here that are kept, from 0 to 1; 0.' }),
  ),
  insecure: optional(boolean({ description: 'Send without TLS.' })),
  tls_config: optional(tlsConfigSchema),
  headers: optional(
    mapping(withShorthand(headerSchema, 'secrets'), {
      description: 'Further headers of each request. A text alone is a value that is never printed.',
    }),
  ),
  compression: optional(choice(['', 'gzip'], { description: 'How requests are compressed; not at all.' })),
  timeout: optional(duration({ description: 'Longest time of one request; 10s.' })),
})

/** How the router sends traces of its own work. */
export type TracingConfig = Static<typeof tracingSchema>

export interface TracingContext {
  readonly report: Report
  readonly warn: (message: string) => void
}

export function checkTracing(tracing: TracingConfig | undefined, { report, warn }: TracingContext): void {
  if (tracing === undefined) return
  const { endpoint, sampling_fraction, tls_config, headers = {} } = tracing
  if (!isSet(endpoint)) report(['tracing', 'endpoint'], 'tracing endpoint must be set', 'key')
  else if (/[/?#@\s]/.test(endpoint)) {
    warn(
      `tracing: the endpoint ${JSON.stringify(endpoint)} is not host:port, without http:// and path; nothing is sent`,
    )
  }
  if (sampling_fraction === undefined) {
    warn('tracing: without sampling_fraction nothing is traced but what a request asks for; set it to 1 for everything')
  } else if (sampling_fraction < 0 || sampling_fraction > 1) {
    report(['tracing', 'sampling_fraction'], `sampling_fraction must be from 0 to 1, not ${sampling_fraction}`)
  }
  if (tls_config !== undefined) checkTlsConfig(tls_config, ['tracing', 'tls_config'], report)
  for (const name of Object.keys(headers)) checkHeaderName(name, ['tracing', 'headers', name], report)
}

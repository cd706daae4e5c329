import type { Report } from '#lib/config/check.ts'
import { boolean, choice, duration, mapping, number, optional, type Static, section, text } from '#lib/config/schema.ts'
import { isSet } from './exclusive.ts'
import { checkTlsConfig, tlsConfigSchema } from './tls.ts'

/** Upstream sends traces of its own work by OTLP. What is written is checked, and said to have no effect. */
export const tracingSchema = section('Traces of the router itself, by OTLP. Checked, but of no effect.', {
  client_type: optional(choice(['grpc', 'http'], { description: 'How traces are sent; grpc.' })),
  endpoint: optional(text({ description: 'Where traces are sent, as host:port.' })),
  sampling_fraction: optional(number({ description: 'Share of the traces that are kept, from 0 to 1.' })),
  insecure: optional(boolean({ description: 'Send without TLS.' })),
  tls_config: optional(tlsConfigSchema),
  headers: optional(mapping(text({ description: 'A value.' }), { description: 'Further headers.' })),
  compression: optional(choice(['', 'gzip'], { description: 'How traces are compressed.' })),
  timeout: optional(duration({ description: 'Longest time of one request.' })),
})

export interface TracingContext {
  readonly report: Report
  readonly warn: (message: string) => void
}

export function checkTracing(
  tracing: Static<typeof tracingSchema> | undefined,
  { report, warn }: TracingContext,
): void {
  if (tracing === undefined) return
  const { endpoint, sampling_fraction = 0, tls_config } = tracing
  if (!isSet(endpoint)) report(['tracing', 'endpoint'], 'tracing endpoint must be set', 'key')
  if (sampling_fraction < 0 || sampling_fraction > 1) {
    report(['tracing', 'sampling_fraction'], `sampling_fraction must be from 0 to 1, not ${sampling_fraction}`)
  }
  if (tls_config !== undefined) checkTlsConfig(tls_config, ['tracing', 'tls_config'], report)
  warn('tracing has no effect: this router sends no traces of its own work')
}

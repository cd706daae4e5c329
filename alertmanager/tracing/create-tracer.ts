import type { Clock } from '#lib/clock.ts'
import { readVersion } from '#lib/version.ts'
import type { TracingConfig } from '../config/tracing.ts'
import type { RouterEvents } from '../events.ts'
import { tlsOptions } from '../notify/http/tls-options.ts'
import { COMPATIBLE_VERSION } from '../version.ts'
import { secretHeaders } from './secret-headers.ts'
import type { Attributes } from './span.ts'
import { SpanExporter, type TraceSender } from './span-exporter.ts'
import { createTracer, type Tracer } from './tracer.ts'

export interface ExportDeps {
  readonly clock: Clock
  readonly events: RouterEvents
  /** Returns a number in [0, 1). */
  readonly random: () => number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: (path: string) => Promise<string>
}

/** What the exporters of OpenTelemetry's Go SDK take, which upstream leaves as it is. */
const TIMEOUT_MS = 10_000

/** What the spans are of; `service.name` is upstream's. */
const RESOURCE: Attributes = {
  'service.name': 'alertmanager',
  'service.version': COMPATIBLE_VERSION,
  'telemetry.sdk.name': 'vedette',
  'telemetry.sdk.language': 'nodejs',
  'telemetry.sdk.version': readVersion(),
  'process.runtime.name': 'nodejs',
  'process.runtime.version': process.versions.node,
}

/** A tracer that sends as the section says. Rejects when a file of its `tls_config` cannot be read. */
export async function createSendingTracer(config: TracingConfig, deps: ExportDeps): Promise<Tracer> {
  const { clock, events, random } = deps
  const exporter = new SpanExporter({
    ...{ sender: await createSender(config, deps), resource: RESOURCE, clock, random, events },
    timeoutMs: config.timeout || TIMEOUT_MS,
  })
  return createTracer({ samplingFraction: config.sampling_fraction ?? 0, clock, exporter })
}

async function createSender(config: TracingConfig, deps: ExportDeps): Promise<TraceSender> {
  const { client_type = 'grpc', endpoint = '', insecure = false, tls_config: tls, compression, headers = {} } = config
  const { readFile } = deps
  const options = {
    ...{ endpoint, tls, isInsecure: insecure, isCompressed: compression === 'gzip' },
    headers: secretHeaders(headers, readFile),
    userAgent: `Alertmanager/${COMPATIBLE_VERSION}`,
  }
  // Either brings its libraries, which nobody else needs.
  if (client_type === 'grpc') {
    const { createGrpcSender } = await import('./grpc-sender.ts')
    return createGrpcSender({ ...options, readFile })
  }
  // It reads the files again with each request; that they are there is to be known now.
  if (!insecure && tls !== undefined) await tlsOptions(tls, readFile)
  const { createHttpSender } = await import('./http-sender.ts')
  return createHttpSender({ ...options, ...deps })
}

import { isDeepStrictEqual } from 'node:util'
import type { AlertmanagerConfig } from '../config/alertmanager-yml.ts'
import { createFileReader } from '../config/files.ts'
import type { ExportDeps } from './create-tracer.ts'
import { NO_TRACER, type Tracer } from './tracer.ts'

interface Traced {
  readonly config: AlertmanagerConfig
  readonly tracer: Tracer
}

/**
 * The tracer of a configuration. As upstream, it is the one of the configuration before where the section is the same,
 * unless that names certificates, which may be other ones by now. Rejects when they cannot be read.
 */
export async function tracerOf(
  config: AlertmanagerConfig,
  before: Traced | undefined,
  deps: Omit<ExportDeps, 'readFile'>,
): Promise<Tracer> {
  const { tracing, directory } = config
  if (tracing === undefined) return NO_TRACER
  const isSame = before !== undefined && isDeepStrictEqual(tracing, before.config.tracing)
  if (isSame && tracing.tls_config === undefined) return before.tracer
  // Loaded where something is traced only.
  const { createSendingTracer } = await import('./create-tracer.ts')
  return createSendingTracer(tracing, { ...deps, readFile: createFileReader(directory) })
}

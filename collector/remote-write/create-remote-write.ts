import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { systemFiles } from '#lib/files.ts'
import type { FastifyInstance } from '#lib/http/server.ts'
import type { CollectorConfig } from '../config.ts'
import type { CollectorEvents } from '../events.ts'
import type { Receivers } from '../receive/receivers.ts'
import { RemoteWrites } from './out/remote-writes.ts'
import { remoteWriteRoutes } from './receive/routes.ts'
import { WriteIntake } from './receive/write-intake.ts'

export interface RemoteWriteParts {
  readonly remotes: RemoteWrites
  readonly routes: (app: FastifyInstance) => void
}

/** Remote write in both directions: what comes goes into the table, and what the table takes goes out. */
export function createRemoteWrite(
  config: CollectorConfig,
  { series, received, inFlight }: Pick<Receivers, 'series' | 'received' | 'inFlight'>,
  { events, clock }: { readonly events: CollectorEvents; readonly clock: Clock },
): RemoteWriteParts {
  const processId = randomUUID()
  const remotes = new RemoteWrites({
    ...{ configs: config.remote_write, series, events, clock, processId },
    files: systemFiles,
    directory: join(config.data_dir, 'remote-write'),
  })
  // Without one, samples go by nobody.
  if (remotes.parts.length > 0) series.observe(remotes)
  if (!config.remote_write_receiver.enabled) return { remotes, routes: () => {} }
  const intake = new WriteIntake({ sink: series, events, stats: received, nowMs: () => clock.nowMs() })
  const maxRequestBytes = config.otlp.max_request_bytes
  return { remotes, routes: remoteWriteRoutes({ intake, inFlight, events, maxRequestBytes, processId }) }
}

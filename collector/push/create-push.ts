import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { systemFiles } from '#lib/files.ts'
import type { FastifyInstance } from '#lib/http/server.ts'
import type { Service } from '#lib/lifecycle.ts'
import type { CollectorEvents } from '../events.ts'
import type { InFlightBytes } from '../receive/in-flight.ts'
import type { SeriesSink } from '../series/series-sink.ts'
import { pushApiRoutes } from './api-routes.ts'
import type { PushConfig } from './config.ts'
import { PushStore } from './push-store.ts'
import { pushRoutes } from './routes.ts'

export interface PushOptions {
  readonly config: PushConfig
  /** The collector's. */
  readonly dataDirectory: string
  readonly sink: SeriesSink
  readonly inFlight: InFlightBytes
  readonly events: CollectorEvents
  readonly clock: Clock
}

export interface Push {
  readonly parts: readonly Service[]
  /** Undefined if pushes are not taken. */
  readonly store: PushStore | undefined
  readonly routes: (app: FastifyInstance) => void
}

/** What takes pushed metrics, if the configuration asks for it. */
export function createPush({ config, dataDirectory, sink, inFlight, events, clock }: PushOptions): Push {
  if (!config.enabled) return { parts: [], store: undefined, routes: () => {} }
  const directory = join(dataDirectory, 'push')
  const store = new PushStore({ files: systemFiles, directory, sink, clock, events, config })
  const startedMs = clock.nowMs()
  const routes = (app: FastifyInstance) => {
    pushRoutes({ store, config, inFlight, events })(app)
    pushApiRoutes({ store, hasAdminApi: config.admin_api, startedMs })(app)
  }
  return { parts: [store], store, routes }
}

import { join } from 'node:path'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { type AlertmanagerConfig, readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { EVENTS } from '../../../alertmanager/events.ts'
import type { Transports } from '../../../alertmanager/notify/build-receivers.ts'
import { Pipeline } from '../../../alertmanager/pipeline.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import type { ManualClock } from '../../support/manual-clock.ts'

export interface TestRouterOptions {
  readonly yaml: string
  readonly clock: ManualClock
  readonly directory: string
  readonly transports: Transports
  readonly maxAlerts?: number
}

export interface TestRouter {
  readonly pipeline: Pipeline
  readonly database: Database
  readonly logLines: readonly string[]
  /** Ends it as kill -9 would: nothing more is sent or written. */
  kill(): Promise<void>
}

export function configOf(yaml: string): AlertmanagerConfig {
  const result = readAlertmanagerConfig(yaml, 'test.yml')
  if (!result.ok) throw new Error(result.diagnostics.map(({ message }) => message).join('\n'))
  return result.config
}

/** The whole pipeline on a manual clock and a database in a directory; only the transports are not the real ones. */
export async function startTestRouter(options: TestRouterOptions): Promise<TestRouter> {
  const { yaml, clock, directory, transports } = options
  const logLines: string[] = []
  const registry = createRegistry('alertmanager', '0')
  const write = (line: string) => logLines.push(line)
  const logger = createLogger({ service: 'alertmanager', level: 'info', format: 'logfmt', write })
  const events = createEvents('alertmanager', EVENTS, { registry, logger, clock })
  const onFailure = (error: unknown) => events.commitFailed({}, { err: error })
  const database = new Database({ path: join(directory, 'alertmanager.db'), clock, onFailure })
  const pipeline = new Pipeline({
    ...{ config: configOf(yaml), database, clock, events, transports },
    random: () => 0.5,
    maxAlerts: options.maxAlerts ?? 1_000,
    retentionMs: 120 * 3_600_000,
    hostname: 'router.test',
    externalUrl: () => 'http://router.test:9093',
    observeLatency: () => {},
    observeDispatch: () => {},
  })
  database.start()
  await pipeline.start()
  await pipeline.dispatching.start?.()
  return {
    ...{ pipeline, database, logLines },
    async kill() {
      await pipeline.dispatching.stop?.(AbortSignal.abort())
      database.stop()
    },
  }
}

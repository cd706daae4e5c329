import { cpSync, existsSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { ALONE } from '../../../alertmanager/cluster/cluster.ts'
import { Turns } from '../../../alertmanager/cluster/turns.ts'
import { type AlertmanagerConfig, readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import { EVENTS, type RouterEvents } from '../../../alertmanager/events.ts'
import type { Transports } from '../../../alertmanager/notify/build-receivers.ts'
import { Pipeline } from '../../../alertmanager/pipeline.ts'
import { startLater } from '../../../alertmanager/process/start-delay.ts'
import type { GuardRails } from '../../../alertmanager/silence/guard-rails.ts'
import { Database } from '../../../alertmanager/store/database.ts'
import type { HistoryLimits } from '../../../alertmanager/store/state.ts'
import type { ReadSnapshotFile } from '../../../alertmanager/store/take-over.ts'

export const NO_GUARD_RAILS: GuardRails = {
  ...{ min_matchers: 0, max_duration: 0, require_comment: false, denied_labels: [] },
}

export interface TestRouterOptions {
  readonly yaml: string
  readonly clock: Clock
  readonly directory: string
  readonly transports: Transports
  readonly maxAlerts?: number
  readonly maxAlertBytes?: number
  readonly maxAlertsPerName?: number
  /** How long ended silences, and the notification log, are kept. */
  readonly retentionMs?: number
  /** How long groups are held after the start. */
  readonly startDelayMs?: number
  readonly history?: HistoryLimits
  readonly turns?: Turns
  /** What Alertmanager has left; nothing unless told. */
  readonly readSnapshot?: ReadSnapshotFile
}

export interface TestRouter {
  readonly pipeline: Pipeline
  readonly database: Database
  readonly events: RouterEvents
  readonly logLines: readonly string[]
  /** Ends it as kill -9 would: nothing more is sent or written. */
  kill(): Promise<void>
  /** Ends it in good order: attempts under way may end, what is to be remembered is written. */
  stop(): Promise<void>
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
    turns: options.turns ?? new Turns({ cluster: ALONE, clock, peerTimeoutMs: 15_000 }),
    random: () => 0.5,
    maxAlerts: options.maxAlerts ?? 1_000,
    maxAlertBytes: options.maxAlertBytes ?? 2 ** 30,
    maxAlertsPerName: options.maxAlertsPerName ?? 0,
    retentionMs: options.retentionMs ?? 120 * 3_600_000,
    history: options.history ?? { limit: 1_000, retention: 30 * 86_400_000 },
    readSnapshot: options.readSnapshot ?? (() => undefined),
    silences: { maxSilences: 0, maxSizeBytes: 0, guardRails: NO_GUARD_RAILS },
    hostname: 'router.test',
    env: {},
    externalUrl: () => 'http://router.test:9093',
    observeLatency: () => {},
    observeDispatch: () => {},
  })
  database.start()
  await pipeline.start()
  const dispatching = startLater(pipeline.dispatching, options.startDelayMs ?? 0, clock)
  await dispatching.start?.()
  return {
    ...{ pipeline, database, events, logLines },
    async stop() {
      await dispatching.stop?.(new AbortController().signal)
      await pipeline.stop(new AbortController().signal)
      database.stop()
    },
    async kill() {
      const putBack = setAside(directory)
      await dispatching.stop?.(AbortSignal.abort())
      await pipeline.stop(AbortSignal.abort())
      database.stop()
      putBack()
    },
  }
}

/** A process that is killed does nothing on its way out; what is done here is taken back in the files. */
function setAside(directory: string): () => void {
  // When the test is over it may be gone.
  if (!existsSync(directory)) return () => {}
  const aside = `${directory}.aside`
  cpSync(directory, aside, { recursive: true })
  return () => {
    rmSync(directory, { recursive: true })
    renameSync(aside, directory)
  }
}

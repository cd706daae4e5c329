import type { TestContext } from 'node:test'
import { systemClock } from '#lib/clock.ts'
import { checkValue } from '#lib/config/check.ts'
import { createEvents } from '#lib/events.ts'
import { type Files, systemFiles } from '#lib/files.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry, type Registry } from '#lib/metrics.ts'
import { REMOTE_WRITE_EVENTS } from '../../collector/remote-write/events.ts'
import { type RemoteWriteConfig, remoteWriteSection } from '../../collector/remote-write/out/config.ts'
import { exportRemoteWriteMetrics } from '../../collector/remote-write/out/metrics.ts'
import type { RemoteWrite } from '../../collector/remote-write/out/remote-write.ts'
import { RemoteWrites } from '../../collector/remote-write/out/remote-writes.ts'
import type { SeriesDirectory, SeriesFamily } from '../../collector/series/series-sink.ts'

export interface FakeSeries {
  readonly labels: readonly string[]
  readonly family: SeriesFamily
  startMs: number
}

/** A table of series without the table: rows that the test fills. */
export class FakeSeriesTable implements SeriesDirectory {
  readonly rows: FakeSeries[] = []

  labelsOf(row: number): readonly string[] {
    return this.rows[row]!.labels
  }

  familyOf(row: number): SeriesFamily {
    return this.rows[row]!.family
  }

  sourceOf(): never {
    throw new Error('nobody asks')
  }

  startMsOf(row: number): number {
    return this.rows[row]!.startMs
  }

  /** Puts a series in a row, in place of what was there. */
  set(
    row: number,
    name: string,
    labels: Readonly<Record<string, string>> = {},
    more: Partial<SeriesFamily> = {},
  ): void {
    const all = Object.entries({ __name__: name, ...labels }).sort(([a], [b]) => (a < b ? -1 : 1))
    const family = { name, type: 'gauge' as const, help: `Help of ${name}.`, unit: '', ...more }
    this.rows[row] = { labels: all.flat(), family, startMs: 0 }
  }
}

/** A whole configuration of which only what differs from the defaults is given. */
export function remoteWriteConfig(given: Readonly<Record<string, unknown>>): RemoteWriteConfig {
  const quick = { batch_deadline: '10ms', backoff: { initial: '1ms', max: '5ms' }, send_metadata: false }
  const problems: string[] = []
  const report = (_path: unknown, message: string) => problems.push(message)
  const [config] = checkValue(remoteWriteSection(), [{ ...quick, ...given }], [], report) as RemoteWriteConfig[]
  if (problems.length > 0) throw new Error(problems.join('\n'))
  return config!
}

export interface RunningRemoteWrite {
  readonly table: FakeSeriesTable
  readonly remote: RemoteWrite
  readonly registry: Registry
  readonly stop: () => Promise<void>
}

/** A remote write that runs over a table of the test. */
export async function startRemoteWrite(
  t: Pick<TestContext, 'after'>,
  directory: string,
  given: Readonly<Record<string, unknown>>,
  { table = new FakeSeriesTable(), files = systemFiles }: { table?: FakeSeriesTable; files?: Files } = {},
): Promise<RunningRemoteWrite> {
  const registry = createRegistry('collector', '0')
  const logger = createLogger({ service: 'test', level: 'error', format: 'logfmt', write: () => {} })
  const events = createEvents('vedette_collector', REMOTE_WRITE_EVENTS, { registry, logger, clock: systemClock })
  const remotes = new RemoteWrites({
    ...{ configs: [remoteWriteConfig(given)], directory, series: table, events, files, clock: systemClock },
    processId: 'test',
  })
  exportRemoteWriteMetrics(registry, remotes)
  const remote = remotes.parts[0]!
  await remote.start()
  let stopping: Promise<void> | undefined
  // Long enough for a busy machine to send what is left; what a test that has failed leaves is not waited for.
  const stop = (deadlineMs = 20_000) => (stopping ??= remote.stop(AbortSignal.timeout(deadlineMs)))
  t.after(() => stop(1_000))
  return { table, remote, registry, stop }
}

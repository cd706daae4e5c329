import type { Clock } from '#lib/clock.ts'
import type { TargetMetrics } from '../target-metrics.ts'
import type { NodeConfig } from './config.ts'
import type { NodeEvents } from './events.ts'
import type { MountProbe } from './mount-probe.ts'
import type { NodeFiles } from './node-files.ts'
import type { NodePaths } from './node-paths.ts'
import type { NodePoints } from './node-points.ts'

/** What collectors are made of. */
export interface CollectorContext {
  readonly files: NodeFiles
  readonly paths: NodePaths
  readonly config: NodeConfig
  readonly clock: Clock
  readonly mounts: MountProbe
  readonly events: NodeEvents
  /** What {@link NodePoints} writes to. */
  readonly metrics: TargetMetrics
  /** As `uname -m` has it. */
  readonly machine: string
  /** /proc/stat, read once a round: on a large machine it takes the kernel a millisecond. */
  readonly readStat: () => string
}

/** Reads its files and writes its points, once a round. What it throws fails this collector alone. */
export type Collect = (points: NodePoints) => void | Promise<void>

export type CollectorFactory = (context: CollectorContext) => Collect

/** The machine has nothing for the collector: no failure, but no success either, as node_exporter has it. */
export class NoDataError extends Error {
  override readonly name = 'NoDataError'
}

/** Of a file that is not there makes that there is nothing to collect. */
export function noDataIfMissing<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'ENOENT' && code !== 'ENOTDIR' && code !== 'EOPNOTSUPP') throw error
    throw new NoDataError((error as Error).message)
  }
}

import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import type { SampleObserver, SeriesDirectory } from '../../series/series-sink.ts'
import type { RemoteWriteEvents } from '../events.ts'
import type { RemoteWriteConfig } from './config.ts'
import { RemoteWrite } from './remote-write.ts'

export interface RemoteWritesOptions {
  readonly configs: readonly RemoteWriteConfig[]
  /** Of their queues. */
  readonly directory: string
  readonly series: SeriesDirectory
  readonly events: RemoteWriteEvents
  readonly files: Files
  readonly clock: Clock
  readonly processId: string
}

/** All remote writes of a collector: each gets every sample. */
export class RemoteWrites implements SampleObserver {
  /** Services of their own, in start order. */
  readonly parts: readonly RemoteWrite[]
  /** Seconds that requests took; replaced by who counts them. */
  onSent: (remote: string, seconds: number) => void = () => {}

  constructor({ configs, ...shared }: RemoteWritesOptions) {
    this.parts = configs.map(
      (config) =>
        new RemoteWrite({ ...shared, config, onSent: (seconds: number) => this.onSent(config.name, seconds) }),
    )
  }

  sample(row: number, value: number, timeMs: number): void {
    for (const remote of this.parts) remote.sample(row, value, timeMs)
  }

  ended(row: number, timeMs: number): void {
    for (const remote of this.parts) remote.ended(row, timeMs)
  }

  forgotten(row: number): void {
    for (const remote of this.parts) remote.forgotten(row)
  }
}

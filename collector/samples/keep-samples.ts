import type { Clock } from '#lib/clock.ts'
import type { Service } from '#lib/lifecycle.ts'
import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import type { SampleTable } from './sample-table.ts'

const LOOK_MS = 30_000

/** Forgets, now and then, series of which nothing comes any more. */
export class SampleExpiry implements Service {
  readonly name = 'metric samples'
  /** Series that were forgotten since the start. */
  expired = 0
  readonly #samples: SampleTable
  readonly #clock: Clock
  #cancel: () => void = () => {}

  constructor(samples: SampleTable, clock: Clock) {
    this.#samples = samples
    this.#clock = clock
  }

  start(): void {
    this.#cancel = this.#clock.after(LOOK_MS, () => {
      this.expired += this.#samples.expire()
      this.start()
    })
  }

  stop(): void {
    this.#cancel()
  }
}

/** The size of the table, read when scraped. */
export function exportSampleMetrics(registry: Registry, samples: SampleTable, expiry: SampleExpiry): void {
  const prefix = 'vedette_collector_metric_series'
  gaugeOf(registry, { name: prefix, help: 'Series of metrics whose last sample is kept.' }, () => samples.size)
  gaugeOf(registry, { name: `${prefix}_bytes`, help: 'Memory that they take, estimated.' }, () => samples.bytes)
  const help = 'Series that were forgotten because nothing came of them any more.'
  counterOf(registry, { name: `${prefix}_expired_total`, help }, () => expiry.expired)
}

import { systemClock } from '#lib/clock.ts'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { COLLECTOR_EVENTS, type CollectorEvents } from '../../collector/events.ts'

/** The collector's events, counted under `test_*` and logged nowhere. */
export function collectorEvents(): { events: CollectorEvents; count: (metric: string) => Promise<number> } {
  const registry = createRegistry('collector', '0')
  const logger = createLogger({ service: 'test', level: 'error', format: 'logfmt', write: () => {} })
  const events = createEvents('test', COLLECTOR_EVENTS, { registry, logger, clock: systemClock })
  const count = async (metric: string) => {
    const values = (await registry.getSingleMetric(`test_${metric}`)?.get())?.values ?? []
    return values.reduce((sum, { value }) => sum + value, 0)
  }
  return { events, count }
}

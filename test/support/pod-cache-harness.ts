import type { TestContext } from 'node:test'
import { createEvents } from '#lib/events.ts'
import { createLogger } from '#lib/log.ts'
import { createRegistry } from '#lib/metrics.ts'
import { METADATA_EVENTS } from '../../agent/metadata/events.ts'
import { PodCache, type PodCacheOptions } from '../../agent/metadata/pod-cache.ts'
import { FakePodSource } from './fake-pod-source.ts'
import { ManualClock } from './manual-clock.ts'

/** A cache of pods on a clock that the test moves and a source that it commands; `told` is what a subscriber heard. */
export function createPodCache(options: Partial<PodCacheOptions> = {}) {
  const clock = new ManualClock()
  const source = new FakePodSource(clock)
  const lines: string[] = []
  const logger = createLogger({ service: 'agent', level: 'debug', format: 'logfmt', write: (line) => lines.push(line) })
  const events = createEvents('vedette_agent', METADATA_EVENTS, {
    clock,
    logger,
    registry: createRegistry('agent', '0'),
  })
  const cache = new PodCache({
    ...{ source, clock, events, refreshIntervalMs: 30_000, keepAnnotation: () => false, random: () => 0.5 },
    ...options,
  })
  const told: string[] = []
  cache.subscribe(({ uid }) => told.push(uid))
  return { cache, clock, source, lines, told }
}

/** One that was started, with these pods in its first list; it is stopped when the test is over. */
export async function startPodCache(
  t: TestContext,
  pods: string | readonly string[] = [],
  options: Partial<PodCacheOptions> = {},
) {
  const made = createPodCache(options)
  made.source.pods = pods
  t.after(() => made.cache.stop())
  await made.cache.start()
  return made
}

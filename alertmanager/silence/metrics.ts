import type { Clock } from '#lib/clock.ts'
import { counterOf, gaugeOf, Histogram, type Registry, Summary } from '#lib/metrics.ts'
import { SILENCE_STATES } from './silence.ts'
import type { Silences } from './silences.ts'

export interface SilenceMetrics {
  /** Forgets silences whose retention is over, and measures that. */
  readonly maintain: () => void
  /** Takes the duration of a request for the list of silences. */
  readonly observeQuery: (seconds: number) => void
}

/**
 * The metrics of silences, under upstream's names. Those of snapshots stay at zero: silences are written to disk one by
 * one, at once.
 */
export function createSilenceMetrics(
  silences: Silences,
  { registry, clock }: { readonly registry: Registry; readonly clock: Clock },
): SilenceMetrics {
  const described = (name: string, help: string) => ({ name: `alertmanager_silences_${name}`, help })
  const gauge = (name: string, help: string, read: () => number) => gaugeOf(registry, described(name, help), read)
  const counter = (name: string, help: string, read: () => number) => counterOf(registry, described(name, help), read)
  const summary = (name: string, help: string) => {
    return new Summary({ ...described(name, help), percentiles: [], registers: [registry] })
  }

  const byState = { name: 'alertmanager_silences', help: 'How many silences by state.', labelNames: ['state'] }
  gaugeOf(registry, byState, () => {
    const counts = silences.countByState()
    return SILENCE_STATES.map((state) => ({ labels: { state }, value: counts[state] }))
  })
  gauge('state_size', 'Number of silences that are kept.', () => silences.size)
  gauge('matcher_index_size', 'Number of silences in the index by label.', () => silences.indexSize)
  gauge('version_index_size', 'Number of silences in the index by label.', () => silences.indexSize)
  counter('queries_total', 'How many silence queries were received.', () => silences.stats.queries)
  counter('query_errors_total', 'How many silence queries did not succeed.', () => 0)
  counter('query_silences_scanned_total', 'How many silences were tried on an alert.', () => silences.stats.scanned)
  counter('query_silences_skipped_total', 'How many silences the index spared.', () => silences.stats.skipped)
  counter('gc_errors_total', 'How many garbage collections of silences failed.', () => 0)
  counter('maintenance_errors_total', 'How many maintenances of silences failed.', () => 0)
  gauge('snapshot_size_bytes', 'Size of the last silence snapshot in bytes; there are none.', () => 0)
  summary('snapshot_duration_seconds', 'Duration of the last silence snapshot; there are none.')
  let maintenances = 0
  counter('maintenance_total', 'How many maintenances were executed for silences.', () => maintenances)
  const collected = summary('gc_duration_seconds', 'Duration of the last silence garbage collection cycle.')
  const compileErrors = {
    ...described('matcher_compile_errors_total', 'How many matchers of silences could not be compiled.'),
    labelNames: ['stage'],
  }
  counterOf(registry, compileErrors, () => [
    { labels: { stage: 'index' }, value: 0 },
    { labels: { stage: 'load_snapshot' }, value: silences.stats.unreadable },
  ])
  const query = new Histogram({
    ...described('query_duration_seconds', 'Duration of silence query evaluation.'),
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  return {
    observeQuery: (seconds) => query.observe(seconds),
    maintain: () => {
      maintenances += 1
      const startedMs = clock.monotonicMs()
      silences.collectGarbage()
      collected.observe((clock.monotonicMs() - startedMs) / 1_000)
    },
  }
}

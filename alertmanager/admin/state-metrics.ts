import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Clock } from '#lib/clock.ts'
import { gaugeOf, type Registry, slowGaugeOf } from '#lib/metrics.ts'
import { patternCacheBytes } from '#lib/re2-caches.ts'
import { type Alert, isResolved } from '../alert.ts'
import { muteStatus } from '../mute/mute.ts'
import type { Pipeline } from '../pipeline.ts'
import { allRoutes } from '../route/tree.ts'

export interface StateMetricsOptions {
  readonly pipeline: Pipeline
  readonly clock: Clock
  /** Count alerts in each group: as many series as there are groups. */
  readonly byGroup: boolean
}

/** Gauges that are read off the pipeline when somebody asks. */
export function registerStateMetrics(registry: Registry, { pipeline, clock, byGroup }: StateMetricsOptions): void {
  const gauge = (name: string, help: string, read: () => number) => {
    gaugeOf(registry, { name: `alertmanager_${name}`, help }, read)
  }
  const labelNames = byGroup ? ['state', 'group_key'] : ['state']
  slowGaugeOf(registry, { name: 'alertmanager_alerts', help: 'How many alerts by state.', labelNames }, async () => {
    const count = new StateCount(pipeline, clock)
    if (!byGroup) return await count.of(pipeline.alerts())
    const counts = []
    for (const { alerts, route, labels } of pipeline.groups()) {
      counts.push(await count.of(alerts, { group_key: `${route.key}:${labels}` }))
    }
    return counts.flat()
  })
  gauge('dispatcher_aggregation_groups', 'Number of active aggregation groups.', () => [...pipeline.groups()].length)
  gauge('inhibition_rules', 'Number of configured inhibition rules.', () => pipeline.config.inhibitRules.length)
  gauge('alerts_bytes', 'Bytes of the labels, annotations and links of all alerts that are kept.', () => {
    return pipeline.state.alerts.bytes
  })
  gauge('pattern_cache_bytes', 'What patterns have learnt of texts takes in memory; 64 MiB at most.', patternCacheBytes)
  gauge('receivers', 'Number of configured receivers that some route uses.', () => usedReceivers(pipeline).length)
  gauge('integrations', 'Number of configured integrations of these receivers.', () => {
    return usedReceivers(pipeline).reduce((total, { integrations }) => total + integrations.length, 0)
  })
}

/** Alerts that are looked at in one turn. */
const PER_TURN = 5_000

class StateCount {
  readonly #pipeline: Pipeline
  readonly #nowMs: number
  #looked = 0

  constructor(pipeline: Pipeline, clock: Clock) {
    this.#pipeline = pipeline
    this.#nowMs = clock.nowMs()
  }

  /** How many of the alerts are told, and how many are not; with these labels beside the state. */
  async of(alerts: Iterable<Alert>, labels: Readonly<Record<string, string>> = {}) {
    let active = 0
    let suppressed = 0
    for (const alert of alerts) {
      this.#looked += 1
      if (this.#looked % PER_TURN === 0) await nextTurn()
      if (isResolved(alert, this.#nowMs)) continue
      const { silencedBy, inhibitedBy } = muteStatus(this.#pipeline.muters, alert.labels)
      if (silencedBy.length + inhibitedBy.length === 0) active += 1
      else suppressed += 1
    }
    return [
      { labels: { ...labels, state: 'active' }, value: active },
      { labels: { ...labels, state: 'suppressed' }, value: suppressed },
      { labels: { ...labels, state: 'unprocessed' }, value: 0 },
    ]
  }
}

function usedReceivers({ config, root }: Pipeline) {
  const names = new Set(Array.from(allRoutes(root), ({ receiver }) => receiver))
  return config.receivers.filter(({ name }) => names.has(name))
}

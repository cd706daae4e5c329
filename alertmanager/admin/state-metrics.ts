import type { Clock } from '#lib/clock.ts'
import { gaugeOf, type Registry } from '#lib/metrics.ts'
import { isResolved } from '../alert.ts'
import { muteStatus } from '../mute/mute.ts'
import type { Pipeline } from '../pipeline.ts'
import { allRoutes } from '../route/tree.ts'

/** Gauges that are read off the pipeline when somebody asks. */
export function registerStateMetrics(registry: Registry, pipeline: Pipeline, clock: Clock): void {
  const gauge = (name: string, help: string, read: () => number) => {
    gaugeOf(registry, { name: `alertmanager_${name}`, help }, read)
  }
  gaugeOf(registry, { name: 'alertmanager_alerts', help: 'How many alerts by state.', labelNames: ['state'] }, () =>
    countByState(pipeline, clock.nowMs()),
  )
  gauge('dispatcher_aggregation_groups', 'Number of active aggregation groups.', () => [...pipeline.groups()].length)
  gauge('receivers', 'Number of configured receivers that some route uses.', () => usedReceivers(pipeline).length)
  gauge('integrations', 'Number of configured integrations of these receivers.', () => {
    return usedReceivers(pipeline).reduce((total, { integrations }) => total + integrations.length, 0)
  })
}

function countByState(pipeline: Pipeline, nowMs: number) {
  let active = 0
  let suppressed = 0
  for (const alert of pipeline.alerts()) {
    if (isResolved(alert, nowMs)) continue
    const { silencedBy, inhibitedBy } = muteStatus(pipeline.muters, alert.labels)
    if (silencedBy.length + inhibitedBy.length === 0) active += 1
    else suppressed += 1
  }
  return [
    { labels: { state: 'active' }, value: active },
    { labels: { state: 'suppressed' }, value: suppressed },
    { labels: { state: 'unprocessed' }, value: 0 },
  ]
}

function usedReceivers({ config, root }: Pipeline) {
  const names = new Set(Array.from(allRoutes(root), ({ receiver }) => receiver))
  return config.receivers.filter(({ name }) => names.has(name))
}

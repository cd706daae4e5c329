import { gaugeOf, type Registry } from '#lib/metrics.ts'
import { ACKNOWLEDGEMENT_STATES } from './acknowledgement.ts'
import type { Acknowledgements } from './acknowledgements.ts'

/** Ours; upstream has no acknowledgements. */
export function registerAcknowledgementMetrics(registry: Registry, acknowledgements: Acknowledgements): void {
  const description = {
    ...{ name: 'alertmanager_acknowledgements', labelNames: ['state'] },
    help: 'How many acknowledgements are kept, by state.',
  }
  gaugeOf(registry, description, () => {
    const counts = acknowledgements.countByState()
    return ACKNOWLEDGEMENT_STATES.map((state) => ({ labels: { state }, value: counts[state] }))
  })
}

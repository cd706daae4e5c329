import { choice, integer, listenAddress, section } from '#lib/config/schema.ts'
import { TAP_ACCESS } from './tap/access.ts'

/** The part of the agent's configuration that is about its own metrics. */
export function metricsSection() {
  return section('The metrics at `/metrics`.', {
    max_containers: integer({
      description:
        'Containers with series of their own, those with the most bytes behind first; all others are in the totals only.',
      default: 100,
      minimum: 0,
      maximum: 10_000,
    }),
  })
}

/** As the section of every service, and what is the agent's own. */
export function observedWebSection(defaultAddress: string) {
  return section('The HTTP server of the agent itself.', {
    listen_address: listenAddress({
      description:
        'Address that serves `/metrics`, `/-/healthy`, `/-/ready` and what `vedette tap` and `vedette top` show.',
      default: defaultAddress,
    }),
    tap: choice(TAP_ACCESS, {
      description:
        'Who may look at log lines as they pass: processes of the same machine or pod, anyone who reaches the address, or nobody.',
      default: 'local',
    }),
  })
}

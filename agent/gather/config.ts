import type { Report } from '#lib/config/check.ts'
import { boolean, duration, type Static, section, size, text } from '#lib/config/schema.ts'
import { containersSection } from './container/config.ts'
import { checkKubelet, kubeletSection } from './kubelet/config.ts'
import { checkNode, nodeSection } from './node/config.ts'
import { checkScrape, scrapeSection } from './scrape/config.ts'

/** The part of the agent's configuration that is about the metrics it gathers. */
export function gatherSection() {
  return section('Metrics of containers, pods and the node, which are gathered and sent to a collector.', {
    enabled: boolean({ description: 'Whether metrics are gathered.', default: true }),
    interval: duration({
      description: 'How often values are read. The collector forgets a series that it was not sent for two intervals.',
      default: '10s',
    }),
    node_address: text({
      description:
        'Address in the label `instance`; by default that of the environment variable NODE_IP (in a DaemonSet `status.hostIP` of the downward API), or the name of the node.',
      default: '',
    }),
    max_queue_bytes: size({
      description: 'Memory for values that wait for a collector, compressed; beyond it the oldest go.',
      default: '16MiB',
      minimum: 64 * 1024,
    }),
    containers: containersSection(),
    node: nodeSection(),
    scrape: scrapeSection(),
    kubelet: kubeletSection(),
  })
}

/** Checks what the schema does not say. */
export function checkGather(config: Static<ReturnType<typeof gatherSection>>, report: Report): void {
  checkNode(config.node, ['gather', 'node'], report)
  checkScrape(config.scrape, report)
  checkKubelet(config.kubelet, report)
}

import type { Report } from '#lib/config/check.ts'
import { type Static, section, text } from '#lib/config/schema.ts'
import { logSection, shutdownSection, webSection } from '#lib/config/sections.ts'
import { deadLetterSection, elasticsearchSection } from './index/config.ts'
import { checkQueue, queueSection } from './queue/config.ts'
import { bulkSection, otlpSection } from './receive/config.ts'
import { metricsSection } from './samples/config.ts'
import { checkShape, shapeSection } from './shape/config.ts'

export const schema = section('Configuration of the collector: receives, queues on disk, indexes.', {
  otlp: otlpSection(),
  bulk: bulkSection(),
  metrics: metricsSection(),
  data_dir: text({
    description: 'Directory of the queue and of the dead letters.',
    default: './data/collector',
    minLength: 1,
  }),
  queue: queueSection(),
  shape: shapeSection(),
  dead_letter: deadLetterSection,
  elasticsearch: elasticsearchSection,
  web: webSection(':9464', 'the page for searching, the query API, `/metrics`, `/-/healthy` and `/-/ready`'),
  log: logSection(),
  shutdown: shutdownSection('20s'),
})

export type CollectorConfig = Static<typeof schema>

export function check({ queue, shape }: CollectorConfig, report: Report): void {
  checkQueue(queue, report)
  checkShape(shape, report)
}

import type { Report } from '#lib/config/check.ts'
import { type Static, section, text } from '#lib/config/schema.ts'
import { logSection, shutdownSection, webSection } from '#lib/config/sections.ts'
import { deadLetterSection, elasticsearchSection } from './index/config.ts'
import { logSeriesSection } from './log-series/config.ts'
import { pushSection } from './push/config.ts'
import { checkQueue, queueSection } from './queue/config.ts'
import { bulkSection, otlpSection } from './receive/config.ts'
import { checkRemoteWrite, remoteWriteSection } from './remote-write/out/config.ts'
import { remoteWriteReceiverSection } from './remote-write/receive/config.ts'
import { metricsSection } from './series/config.ts'
import { checkShape, shapeSection } from './shape/config.ts'

export const schema = section('Configuration of the collector: receives, queues on disk, indexes.', {
  otlp: otlpSection(),
  bulk: bulkSection(),
  metrics: metricsSection(),
  log_series: logSeriesSection(),
  push: pushSection(),
  remote_write: remoteWriteSection(),
  remote_write_receiver: remoteWriteReceiverSection(),
  data_dir: text({
    description: 'Directory of the queue, of the dead letters, of pushed metrics and of remote write.',
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

export function check({ queue, shape, remote_write: remotes, web }: CollectorConfig, report: Report): void {
  checkRemoteWrite(remotes, web, report)
  checkQueue(queue, report)
  checkShape(shape, report)
}

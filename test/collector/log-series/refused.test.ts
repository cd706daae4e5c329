import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { ContainerTable } from '../../../collector/log-series/container-counts.ts'
import { LogsIntake } from '../../../collector/receive/logs-intake.ts'
import { ReceiveStats } from '../../../collector/receive/stats.ts'
import { collectorEvents } from '../../support/collector-events.ts'
import { encodeLogsRequest } from '../../support/otlp-proto.ts'

test('a request that the queue refuses counts only once it is sent again and taken', async () => {
  const containers = new ContainerTable({ maxContainers: 10, maxAgeMs: 1_000, nowMs: () => 1 })
  let isFull = true
  const queue = {
    append: () => (isFull ? Promise.reject(new CodedError('QUEUE_FULL', [1, 1])) : Promise.resolve(true)),
  }
  const intake = new LogsIntake({
    ...{ queue: () => queue, events: collectorEvents().events, stats: new ReceiveStats(), containers },
    ...{ maxRequestBytes: 1_000, maxRequestRecords: 10, maxRecordBytes: 100, maxRecordValues: 10 },
  })
  const send = () => {
    const logRecords = [{ body: { stringValue: 'a text' }, severityNumber: 9 }]
    const body = encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
    return intake.take({ transport: 'otlp_http', body })
  }
  const countsOf = () => Array.from(containers.all, ({ counts }) => [counts[2], counts[9]])
  await assert.rejects(send(), { code: 'QUEUE_FULL' })
  assert.deepEqual(countsOf(), [[0, 0]])
  isFull = false
  await send()
  assert.deepEqual(countsOf(), [[1, 6]])
})

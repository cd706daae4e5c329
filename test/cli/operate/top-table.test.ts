import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TopContainer, TopReport } from '../../../agent/observe/top.ts'
import { shortBytes, shortCount, shortSeconds } from '../../../cli/operate/short-number.ts'
import { SORT_ORDERS, viewOf } from '../../../cli/operate/top-rates.ts'
import { renderTop } from '../../../cli/operate/top-table.ts'

const KIB = 1024

function container(pod: string, read: number, behind = 0, age = 0): TopContainer {
  return { namespace: 'shop', pod, container: 'app', read_bytes: read, bytes_behind: behind, seconds_behind: age }
}

function reportOf(uptime: number, containers: readonly TopContainer[], records = 0): TopReport {
  return {
    ...{ version: '0.1.0', node: 'worker-1', uptime_seconds: uptime, not_ready: [] },
    stages: [
      { stage: 'read', unit: 'bytes', in: records * 100, out: records * 90, dropped: 0, waiting: records * 10 },
      { stage: 'process', unit: 'records', in: records, out: records, dropped: 7, waiting: 12 },
      { stage: 'ship', unit: 'records', in: records, out: records, dropped: 0, waiting: 340 },
    ],
    ...{
      requests_in_flight: 3,
      dropped_records: { sampled: 7, refused: 0 },
      bytes_behind: 3 * KIB,
      seconds_behind: 1.26,
    },
    ...{ unlinked_bytes: 0, checkpoint_age_seconds: 0.4, container_count: containers.length, containers },
  }
}

test('a table has the agent, its stages and its containers, by rate', () => {
  const before = reportOf(100, [container('web-0', 0), container('db-0', 5 * KIB)], 1_000)
  const view = viewOf(
    reportOf(102, [container('web-0', 200 * KIB, 3 * KIB, 1.26), container('db-0', 7 * KIB)], 3_000),
    before,
  )
  assert.deepEqual(renderTop(view, { width: 80, height: 40, sort: 'rate' }), [
    'vedette agent 0.1.0 on worker-1, up 1m, ready',
    'behind 3.00KiB and 1.2s',
    'dropped 7 sampled',
    '',
    'STAGE           IN/s     OUT/s   DROPPED  WAITING',
    'read         97.7KiB   87.9KiB        0B  29.3KiB unread',
    'process        1.00k     1.00k         7  12 records',
    'ship           1.00k     1.00k         0  340 records in 3 requests',
    '',
    'CONTAINER (by rate)                                   READ/s    BEHIND       AGE',
    'shop/web-0/app                                        100KiB   3.00KiB      1.2s',
    'shop/db-0/app                                        1.00KiB        0B        0s',
  ])
  const behind = renderTop(view, { width: 80, height: 40, sort: 'name' }).slice(-2)
  assert.match(behind[0]!, /^shop\/db-0/)
})

test('after a start of the agent there are no rates, and what was not there before has none', () => {
  const view = viewOf(reportOf(1, [container('web-0', 10)], 5), reportOf(900, [container('web-0', 9_000)], 9_000))
  assert.deepEqual(
    view.stages.map(({ in_per_second: rate }) => rate),
    [0, 0, 0],
  )
  const later = viewOf(reportOf(11, [container('new', 500)], 5), reportOf(10, [container('old', 9_000)], 5))
  assert.equal(later.containers[0]!.read_bytes_per_second, 0)
})

test('whatever is in it, no line is longer than the terminal and there are no more than it has', () => {
  const names = fc.stringMatching(/^[a-z][a-z0-9-]{0,80}$/)
  const numbers = fc.double({ min: 0, max: 1e17, noNaN: true })
  const containers = fc.array(
    fc.tuple(names, numbers, numbers, numbers).map(([name, read, behind, age]) => container(name, read, behind, age)),
    { maxLength: 60 },
  )
  fc.assert(
    fc.property(
      containers,
      numbers,
      fc.integer({ min: 60, max: 200 }),
      fc.constantFrom(...SORT_ORDERS),
      (list, count, width, sort) => {
        const view = viewOf(reportOf(200, list, count), reportOf(100, [], 0))
        const lines = renderTop(view, { width, height: 24, sort })
        assert.ok(lines.length <= 24, String(lines.length))
        for (const line of lines) assert.ok(line.length <= width, line)
        const shown = lines.slice(10).filter((line) => !line.startsWith('… and')).length
        const left = Number(/^… and (\d+) more$/.exec(lines.at(-1)!)?.[1] ?? 0)
        assert.equal(shown + left, list.length)
      },
    ),
    { numRuns: 60 },
  )
})

test('numbers are short and told to three digits', () => {
  const bytes = [0, 999, 1023.6, 1024, 10_239, 1024 ** 2 - 1, 1.5 * 1024 ** 3, 2 ** 70].map(shortBytes)
  assert.deepEqual(bytes, ['0B', '999B', '1.00KiB', '1.00KiB', '10.0KiB', '1.00MiB', '1.50GiB', '1048576PiB'])
  assert.deepEqual([0, 7, 999.4, 999.6, 45_120, 1e6].map(shortCount), ['0', '7', '999', '1.00k', '45.1k', '1.00M'])
  assert.deepEqual([0, 0.49, 9.99, 59.9, 60, 3_599, 3_600, 11_100, 36_000, 86_400, 1e7].map(shortSeconds), [
    '0s',
    '0.4s',
    '9.9s',
    '59s',
    '1m',
    '59m',
    '1h0m',
    '3h5m',
    '10h',
    '1d',
    '115d',
  ])
})

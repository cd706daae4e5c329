import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { BulkEncoder } from '../../collector/encode/bulk-encoder.ts'
import { indexTemplate } from '../../collector/index/template.ts'
import { SEVERITIES } from '../../dashboards/log-queries.ts'
import { type Service, startService } from '../store/service.ts'
import { encodeLogsRequest } from '../support/otlp-proto.ts'
import { DASHBOARDS, panelsOf } from './generated.ts'

const STREAM = 'logs-kubernetes.otel-default'
const AT_MS = Date.UTC(2026, 10, 21, 12)
const ALL = '$__all'

interface SampleRecord {
  readonly text: string
  readonly namespace?: string
  readonly pod?: string
  readonly container?: string
  readonly severity?: readonly [number, string]
}

const ERROR = [17, 'ERR'] as const
const INFO = [9, 'info'] as const
const RECORDS: readonly SampleRecord[] = [
  { text: 'payment refused: card expired', namespace: 'shop', pod: 'web-1', container: 'app', severity: ERROR },
  { text: 'payment taken', namespace: 'shop', pod: 'web-1', container: 'app', severity: INFO },
  { text: 'GET /health 200', namespace: 'shop', pod: 'web-1', container: 'proxy' },
  { text: 'payment refused: no route', namespace: 'shop.eu', pod: 'web-2', container: 'app', severity: ERROR },
  { text: 'slow query', namespace: 'db', pod: 'pg-0', container: 'postgres', severity: [13, 'W'] },
  { text: 'plan cache hit', namespace: 'db', pod: 'pg-0', container: 'postgres', severity: [5, 'DEBUG'] },
  { text: 'Started kubelet', severity: INFO },
]

/** Stores the records as the collector does, under its template. */
async function startWithRecords(t: TestContext): Promise<Service> {
  const service = await startService(t)
  const template = JSON.stringify(indexTemplate({ dataset: 'kubernetes.otel', retention: '7d' }))
  assert.equal((await service.request('PUT', '/_index_template/logs', template)).status, 200)
  const text = (value: string) => ({ stringValue: value })
  const request = encodeLogsRequest({
    resourceLogs: RECORDS.map(({ text: body, namespace, pod, container, severity }, index) => ({
      resource: {
        attributes: Object.entries({
          'k8s.namespace.name': namespace,
          'k8s.pod.name': pod,
          'k8s.container.name': container,
        }).flatMap(([key, value]) => (value === undefined ? [] : [{ key, value: text(value) }])),
      },
      scopeLogs: [
        {
          logRecords: [
            {
              timeUnixNano: BigInt(AT_MS + index) * 1_000_000n,
              body: text(body),
              ...(severity === undefined ? {} : { severityNumber: severity[0], severityText: severity[1] }),
            },
          ],
        },
      ],
    })),
  } as never)
  const encoder = new BulkEncoder({ dataStream: STREAM, maxBytes: 1e6, stats: { repaired: 0 } })
  assert.equal(encoder.add(request, AT_MS), 'all')
  const stored = await service.request('POST', '/_bulk', encoder.take().bytes, {
    'content-type': 'application/x-ndjson',
  })
  assert.deepEqual([stored.status, stored.json.errors], [200, false])
  return service
}

type Choice = Readonly<Record<string, string | readonly string[]>>

/** As Grafana puts variables into a query. */
function interpolate(query: string, choice: Choice): string {
  const escapeRegex = (value: string) => value.replace(/[\\^$*+?.()|[\]{}/]/g, '\\$&')
  return query.replace(/\$\{(\w+):(\w+)\}/g, (_, name: string, format: string) => {
    const value = choice[name]
    if (value === undefined) return { severity: SEVERITIES.All!, text: '*' }[name] ?? '.+'
    if (value === ALL) return '.+'
    if (format === 'raw') return String(value)
    if (typeof value === 'string') return escapeRegex(value)
    return value.length === 1 ? escapeRegex(value[0]!) : `(${value.map(escapeRegex).join('|')})`
  })
}

const queryOf = (uid: string, title: string) => {
  const panel = panelsOf(DASHBOARDS.find((dashboard) => dashboard.uid === uid)!).find((one) => one.title === title)!
  assert.equal(panel.type, 'logs')
  return panel.targets![0]!.query!
}

test('log panels find what is chosen, in the store as the collector fills it', async (t) => {
  const service = await startWithRecords(t)
  /** What Grafana's data source sends for a panel of logs. */
  const find = async (query: string, choice: Choice) => {
    const range = { '@timestamp': { gte: AT_MS - 60_000, lte: AT_MS + 60_000, format: 'epoch_millis' } }
    const body = {
      size: 500,
      query: {
        bool: {
          filter: [{ range }, { query_string: { analyze_wildcard: true, query: interpolate(query, choice) } }],
        },
      },
      sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'boolean' } }, { _doc: { order: 'desc' } }],
      fields: [{ field: '@timestamp', format: 'strict_date_optional_time_nanos' }],
    }
    const header = { search_type: 'query_then_fetch', ignore_unavailable: true, index: 'logs-*' }
    const sent = `${JSON.stringify(header)}\n${JSON.stringify(body)}\n`
    const { text } = await service.request('POST', '/_msearch?max_concurrent_shard_requests=5', sent, {
      'content-type': 'application/x-ndjson',
    })
    const [response] = (
      JSON.parse(text) as {
        responses: { error?: unknown; hits: { hits: { _source: { body: { text: string } } }[] } }[]
      }
    ).responses
    assert.equal(response!.error, undefined, `${interpolate(query, choice)}: ${JSON.stringify(response!.error)}`)
    return response!.hits.hits.map(({ _source }) => RECORDS.findIndex(({ text }) => text === _source.body.text)).sort()
  }

  const logs = queryOf('vedette-logs-overview', 'Logs')
  assert.deepEqual(await find(logs, {}), [0, 1, 2, 3, 4, 5])
  assert.deepEqual(await find(logs, { namespace: ALL, pod: ALL, container: ALL }), [0, 1, 2, 3, 4, 5])
  assert.deepEqual(await find(logs, { namespace: 'shop' }), [0, 1, 2])
  assert.deepEqual(await find(logs, { namespace: ['shop.eu'] }), [3])
  assert.deepEqual(await find(logs, { namespace: ['shop', 'db'], container: ['app', 'postgres'] }), [0, 1, 4, 5])
  assert.deepEqual(await find(logs, { pod: 'web-1', text: 'payment AND NOT taken' }), [0])
  assert.deepEqual(await find(logs, { text: '"payment refused"' }), [0, 3])
  const severities = Object.entries(SEVERITIES).map(async ([name, severity]) => [name, await find(logs, { severity })])
  assert.deepEqual(Object.fromEntries(await Promise.all(severities)), {
    All: [0, 1, 2, 3, 4, 5],
    'Errors and above': [0, 3],
    'Warnings and above': [0, 3, 4],
    'Info and above': [0, 1, 3, 4],
    'Below info': [5],
    'Without severity': [2],
  })

  const errors = queryOf('vedette-logs-overview', 'Error logs')
  assert.deepEqual(await find(errors, {}), [0, 3])
  assert.deepEqual(await find(errors, { namespace: 'shop', severity: SEVERITIES['Below info']! }), [0])

  const others = queryOf('vedette-logs-overview', 'Logs of no pod')
  assert.deepEqual(await find(others, { namespace: 'shop' }), [6])
  assert.deepEqual(await find(others, { text: 'payment' }), [])

  const ofPods = queryOf('vedette-pods', 'Logs of these containers')
  assert.deepEqual(await find(ofPods, { namespace: 'db', pod: ['pg-0'], container: ALL }), [4, 5])
  const tested = [logs, errors, others, ofPods]
  for (const dashboard of DASHBOARDS) {
    for (const { title, type, targets = [] } of panelsOf(dashboard)) {
      if (type === 'logs') assert.ok(tested.includes(targets[0]!.query!), `${dashboard.title}: ${title} is not tried`)
    }
  }
})

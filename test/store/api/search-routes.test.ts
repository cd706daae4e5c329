import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'
import { Client } from '@elastic/elasticsearch'
import { indexTemplate } from '../../../collector/index/template.ts'
import { endChild, untilReady } from '../../support/forked-service.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const MAIN = join(import.meta.dirname, '../../../store/main.ts')
const STREAM = 'logs-kubernetes.otel-default'
const START = Date.UTC(2026, 10, 21, 10)
const NDJSON = { 'content-type': 'application/x-ndjson' }

function logLine(number: number): string {
  const time = `${new Date(START + number * 1000).toISOString().slice(0, 19)}.${String(number).padStart(9, '0')}Z`
  return JSON.stringify({
    '@timestamp': time,
    body: { text: `request ${number} took ${number % 7} ms, said "hello world"` },
    severity_text: number % 10 === 0 ? 'ERROR' : 'INFO',
    attributes: { 'log.iostream': 'stdout', attempt: number % 3 },
    resource: {
      attributes: {
        'k8s.namespace.name': `ns-${number % 2}`,
        'k8s.pod.label': { 'app.kubernetes.io/name': `app-${number % 4}` },
      },
    },
  })
}

function bulkOf(numbers: readonly number[]): string {
  return numbers
    .map((number) => `{"create":{"_index":"${STREAM}","_id":"line-${number}"}}\n${logLine(number)}\n`)
    .join('')
}

test('searches over HTTP', async (t) => {
  const directory = temporaryDirectory(t)
  const store = fork(MAIN, ['--web.listen-address=127.0.0.1:0', `--storage.path=${directory}`, '--log.level=error'], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.after(() => endChild(store))
  const { elasticsearch: url = '' } = await untilReady(store)
  const client = new Client({ node: url })
  t.after(() => client.close())
  await client.indices.putIndexTemplate({
    name: 'logs',
    ...indexTemplate({ dataset: 'kubernetes.otel', retention: '7d' }),
  } as Parameters<typeof client.indices.putIndexTemplate>[0])
  const send = (numbers: readonly number[]) =>
    fetch(`${url}/_bulk`, { method: 'POST', headers: NDJSON, body: bulkOf(numbers) })
  await send(Array.from({ length: 1000 }, (_, number) => number))
  const multiSearch = async (lines: readonly object[], path = '/_msearch') => {
    const body = lines.map((line) => `${JSON.stringify(line)}\n`).join('')
    const response = await fetch(url + path, { method: 'POST', headers: NDJSON, body })
    // biome-ignore lint/suspicious/noExplicitAny: the test looks into what it asked for
    return { status: response.status, body: (await response.json()) as any }
  }

  await t.test('the official client searches, counts, pages and asks several things at once', async () => {
    const found = await client.search({
      index: 'logs-*',
      size: 3,
      query: { bool: { filter: [{ term: { 'log.level': 'ERROR' } }, { match: { message: 'request' } }] } },
      sort: [{ '@timestamp': { order: 'desc', format: 'strict_date_optional_time_nanos' } }],
    })
    assert.deepEqual(
      found.hits.hits.map(({ _id, sort }) => [_id, sort?.[0]]),
      [990, 980, 970].map((number) => [
        `line-${number}`,
        JSON.parse(logLine(number))['@timestamp'].replace(/0Z$/, 'Z'),
      ]),
    )
    assert.deepEqual(found.hits.total, { value: 100, relation: 'eq' })
    const next = await client.search({
      index: STREAM,
      size: 1,
      sort: [{ '@timestamp': { order: 'desc', format: 'strict_date_optional_time_nanos' } }],
      search_after: found.hits.hits[2]!.sort!,
    })
    assert.equal(next.hits.hits[0]?._id, 'line-969')
    const { count } = await client.count({
      query: { term: { 'resource.attributes.k8s.pod.label.app.kubernetes.io/name': 'app-3' } },
    })
    assert.equal(count, 250)
    const several = await client.msearch({
      searches: [
        { index: STREAM },
        { size: 0, query: { match_phrase: { message: 'hello world' } } },
        { index: 'missing' },
        {},
      ],
    })
    assert.deepEqual(
      several.responses.map(({ status }) => status),
      [200, 404],
    )
  })

  await t.test('the bodies that Grafana sends', async () => {
    const header = {
      search_type: 'query_then_fetch',
      ignore_unavailable: true,
      index: `${STREAM},logs-gone-2026.11.20`,
    }
    const range = { range: { '@timestamp': { gte: START, lte: START + 3_600_000, format: 'epoch_millis' } } }
    const filter = (query: string) => ({
      bool: { filter: [range, { query_string: { analyze_wildcard: true, query } }] },
    })
    const interval = {
      field: '@timestamp',
      fixed_interval: '60000ms',
      min_doc_count: 0,
      extended_bounds: { min: START, max: START + 3_600_000 },
      format: 'epoch_millis',
    }
    const { status, body } = await multiSearch(
      [
        header,
        {
          size: 500,
          query: filter('message:"request 7" AND kubernetes.namespace:"ns-1"'),
          sort: [{ '@timestamp': { order: 'desc', unmapped_type: 'boolean' } }, { _doc: { order: 'desc' } }],
          docvalue_fields: ['@timestamp'],
          fields: [{ field: '@timestamp', format: 'strict_date_optional_time_nanos' }],
          script_fields: {},
          aggs: { 1: { date_histogram: interval } },
          highlight: {
            fields: { '*': {} },
            pre_tags: ['@HIGHLIGHT@'],
            post_tags: ['@/HIGHLIGHT@'],
            fragment_size: 2147483647,
          },
        },
        header,
        {
          size: 0,
          query: filter('*'),
          aggs: {
            2: {
              terms: { field: 'log.level', size: 500, order: { _count: 'desc' }, min_doc_count: 0, missing: 'unknown' },
              aggs: { 3: { date_histogram: interval } },
            },
          },
        },
        header,
        {
          size: 0,
          query: filter('*'),
          aggs: { 1: { terms: { field: 'kubernetes.namespace', size: 500, order: { _key: 'asc' } } } },
        },
        header,
        { size: 0, query: filter('message:('), aggs: {} },
      ],
      '/_msearch?max_concurrent_shard_requests=5&ignore_throttled=false',
    )
    assert.equal(status, 200)
    const [logs, volume, names, wrong] = body.responses
    assert.deepEqual(
      logs.hits.hits.map((hit: { _id: string }) => hit._id),
      ['line-7'],
    )
    const [hit] = logs.hits.hits
    assert.deepEqual(hit.fields['@timestamp'], ['2026-11-21T10:00:07.000000007Z'])
    assert.match(hit.highlight['body.text'][0], /^@HIGHLIGHT@request 7@\/HIGHLIGHT@ took 0 ms/)
    assert.equal(logs.aggregations[1].buckets.length, 61)
    assert.deepEqual(
      volume.aggregations[2].buckets.map(({ key, doc_count }: { key: string; doc_count: number }) => [key, doc_count]),
      [
        ['INFO', 900],
        ['ERROR', 100],
      ],
    )
    assert.equal(volume.aggregations[2].buckets[0][3].buckets[0].doc_count, 54)
    assert.deepEqual(
      names.aggregations[1].buckets.map(({ key }: { key: string }) => key),
      ['ns-0', 'ns-1'],
    )
    assert.equal(wrong.status, 400)
    assert.equal(wrong.error.root_cause[0].type, 'query_shard_exception')
  })

  await t.test('the fields that Grafana asks for', async () => {
    const caps = await client.fieldCaps({ index: 'logs-*', fields: '*' })
    assert.ok(caps.fields['@timestamp']?.date_nanos?.aggregatable)
    assert.ok(caps.fields['attributes.attempt'], 'a field that no mapping names')
    const mapping = (await (await fetch(`${url}/${STREAM}/_mapping`)).json()) as Record<
      string,
      { mappings: { properties: Record<string, unknown> } }
    >
    const { properties } = Object.values(mapping)[0]!.mappings
    assert.deepEqual(properties.message, { type: 'alias', path: 'body.text' })
    assert.deepEqual(properties.severity_text, { type: 'keyword' })
  })

  await t.test('parts of documents, and parameters of the URL', async () => {
    const get = async (path: string) => {
      const response = await fetch(url + path)
      // biome-ignore lint/suspicious/noExplicitAny: the test looks into what it asked for
      return { status: response.status, body: (await response.json()) as any }
    }
    const one = await get(
      `/${STREAM}/_search?q=body.text:999&_source_includes=body,resource.*.k8s.n*&sort=@timestamp:desc&track_total_hits=false`,
    )
    assert.equal(one.body.hits.total, undefined)
    assert.deepEqual(one.body.hits.hits[0]._source, {
      body: { text: 'request 999 took 5 ms, said "hello world"' },
      resource: { attributes: { 'k8s.namespace.name': 'ns-1' } },
    })
    assert.deepEqual(
      (await get(`/_search?size=1&_source_excludes=*.attributes,attributes,body`)).body.hits.hits[0]._source.resource,
      {},
    )
    assert.deepEqual((await get('/_count?terminate_after=10')).body.count, 10)
    assert.equal((await get(`/_search?track_total_hits=5`)).body.hits.total.relation, 'gte')
    const missing = await get('/nope/_search')
    assert.deepEqual([missing.status, missing.body.error.type], [404, 'index_not_found_exception'])
    assert.equal((await get('/nope*/_search')).status, 200)
    assert.equal((await get('/nope*/_search?allow_no_indices=false')).status, 404)
    assert.equal((await get('/nope/_search?ignore_unavailable=true')).body.hits.total.value, 0)
    const unknown = await get('/_search?rest_total_hits_as_int=1')
    assert.deepEqual(
      [unknown.status, unknown.body.error.reason],
      [400, 'request [/_search] contains unrecognized parameter: [rest_total_hits_as_int]'],
    )
  })

  await t.test('bulk requests go on while searches run, and what is acknowledged is found', async () => {
    let next = 1000
    const writes = (async () => {
      for (; next < 3000; next += 50) await send(Array.from({ length: 50 }, (_, place) => next + place))
    })()
    let before = 0
    for (let round = 0; round < 20; round++) {
      const acknowledged = next
      const { count } = await client.count({ index: STREAM, query: { match: { message: 'hello' } } })
      assert.ok(count >= acknowledged && count >= before, `${count} of ${acknowledged}, ${before} before`)
      before = count
    }
    await writes
    assert.equal((await client.count({ index: STREAM })).count, 3000)
  })
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readEvents } from '../../../cli/query/event-stream.ts'
import { startQueryServer } from './query-server.ts'

const document = (id: string, secondsAgo: number, more: Record<string, string> = {}) => ({
  id,
  time: `${new Date(Date.now() - secondsAgo * 1_000).toISOString().slice(0, 23)}000001Z`,
  namespace: 'shop',
  pod: 'web-1',
  container: 'app',
  stream: 'stdout',
  text: `line ${id}`,
  ...more,
})

test('a record is answered in flat names, with its exact time', async (t) => {
  const { url, index } = await startQueryServer(t)
  const made = document('a', 5, { severity: 'ERROR' })
  index.add(made)
  const response = await fetch(`${url}/api/v1/logs`)
  assert.equal(response.headers.get('cache-control'), 'no-store')
  const { records } = (await response.json()) as { records: unknown[] }
  assert.deepEqual(records, [
    {
      ...{ id: 'a', time: made.time, severity: 'ERROR', namespace: 'shop', pod: 'web-1', container: 'app' },
      ...{ stream: 'stdout', text: 'line a', resource: { 'k8s.pod.uid': 'uid-1' } },
    },
  ])
})

for (const [parameters, expected] of [
  ['pod=web', ['a', 'b', 'e']],
  ['pod=web-1', ['a', 'e']],
  ['pod=w*0', ['b']],
  ['pod=web-1&pod=db-0', ['a', 'c', 'e']],
  ['namespace=kube-system', ['d']],
  ['q=needle', ['c']],
  ['q=line+-needle&namespace=shop', ['a', 'b', 'e']],
  ['since=30s', ['a', 'b', 'c', 'd']],
  ['until=30s', ['e']],
  ['limit=2', ['a', 'b']],
  ['order=oldest&limit=1', ['e']],
] as const) {
  test(`filters by ${parameters}`, async (t) => {
    const { url, index } = await startQueryServer(t)
    index.add(
      document('a', 1),
      document('b', 2, { pod: 'web-10' }),
      document('c', 3, { pod: 'db-0', text: 'line needle' }),
    )
    index.add(document('d', 4, { namespace: 'kube-system', pod: 'dns' }), document('e', 60))
    const { records } = (await (await fetch(`${url}/api/v1/logs?${parameters}`)).json()) as {
      records: { id: string }[]
    }
    assert.deepEqual(
      records.map(({ id }) => id),
      expected,
    )
  })
}

for (const [parameters, parameter, problem] of [
  ['nope=1', 'nope', /is not known here; there are q, namespace/],
  ['limit=0', 'limit', /whole number from 1 to 1000/],
  ['limit=1001', 'limit', /whole number/],
  ['order=up', 'order', /one of newest, oldest/],
  ['since=yesterday', 'since', /duration before now such as 15m/],
  ['since=1m&until=2m', 'until', /not after since/],
  ['cursor=zzz', 'cursor', /next_cursor/],
  ['pod=a%20b', 'pod', /letters, digits/],
  ['q=a&q=b', 'q', /more than once/],
  ['q=%22', 'q', /quote at character 1/],
] as const) {
  test(`refuses ${parameters}`, async (t) => {
    const { url } = await startQueryServer(t)
    const response = await fetch(`${url}/api/v1/logs?${parameters}`)
    const { error } = (await response.json()) as { error: { message: string; parameter: string; cure: string } }
    assert.deepEqual([response.status, error.parameter], [400, parameter])
    assert.match(error.message, problem)
    assert.ok(error.cure.length > 0)
  })
}

test('Elasticsearch being down, overloaded, or refusing is said with the right status', async (t) => {
  const { url, index, registry } = await startQueryServer(t)
  const answers = [
    [{ kind: 'unreachable', reason: 'connection', message: 'connect ECONNREFUSED' }, 503, 'SEARCH_UNAVAILABLE'],
    [{ kind: 'error', status: 429, type: '', message: 'busy', retryAfterMs: 0 }, 503, 'SEARCH_UNAVAILABLE'],
    [{ kind: 'error', status: 400, type: '', message: 'unknown query', retryAfterMs: 0 }, 502, 'SEARCH_REFUSED'],
    [{ kind: 'error', status: 403, type: '', message: 'no privilege', retryAfterMs: 0 }, 502, 'SEARCH_REFUSED'],
    [{ kind: 'ok', status: 200, body: 'what' }, 502, 'SEARCH_REFUSED'],
  ] as const
  for (const [answer, status, code] of answers) {
    index.fault = () => answer
    for (const path of ['logs', 'logs/values?field=pod', 'logs/tail']) {
      const response = await fetch(`${url}/api/v1/${path}`)
      const { error } = (await response.json()) as { error: { code: string } }
      assert.deepEqual([path, response.status, error.code], [path, status, code])
    }
  }
  index.fault = () => ({
    kind: 'error',
    status: 404,
    type: '',
    message: 'index_not_found_exception: no',
    retryAfterMs: 0,
  })
  assert.deepEqual(((await (await fetch(`${url}/api/v1/logs`)).json()) as { records: [] }).records, [])
  assert.match(await registry.metrics(), /query_requests_total\{endpoint="logs",status="503"\} 2/)
})

test('an incomplete answer carries a warning', async (t) => {
  const { url, index } = await startQueryServer(t)
  index.fault = () => ({ kind: 'ok', status: 200, body: { timed_out: true, hits: { hits: [], total: 0 } } })
  const { warnings } = (await (await fetch(`${url}/api/v1/logs`)).json()) as { warnings: string[] }
  assert.match(warnings[0]!, /cut short/)
})

test('values of a field are listed with their counts', async (t) => {
  const { url, index } = await startQueryServer(t)
  index.add(document('a', 1), document('b', 2, { pod: 'db-0' }), document('c', 3))
  const body = await (await fetch(`${url}/api/v1/logs/values?field=pod`)).json()
  assert.deepEqual(body, {
    values: [
      { value: 'db-0', count: 1 },
      { value: 'web-1', count: 2 },
    ],
  })
  assert.equal((await fetch(`${url}/api/v1/logs/values?field=color`)).status, 400)
})

test('unknown paths of the API are a JSON error', async (t) => {
  const { url } = await startQueryServer(t)
  const response = await fetch(`${url}/api/v1/nothing`)
  assert.equal(response.status, 404)
  assert.match(await response.text(), /there is no such endpoint/)
})

test('a tail streams what is there and what comes, and ends with its client', async (t) => {
  const { url, index, registry } = await startQueryServer(t, { tail: { limits: { pollMs: 20 } } })
  index.add(document('a', 3), document('b', 2), document('c', 1))
  const client = new AbortController()
  const response = await fetch(`${url}/api/v1/logs/tail?last=2`, { signal: client.signal })
  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8')
  const seen: string[] = []
  let position: string | undefined
  for await (const { event, data, lastId } of readEvents(response.body!)) {
    position = lastId
    if (event !== 'records') continue
    for (const { id } of (JSON.parse(data) as { records: { id: string }[] }).records) seen.push(id)
    if (seen.length === 2) index.add(document('late', 2), document('new', 0))
    if (seen.length === 4) break
  }
  client.abort()
  assert.deepEqual(seen, ['b', 'c', 'late', 'new'])
  assert.match(position!, /^20\d\d-.*\.\d{9}Z$/)
  while (!/query_tails 0/.test(await registry.metrics())) await new Promise((resolve) => setTimeout(resolve, 5))
})

test('there is a limit of tails, and stopping the server ends them', async (t) => {
  const { url, stop } = await startQueryServer(t, { tail: { maxTails: 1, limits: { pollMs: 20 } } })
  const first = await fetch(`${url}/api/v1/logs/tail`)
  const second = await fetch(`${url}/api/v1/logs/tail`)
  assert.equal(second.status, 429)
  assert.match(await second.text(), /more than 1 live tails are under way/)
  await stop()
  let text = ''
  for await (const chunk of first.body!) text += Buffer.from(chunk).toString()
  assert.match(text, /^event: position\nid: 20/)
})

test('a tail that can not be resumed from its id says so', async (t) => {
  const { url } = await startQueryServer(t)
  const response = await fetch(`${url}/api/v1/logs/tail`, { headers: { 'last-event-id': 'x' } })
  assert.equal(response.status, 400)
  assert.match(await response.text(), /last_event_id/)
})

test('the page comes with a strict policy and is revalidated', async (t) => {
  const { url } = await startQueryServer(t)
  for (const [path, type] of [
    ['/', 'text/html; charset=utf-8'],
    ['/app.js', 'text/javascript; charset=utf-8'],
    ['/style.css', 'text/css; charset=utf-8'],
    ['/icon.svg', 'image/svg+xml'],
  ] as const) {
    const response = await fetch(`${url}${path}`)
    assert.deepEqual([response.status, response.headers.get('content-type')], [200, type])
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe|data:|https?:/)
    const etag = response.headers.get('etag') ?? ''
    assert.equal((await fetch(`${url}${path}`, { headers: { 'if-none-match': etag } })).status, 304)
    assert.doesNotMatch(await response.text(), /(?:src|href)="(?:https?:)?\/\//)
  }
  assert.equal((await fetch(`${url}/../package.json`)).status, 404)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { sendRaw as send, startPushServer } from '../../support/push-server.ts'

const TIMES = /^push_(failure_)?time_seconds/

test('PUT replaces a group, POST metrics of the same names, DELETE removes it', async (t) => {
  const { url, sink } = await startPushServer(t)
  const path = '/metrics/job/backup/db/main'
  assert.deepEqual(await send(url, 'PUT', path, '# TYPE a gauge\na 1\nb{x="1"} 2\n'), { status: 200, text: '' })
  assert.deepEqual(sink.lines(TIMES), ['a{db="main",job="backup"} 1', 'b{db="main",job="backup",x="1"} 2'])
  assert.equal((await send(url, 'POST', path, 'b{x="2"} 3\nc 4\n')).status, 200)
  assert.deepEqual(sink.lines(TIMES), [
    'a{db="main",job="backup"} 1',
    'b{db="main",job="backup",x="2"} 3',
    'c{db="main",job="backup"} 4',
  ])
  assert.equal((await send(url, 'PUT', path, 'c 5\n')).status, 200)
  assert.deepEqual(sink.lines(TIMES), ['c{db="main",job="backup"} 5'])
  assert.equal((await send(url, 'PUT', '/metrics/job/backup', 'c 6\n')).status, 200)
  assert.equal((await send(url, 'DELETE', path)).status, 202)
  assert.deepEqual(sink.lines(TIMES), ['c{job="backup"} 6'])
  assert.equal((await send(url, 'PUT', '/metrics/job/backup', '')).status, 200)
  assert.deepEqual(sink.lines(TIMES), [])
  assert.equal(sink.series.size, 2)
})

test('a failed push is told by the group, which keeps what it had', async (t) => {
  const { url, sink, count } = await startPushServer(t)
  await send(url, 'PUT', '/metrics/job/a', 'x 1\n')
  const pushed = sink.series.get('push_time_seconds{job="a"}')!.value
  assert.ok(Math.abs(pushed - Date.now() / 1_000) < 60)
  assert.equal(sink.series.get('push_failure_time_seconds{job="a"}')!.value, 0)
  const { status, text } = await send(url, 'PUT', '/metrics/job/a', 'x 2 1234567890\n')
  assert.equal(status, 400)
  assert.equal(
    text,
    'pushed metrics are invalid or inconsistent with existing metrics: pushed metrics must not have timestamps\n',
  )
  assert.equal(sink.series.get('x{job="a"}')!.value, 1)
  assert.equal(sink.series.get('push_time_seconds{job="a"}')!.value, pushed)
  assert.ok(sink.series.get('push_failure_time_seconds{job="a"}')!.value >= pushed)
  const fresh = await send(url, 'PUT', '/metrics/job/b', '# TYPE x gauge\nx 1\n')
  assert.match(fresh.text, /^pushed metrics are .*: collected metric "x" .* is not a UNTYPED\n$/)
  assert.equal(sink.series.get('push_time_seconds{job="b"}')!.value, 0)
  assert.equal(await count('pushes_refused_total'), 2)
})

test('series of the table come as a histogram and a summary have them', async (t) => {
  const { url, sink } = await startPushServer(t)
  const body = '# TYPE h histogram\nh_bucket{le="0.50"} 1\nh_sum 3\nh_count 2\n# TYPE s summary\ns{quantile="0.9"} 7\n'
  assert.equal((await send(url, 'PUT', '/metrics/job/a', body)).status, 200)
  assert.deepEqual(sink.lines(TIMES), [
    'h_bucket{job="a",le="+Inf"} 2',
    'h_bucket{job="a",le="0.5"} 1',
    'h_count{job="a"} 2',
    'h_sum{job="a"} 3',
    's_count{job="a"} 0',
    's_sum{job="a"} 0',
    's{job="a",quantile="0.9"} 7',
  ])
  assert.equal(sink.series.get('h_sum{job="a"}')!.family.type, 'histogram')
  assert.ok(sink.series.get('h_sum{job="a"}')!.source.isKept)
})

test('limits hold, and what is beyond them is refused in words', async (t) => {
  const limits = { max_groups: 2, max_series: 20, max_series_per_group: 10, max_request_bytes: 1_000 }
  const { url, sink } = await startPushServer(t, limits)
  const many = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => `x{n="${from + index}"} 1\n`).join('')
  const tooMany = await send(url, 'PUT', '/metrics/job/a', many(0, 11))
  assert.equal(tooMany.status, 413)
  assert.match(tooMany.text, /^text format parsing error in line \d+: .*10 samples\n$/)
  assert.equal((await send(url, 'PUT', '/metrics/job/a', many(0, 10))).status, 200)
  const growing = await send(url, 'POST', '/metrics/job/a', 'y 1\n')
  assert.deepEqual([growing.status, /max_series_per_group is 10/.test(growing.text)], [413, true])
  const all = await send(url, 'PUT', '/metrics/job/b', many(0, 7))
  assert.deepEqual([all.status, /push\.max_series/.test(all.text)], [429, true])
  assert.equal((await send(url, 'PUT', '/metrics/job/b', 'y 1\n')).status, 200)
  const third = await send(url, 'PUT', '/metrics/job/c', 'y 1\n')
  assert.deepEqual([third.status, /push\.max_groups/.test(third.text)], [429, true])
  assert.equal((await send(url, 'PUT', '/metrics/job/b', Buffer.alloc(1_001, '#'))).status, 413)
  const bomb = await send(url, 'PUT', '/metrics/job/b', gzipSync(Buffer.alloc(1e6, '#')), {
    'content-encoding': 'gzip',
  })
  assert.equal(bomb.status, 413)
  sink.maxSeries = sink.series.size
  const full = await send(url, 'POST', '/metrics/job/b', 'z 1\n')
  assert.deepEqual([full.status, full.text], [429, 'the collector has no room for more series: series_limit\n'])
  assert.equal(sink.series.get('y{job="b"}')!.value, 1)
  assert.equal(sink.series.size, sink.maxSeries)
})

test('bodies without an end, or with a million series, cost no more than the limits and nobody else', async (t) => {
  const { url, sink } = await startPushServer(t, { max_request_bytes: 4 * 1024 ** 2 })
  const endless = new ReadableStream({
    pull(controller) {
      controller.enqueue(Buffer.from('x{a="b"} 1\n'.repeat(10_000)))
    },
  })
  const path = `${url}/metrics/job/endless`
  const sent = await fetch(path, { method: 'PUT', body: endless, duplex: 'half' }).then(
    ({ status }) => status,
    () => 'cut off',
  )
  assert.ok(sent === 413 || sent === 'cut off', String(sent))
  const million = Buffer.from(Array.from({ length: 1e6 }, (_, index) => `x{n="${index}"} 1\n`).join(''))
  const headers = { 'content-encoding': 'gzip' }
  assert.equal((await send(url, 'PUT', '/metrics/job/million', gzipSync(million), headers)).status, 413)
  const parts = million.subarray(0, million.lastIndexOf('\n', 4 * 1024 ** 2) + 1)
  const tooMany = await send(url, 'PUT', '/metrics/job/million', gzipSync(parts), headers)
  assert.deepEqual([tooMany.status, /20000 samples/.test(tooMany.text)], [413, true])
  assert.equal((await send(url, 'PUT', '/metrics/job/a', 'x 1\n')).status, 200)
  assert.deepEqual(sink.lines(TIMES), ['x{job="a"} 1'])
})

test('a push may have a time to live, and the configuration one for all', async (t) => {
  const { url, store } = await startPushServer(t, { ttl: 60_000 })
  const expiry = () => [...store.all()].map(({ state }) => Math.round((state.expiresMs - state.succeededMs) / 1_000))
  await send(url, 'PUT', '/metrics/job/a', 'x 1\n')
  assert.deepEqual(expiry(), [60])
  await send(url, 'PUT', '/metrics/job/a?ttl=1h30m', 'x 1\n')
  assert.deepEqual(expiry(), [5_400])
  await send(url, 'PUT', '/metrics/job/a?ttl=0', 'x 1\n')
  assert.equal([...store.all()][0]!.state.expiresMs, 0)
  const wrong = await send(url, 'PUT', '/metrics/job/a?ttl=soon', 'x 1\n')
  assert.deepEqual(wrong, { status: 400, text: 'ttl "soon" is not a duration; write for example 30s, 5m or 1h30m\n' })
})

test('pages of other origins can change nothing', async (t) => {
  const { url, sink } = await startPushServer(t)
  const headers = { origin: 'https://example.org' }
  await send(url, 'PUT', '/metrics/job/a', 'x 1\n')
  for (const method of ['PUT', 'POST', 'DELETE']) {
    assert.equal((await send(url, method, '/metrics/job/a', '', headers)).status, 403)
  }
  assert.equal((await send(url, 'PUT', '/api/v1/admin/wipe', '', headers)).status, 403)
  assert.deepEqual(sink.lines(TIMES), ['x{job="a"} 1'])
})

test('all groups can be listed and wiped', async (t) => {
  const { url, store } = await startPushServer(t)
  await send(url, 'PUT', '/metrics/job/a/__proto__/b', 'x 1\n')
  await send(url, 'PUT', '/metrics/job/a/b/c', '# HELP h A\\nb\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_count 2\n')
  await send(url, 'PUT', '/metrics/job/s', '# TYPE s summary\ns{quantile="0.5"} NaN\ns_sum 1.5e6\ns_count 2\nx +Inf\n')
  const { status, data } = JSON.parse((await send(url, 'GET', '/api/v1/metrics')).text) as {
    status: string
    data: Record<string, Record<string, unknown>>[]
  }
  assert.equal(status, 'success')
  assert.deepEqual(
    data.map(({ labels, last_push_successful: isSuccess }) => [labels, isSuccess]),
    [
      [{ b: 'c', job: 'a' }, true],
      [{ job: 's' }, true],
    ],
  )
  const labels = { b: 'c', instance: '', job: 'a' }
  const { time_stamp: at, ...histogram } = data[0]!.h!
  assert.match(String(at), /^\d{4}-\d\d-\d\dT/)
  assert.deepEqual(histogram, {
    type: 'HISTOGRAM',
    help: 'A\nb',
    metrics: [{ labels, count: '2', sum: '0', buckets: { 1: '1' } }],
  })
  assert.deepEqual((data[1]!.s!.metrics as object[])[0], {
    labels: { instance: '', job: 's' },
    ...{ count: '2', sum: '1.5e+06', quantiles: { '0.5': 'NaN' } },
  })
  assert.equal((data[1]!.x!.metrics as { value: string }[])[0]!.value, '+Inf')
  assert.equal((await send(url, 'GET', '/api/v1/admin/wipe')).status, 404)
  assert.equal((await send(url, 'PUT', '/api/v1/admin/wipe')).status, 202)
  assert.equal(store.size, 0)
  assert.equal((await send(url, 'GET', '/api/v1/metrics')).text, '{"status":"success","data":[]}')
  const stat = JSON.parse((await send(url, 'GET', '/api/v1/status')).text) as { data: { flags: object } }
  assert.deepEqual(stat.data.flags, { 'web.enable-admin-api': 'true' })
})

test('without the admin API nothing is wiped', async (t) => {
  const { url, store } = await startPushServer(t, { admin_api: false })
  await send(url, 'PUT', '/metrics/job/a', 'x 1\n')
  assert.equal((await send(url, 'PUT', '/api/v1/admin/wipe')).status, 404)
  assert.equal(store.size, 1)
})

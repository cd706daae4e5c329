import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { LogRecord } from '#lib/query/log-record.ts'
import { readEvents } from '../../../cli/query/event-stream.ts'
import { endChild, untilReady } from '../../support/forked-service.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const ROOT = join(import.meta.dirname, '../../..')

/** Starts a service; resolves with its addresses once it is ready. */
async function startService(t: TestContext, name: string, settings: Readonly<Record<string, unknown>>) {
  const args = Object.entries(settings).flatMap(([key, value]) => ['--set', `${key}=${JSON.stringify(value)}`])
  const child = fork(join(ROOT, name, 'main.ts'), args, {
    execPath: process.execPath,
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.after(() => endChild(child, 'SIGKILL'))
  return untilReady(child)
}

async function startBoth(t: TestContext) {
  const directory = temporaryDirectory(t)
  const log = { 'log.level': 'error' }
  const store = await startService(t, 'store', {
    listen_address: '127.0.0.1:0',
    data_dir: join(directory, 's'),
    ...log,
  })
  const collector = await startService(t, 'collector', {
    'otlp.http.listen_address': '127.0.0.1:0',
    'otlp.grpc.listen_address': '127.0.0.1:0',
    'web.listen_address': '127.0.0.1:0',
    'elasticsearch.nodes': [store.elasticsearch],
    data_dir: join(directory, 'c'),
    ...log,
  })
  const send = async (pod: string, lines: readonly { uid: string; timeNs: bigint; text: string; level?: string }[]) => {
    const attribute = (key: string, value: string) => ({ key, value: { stringValue: value } })
    const logRecords = lines.map(({ uid, timeNs, text, level }) => ({
      timeUnixNano: String(timeNs),
      ...(level === undefined ? {} : { severityText: level }),
      body: { stringValue: text },
      attributes: [attribute('log.record.uid', uid), attribute('log.iostream', 'stdout')],
    }))
    const names = { 'k8s.namespace.name': 'shop', 'k8s.pod.name': pod, 'k8s.container.name': 'app' }
    const resource = { attributes: Object.entries(names).map(([key, value]) => attribute(key, value)) }
    const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] })
    const headers = { 'content-type': 'application/json' }
    const answer = await fetch(`${collector.otlp}/v1/logs`, { method: 'POST', headers, body })
    assert.equal(answer.status, 200)
  }
  const ask = async (parameters: string) => {
    const answer = await fetch(`${collector.web}/api/v1/logs?${parameters}`)
    const body = (await answer.json()) as { records: LogRecord[]; next_cursor?: string; error?: unknown }
    assert.equal(body.error, undefined)
    return body
  }
  return { web: collector.web!, send, ask }
}

test('the embedded store answers every search of the query API, to the nanosecond', async (t) => {
  const { web, send, ask } = await startBoth(t)
  const startNs = BigInt(Date.now() - 5_000) * 1_000_000n
  const made = Array.from({ length: 60 }, (_, n) => ({
    uid: `id${String(n).padStart(3, '0')}`,
    // Groups of five share a time.
    timeNs: startNs + BigInt(Math.floor(n / 5)),
    text: n % 10 === 0 ? `connection reset n${n}` : `line n${n} took ${n}ms`,
    ...(n % 7 === 0 ? { level: 'ERROR' } : {}),
  }))
  await send('web-1', made)
  await send('db-0', [{ uid: 'other', timeNs: startNs, text: 'line of db' }])
  while ((await ask('limit=1000')).records.length < 61) await new Promise((resolve) => setTimeout(resolve, 50))

  const ids: string[] = []
  for (let cursor: string | undefined = ''; cursor !== undefined; ) {
    const page: { records: LogRecord[]; next_cursor?: string } = await ask(
      `pod=web&order=oldest&limit=7&cursor=${cursor}`,
    )
    ids.push(...page.records.map(({ id }) => id))
    cursor = page.next_cursor
  }
  assert.deepEqual(
    ids,
    made.map(({ uid }) => uid),
  )

  const count = async (parameters: string) => (await ask(`limit=1000&${parameters}`)).records.length
  for (const [parameters, expected] of [
    ['q=%22connection+reset%22', 6],
    ['q=CONN*', 6],
    ['q=level:error', 9],
    ['q=level:error+-connection', 8],
    ['q=(n11+OR+n12)', 2],
    ['q=pod:w*+stream:*', 60],
    ['pod=web-1&pod=db', 61],
    ['namespace=sho%3F', 61],
    ['container=app&since=1h', 61],
    ['until=1h', 0],
    ['q=nothing', 0],
  ] as const) {
    assert.deepEqual([parameters, await count(parameters)], [parameters, expected])
  }
  const values = await (await fetch(`${web}/api/v1/logs/values?field=pod`)).json()
  assert.deepEqual(values, {
    values: [
      { value: 'db-0', count: 1 },
      { value: 'web-1', count: 60 },
    ],
  })

  const stop = new AbortController()
  const tail = await fetch(`${web}/api/v1/logs/tail?last=3&q=line`, { signal: stop.signal })
  const tailed: string[] = []
  for await (const { event, data } of readEvents(tail.body!)) {
    if (event !== 'records') continue
    tailed.push(...(JSON.parse(data) as { records: LogRecord[] }).records.map(({ id }) => id))
    if (tailed.length === 3) {
      await send('web-1', [
        { uid: 'late', timeNs: startNs - 1_000_000_000n, text: 'a late line' },
        { uid: 'new', timeNs: BigInt(Date.now()) * 1_000_000n, text: 'a new line' },
      ])
    }
    if (tailed.length >= 5) break
  }
  stop.abort()
  assert.deepEqual(tailed, ['id057', 'id058', 'id059', 'late', 'new'])
})

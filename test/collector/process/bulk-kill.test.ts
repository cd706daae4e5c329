import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { endChild, untilReady } from '../../support/forked-service.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const ROOT = join(import.meta.dirname, '../../..')

async function start(t: TestContext, service: string, settings: Readonly<Record<string, unknown>>) {
  const args = Object.entries({ ...settings, 'log.level': 'error' }).flatMap(([key, value]) => [
    '--set',
    `${key}=${JSON.stringify(value)}`,
  ])
  const child: ChildProcess = fork(join(ROOT, service, 'main.ts'), args, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  t.after(() => endChild(child, 'SIGKILL'))
  return { child, addresses: await untilReady(child) }
}

const BATCHES = 30
const BATCH = 20

test('what _bulk was told is created is in the embedded store once, though the collector was killed', async (t) => {
  const directory = temporaryDirectory(t)
  const store = await start(t, 'store', { listen_address: '127.0.0.1:0', data_dir: join(directory, 's') })
  const { elasticsearch } = store.addresses
  const settings = {
    'otlp.http.listen_address': '127.0.0.1:0',
    'otlp.grpc.enabled': false,
    'web.listen_address': '127.0.0.1:0',
    'elasticsearch.nodes': [elasticsearch],
    data_dir: join(directory, 'c'),
  }
  let collector = await start(t, 'collector', settings)
  const acknowledged: string[] = []
  for (let batch = 0; batch < BATCHES; batch++) {
    const index = batch % 2 === 0 ? 'filebeat-9.1.0' : 'logs-app-default'
    const lines = Array.from({ length: BATCH }, (_, n) => {
      const time = index.startsWith('logs-') ? {} : { '@timestamp': new Date().toISOString() }
      return `{"index":{"_index":"${index}"}}\n${JSON.stringify({ ...time, message: `line ${batch}-${n}` })}\n`
    })
    const response = await fetch(`${collector.addresses.web}/_bulk`, {
      method: 'POST',
      body: lines.join(''),
      headers: { 'content-type': 'application/x-ndjson' },
    })
    assert.equal(response.status, 200)
    const { items } = (await response.json()) as { items: { index: { _id: string; status: number } }[] }
    for (const { index: item } of items) {
      assert.equal(item.status, 201)
      acknowledged.push(item._id)
    }
    if (batch % 10 === 9) {
      await endChild(collector.child, 'SIGKILL')
      collector = await start(t, 'collector', settings)
    }
  }
  const search = async (index: string) => {
    const response = await fetch(`${elasticsearch}/${index}/_search?size=1000&ignore_unavailable=true`)
    const { hits } = (await response.json()) as { hits?: { hits: { _id: string; _source: Record<string, unknown> }[] } }
    return hits?.hits ?? []
  }
  const all = async () => [...(await search('filebeat-9.1.0')), ...(await search('logs-app-default'))]
  while ((await all()).length < acknowledged.length) await sleep(50)
  const found = await all()
  assert.deepEqual(
    found.map(({ _id }) => _id).sort((a, b) => a.localeCompare(b)),
    acknowledged.toSorted((a, b) => a.localeCompare(b)),
  )
  assert.equal(new Set(found.map(({ _source }) => _source.message)).size, BATCHES * BATCH)
  assert.ok(found.every(({ _source }) => typeof _source['@timestamp'] === 'string'))
})

import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { recordsOf } from '../../support/collector-harness.ts'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { endChild, untilReady } from '../../support/forked-service.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { until } from '../../support/until.ts'

const MAIN = join(import.meta.dirname, '../../../collector/main.ts')
const LETTERS = 4_000
const KILLS = 3

interface Collector {
  readonly child: ChildProcess
  readonly url: string
  readonly otlp: string
}

async function start(t: TestContext, flags: readonly string[]): Promise<Collector> {
  const child = fork(MAIN, flags, { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] })
  t.after(() => endChild(child, 'SIGKILL'))
  const ready = await untilReady(child)
  return { child, url: `${ready.web}/api/v1/dead-letters`, otlp: `${ready.otlp}/v1/logs` }
}

/** How many letters there are, or -1 while nobody answers. */
async function count({ url }: Collector): Promise<number> {
  const response = await fetch(`${url}?limit=1`).catch(() => undefined)
  return response === undefined ? -1 : ((await response.json()) as { total: number }).total
}

/** Replays all, as the command line does; ends with the collector. */
async function replay({ url }: Collector): Promise<void> {
  let place: object = {}
  for (;;) {
    const body = JSON.stringify({ all: true, ...place })
    const headers = { 'content-type': 'application/json' }
    const response = await fetch(`${url}/replay`, { method: 'POST', headers, body })
    const { next: after, through } = (await response.json()) as { next?: number; through: number }
    if (after === undefined) return
    place = { after, through }
  }
}

test('killed again and again during a replay: every document is there once, and no letter is left', async (t) => {
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  const refused = { status: 400, type: 'document_parsing_exception', reason: 'no' }
  elasticsearch.onBulk = () => ({ kind: 'items', fault: () => refused })
  const flags = [
    `--storage.path=${join(temporaryDirectory(t), 'collector')}`,
    ...['--otlp.http.listen-address=127.0.0.1:0', '--web.listen-address=127.0.0.1:0'],
    ...['--set', `elasticsearch.nodes=["${url}"]`, '--set', 'elasticsearch.bulk.max_bytes=64KiB'],
    ...['--set', 'elasticsearch.backoff.initial=5ms', '--set', 'elasticsearch.backoff.max=20ms'],
  ]
  let collector = await start(t, flags)
  for (let at = 0; at < LETTERS; at += 500) {
    const ids = Array.from({ length: 500 }, (_, index) => `id-${at + index}`)
    const body = new Uint8Array(recordsOf(ids, (id) => id.padEnd(2_000, '.')))
    const response = await fetch(collector.otlp, {
      method: 'POST',
      headers: { 'content-type': 'application/x-protobuf' },
      body,
    })
    assert.equal(response.status, 200)
  }
  const first = collector
  await until('all are dead letters', async () => (await count(first)) === LETTERS, { everyMs: 20 })
  elasticsearch.onBulk = () => undefined
  for (let kill = 0; kill < KILLS; kill++) {
    const replaying = replay(collector).catch(() => {})
    await sleep(5 + 25 * kill)
    await endChild(collector.child, 'SIGKILL')
    await replaying
    collector = await start(t, flags)
  }
  const last = collector
  await replay(last)
  await until('all are indexed', () => elasticsearch.documents.size === LETTERS, { everyMs: 20 })
  assert.equal(await count(last), 0)
  assert.deepEqual(elasticsearch.conflicts, [])
  await endChild(last.child, 'SIGTERM')
  assert.equal(last.child.exitCode, 0)
})

import assert from 'node:assert/strict'
import { type ChildProcess, fork } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { FakeElasticsearch } from '../../support/fake-elasticsearch.ts'
import { endChild, untilReady } from '../../support/forked-service.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const ROOT = join(import.meta.dirname, '../../..')
const LINES = 6_000
const CONTAINERS = 3

async function start(t: TestContext, service: string, flags: readonly string[]) {
  const child = fork(join(ROOT, service, 'main.ts'), [...flags, '--web.listen-address=127.0.0.1:0'], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
  })
  t.after(() => endChild(child, 'SIGKILL'))
  return { child, ready: await untilReady(child) }
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  await endChild(child, signal)
  return child.exitCode
}

function writePods(directory: string): void {
  for (let container = 0; container < CONTAINERS; container++) {
    const path = join(directory, `shop_web-${container}_uid-${container}`, 'app', '0.log')
    mkdirSync(dirname(path), { recursive: true })
    const lines = Array.from({ length: LINES / CONTAINERS }, (_, line) => {
      const time = new Date(Date.UTC(2026, 10, 21) + line).toISOString().slice(0, -1)
      return `${time}000000Z stdout F line ${line} of container ${container} ${'x'.repeat(line % 200)}\n`
    })
    writeFileSync(path, lines.join(''))
  }
}

test('agent and collector, both killed while Elasticsearch fails in every way: every line is there once', async (t) => {
  const directory = temporaryDirectory(t)
  const pods = join(directory, 'pods')
  writePods(pods)
  const elasticsearch = new FakeElasticsearch()
  const url = await elasticsearch.start()
  t.after(() => elasticsearch.stop())
  elasticsearch.failingTemplates = 1
  elasticsearch.onBulk = ({ number }) => {
    if (number % 5 === 1) return { kind: 'reset', indexed: number % 2 === 0 }
    if (number % 5 === 2)
      return { kind: 'items', fault: (_document, place) => (place % 3 === 0 ? { status: 429 } : undefined) }
    return number % 5 === 3 ? { kind: 'truncate' } : undefined
  }
  const collectorFlags = [
    `--storage.path=${join(directory, 'collector')}`,
    '--otlp.grpc.listen-address=127.0.0.1:0',
    ...['--set', `elasticsearch.nodes=["${url}"]`, '--set', 'elasticsearch.bulk.max_bytes=64KiB'],
    ...['--set', 'elasticsearch.backoff.initial=5ms', '--set', 'elasticsearch.backoff.max=20ms'],
  ]
  let collector = await start(t, 'collector', [...collectorFlags, '--otlp.http.listen-address=127.0.0.1:0'])
  const otlp = new URL(collector.ready.otlp!)
  const agentFlags = [
    ...['--set', `logs.pods_dir=${pods}`, '--set', `state_dir=${join(directory, 'agent')}`],
    ...['--set', `ship.endpoints=["${otlp.origin}"]`, '--set', 'ship.batch.max_bytes=32KiB'],
  ]
  let agent = await start(t, 'agent', agentFlags)
  for (let round = 0; round < 2; round++) {
    while (elasticsearch.documents.size < (LINES / 4) * (round + 1)) await sleep(5)
    await Promise.all([end(collector.child, 'SIGKILL'), end(agent.child, 'SIGKILL')])
    collector = await start(t, 'collector', [...collectorFlags, `--otlp.http.listen-address=${otlp.host}`])
    agent = await start(t, 'agent', agentFlags)
  }
  while (elasticsearch.documents.size < LINES) await sleep(10)
  assert.equal(await end(agent.child, 'SIGTERM'), 0)
  assert.equal(await end(collector.child, 'SIGTERM'), 0)
  assert.deepEqual(elasticsearch.conflicts, [])
  const texts = elasticsearch.sources().map(({ body }) => (body as { text: string }).text)
  assert.equal(texts.length, LINES)
  assert.equal(new Set(texts.map((text) => text.replace(/ x*$/, ''))).size, LINES)
})

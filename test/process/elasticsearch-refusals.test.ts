import assert from 'node:assert/strict'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { startCli } from '../support/cli-process.ts'
import { CollectorProcess } from '../support/collector-process.ts'
import { auditDelivery } from '../support/delivery-audit.ts'
import { type ElasticsearchNode, startElasticsearch, whyNoElasticsearch } from '../support/elasticsearch-node.ts'
import type { ProtoKeyValue } from '../support/otlp-proto.ts'
import { numberedRecords, sendUntilTaken } from '../support/otlp-sender.ts'
import { temporaryDirectory } from '../support/temporary.ts'
import { until } from '../support/until.ts'

const BATCH = 1_000

test('a real node that does not take documents: each arrives once when it does again', {
  skip: await whyNoElasticsearch(),
  timeout: 600_000,
}, async (t) => {
  // One node for all, with room for one bulk request beside the one at work; each test has a data stream of its own.
  const settings = {
    'thread_pool.write.size': '1',
    'thread_pool.write.queue_size': '1',
    'http.max_content_length': '1mb',
    // It lifts the block of a disk that is not full, with the next look at disks, which is every half a minute.
    'cluster.info.update.interval': '1h',
  }
  const node = await startElasticsearch(t, { settings })
  await t.test('it hangs for longer than the collector waits', (s) => hang(s, node))
  await t.test('an index is read-only because its disk was full', (s) => block(s, node))
  await t.test('the cluster is read-only', (s) => blockCluster(s, node))
  await t.test('its write queue is full', (s) => fillWriteQueue(s, node))
  await t.test('requests are larger than it takes', (s) => sendTooLarge(s, node))
  await t.test('the data stream and the template are deleted', (s) => deleteTemplate(s, node))
  await t.test('documents that contradict the mapping are dead letters until it is mended', (s) => contradict(s, node))
  await t.test('documents in the failure store are counted apart', (s) => storeFailures(s, node))
  await t.test('documents that a pipeline drops are delivered', (s) => drop(s, node))
})

test('a real node has memory for one large request at a time: what is refused as a whole arrives once', {
  skip: await whyNoElasticsearch(),
  timeout: 600_000,
}, async (t) => {
  const node = await startElasticsearch(t, { settings: { 'indexing_pressure.memory.limit': '6mb' } })
  const { collector, stream, send } = await begin(t, node, 'pressure', ['elasticsearch.concurrency=4'])
  // They wait in the queue until the first is indexed, so that the next requests are full.
  node.suspend()
  await send(30 * BATCH, 10 * BATCH)
  node.resume()
  await expectAll(collector, node, stream, 30 * BATCH)
  assert.ok((await collector.metric('bulk_failures_total', '{reason="http_429"}')) > 0)
})

async function hang(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, send } = await begin(t, node, 'hang', ['elasticsearch.timeout=1s'])
  await send(BATCH)
  await collector.settle()
  node.suspend()
  await send(2 * BATCH)
  try {
    await until(
      'a request times out',
      async () => (await collector.metric('bulk_failures_total', '{reason="timeout"}')) > 1,
    )
  } finally {
    node.resume()
  }
  await send(BATCH)
  await expectAll(collector, node, stream, 4 * BATCH)
}

async function block(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, send } = await begin(t, node, 'block')
  await send(BATCH)
  await collector.settle()
  const setBlock = async (value: boolean | null) => {
    const settings = { 'index.blocks.read_only_allow_delete': value }
    assert.equal((await node.request('PUT', `/${stream}/_settings`, settings)).status, 200)
  }
  await setBlock(true)
  await send(2 * BATCH)
  await until('documents are turned away', async () => (await collector.metric('documents_retried_total')) > 2 * BATCH)
  assert.equal(await node.count(stream), BATCH)
  assert.equal(await collector.metric('elasticsearch_blocked', '{reason="flood_stage"}'), 1)
  assert.match(collector.log.join('\n'), /flood-stage watermark/)
  // A restart in this state finds the documents in the queue.
  await collector.kill()
  await collector.start()
  await until('documents are turned away', async () => (await collector.metric('documents_retried_total')) > 0)
  await setBlock(null)
  await expectAll(collector, node, stream, 3 * BATCH)
  assert.equal(await collector.metric('elasticsearch_blocked'), 0)
}

async function blockCluster(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, send } = await begin(t, node, 'cluster.block')
  await send(BATCH)
  await collector.settle()
  const setBlock = async (value: boolean | null) => {
    const settings = { persistent: { 'cluster.blocks.read_only': value } }
    assert.equal((await node.request('PUT', '/_cluster/settings', settings)).status, 200)
  }
  await setBlock(true)
  await send(BATCH)
  await until(
    'a request is refused',
    async () => (await collector.metric('bulk_failures_total', '{reason="http_403"}')) > 1,
  )
  assert.equal(await collector.metric('elasticsearch_blocked', '{reason="read_only"}'), 1)
  await setBlock(null)
  await expectAll(collector, node, stream, 2 * BATCH)
  assert.equal(await collector.metric('elasticsearch_blocked'), 0)
}

async function fillWriteQueue(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const settings = ['elasticsearch.bulk.max_bytes=64KiB', 'elasticsearch.concurrency=4']
  const { collector, stream, send } = await begin(t, node, 'write.queue', settings)
  let isFull = true
  const others = Array.from({ length: 6 }, async (_, client) => {
    for (let round = 0; isFull; round++) {
      const lines = Array.from(
        { length: 400 },
        (_, line) => `{"create":{"_id":"${client}-${round}-${line}"}}\n{"n":${line}}\n`,
      )
      await node.request('POST', '/other/_bulk', lines.join(''))
    }
  })
  try {
    await until('documents are turned away', async () => {
      await send(BATCH / 2)
      return (await collector.metric('documents_retried_total', '{status="429"}')) > BATCH
    })
  } finally {
    isFull = false
    await Promise.all(others)
  }
  const sent = await send(BATCH)
  await expectAll(collector, node, stream, sent)
}

async function sendTooLarge(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, send } = await begin(t, node, 'too.large')
  await send(8 * BATCH, 8 * BATCH)
  await expectAll(collector, node, stream, 8 * BATCH)
  assert.ok((await collector.metric('bulk_divided_total')) > 0)
}

async function deleteTemplate(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, dataset, send } = await begin(t, node, 'deleted')
  await send(BATCH)
  await collector.settle()
  for (const path of [`/_data_stream/${stream}`, `/_index_template/vedette-logs-${dataset}`]) {
    assert.equal((await node.request('DELETE', path)).status, 200)
  }
  await send(BATCH)
  const account = await collector.settle()
  assert.equal(account.indexed_total, 2 * BATCH)
  // What was indexed before is gone with the data stream.
  assert.equal(await node.count(stream), BATCH)
  assert.equal((await node.request('GET', `/_index_template/vedette-logs-${dataset}`)).status, 200)
}

async function contradict(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, dataset, send } = await begin(t, node, 'conflict')
  const duration = (value: ProtoKeyValue['value'] & object) => [{ key: 'duration', value }]
  await send(BATCH, BATCH, () => duration({ intValue: '12' }))
  await collector.settle()
  const isWrong = (number: number) => number % 10 === 3
  const wrong = BATCH / 10
  await send(BATCH, BATCH, (number) => duration(isWrong(number) ? { stringValue: 'long' } : { intValue: '7' }))
  const account = await collector.settle()
  assert.deepEqual([account.dead_letter_total, account.indexed_total], [wrong, 2 * BATCH - wrong])
  const inPart = { found: 2 * BATCH - wrong, lost: wrong, doubled: 0, strange: 0 }
  assert.deepEqual(await auditDelivery(node, stream, 2 * BATCH), inPart)
  const byType = ['--type', 'document_parsing_exception']
  assert.equal(await collector.metric('dead_letter_records_total', '{type="document_parsing_exception"}'), wrong)

  // While the mapping is as it was, they come back.
  await deadLetter(t, collector, 'replay', ...byType)
  assert.equal((await collector.settle()).dead_letter_total, 2 * wrong)
  assert.equal((await listLetters(t, collector)).length, wrong)

  // The field becomes a keyword in the next backing index. A collector that is killed meanwhile replays the rest later.
  await changeTemplate(node, dataset, 'keyword')
  assert.equal((await node.request('POST', `/${stream}/_rollover`)).status, 200)
  await deadLetter(t, collector, 'replay', String((await listLetters(t, collector))[0]!.id))
  await deadLetter(t, collector, 'replay', ...byType)
  await collector.kill()
  await collector.start()
  await collector.settle()
  await deadLetter(t, collector, 'replay', '--all')
  await collector.settle()
  assert.deepEqual(await auditDelivery(node, stream, 2 * BATCH), { ...inPart, found: 2 * BATCH, lost: 0 })
  assert.deepEqual(await listLetters(t, collector), [])
}

async function storeFailures(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, dataset, send } = await begin(t, node, 'failures')
  await send(BATCH)
  await collector.settle()
  await changeTemplate(node, dataset, 'long', { data_stream_options: { failure_store: { enabled: true } } })
  assert.equal((await node.request('DELETE', `/_data_stream/${stream}`)).status, 200)
  await send(BATCH, BATCH, (number) => [
    { key: 'duration', value: number % 10 === 3 ? { stringValue: 'long' } : { intValue: '7' } },
  ])
  const account = await collector.settle()
  assert.equal(account.failure_store_total, BATCH / 10)
  assert.equal(account.indexed_total, 2 * BATCH - BATCH / 10)
  assert.equal(await node.count(stream), BATCH - BATCH / 10)
  assert.equal(await node.count(`${stream}::failures`), BATCH / 10)
}

/** Has the field `duration` be of a type in indices that come, and more in the template. */
async function changeTemplate(
  node: ElasticsearchNode,
  dataset: string,
  type: string,
  more: object = {},
): Promise<void> {
  const path = `/_index_template/vedette-logs-${dataset}`
  const { body } = await node.request('GET', path)
  const { index_patterns, priority, template } = body.index_templates[0].index_template
  template.mappings.properties.attributes.properties.duration = { type }
  const changed = { index_patterns, priority, template: { ...template, ...more }, data_stream: {} }
  assert.equal((await node.request('PUT', path, changed)).status, 200)
}

async function deadLetter(t: TestContext, { webUrl }: CollectorProcess, ...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await startCli(t, ['dead-letter', ...args, '--server', webUrl]).ended
  assert.equal(code, 0, stderr)
  return stdout
}

async function listLetters(t: TestContext, collector: CollectorProcess): Promise<readonly { readonly id: number }[]> {
  const lines = await deadLetter(t, collector, 'list', '--limit', '0', '--json')
  return lines.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line)]))
}

async function drop(t: TestContext, node: ElasticsearchNode): Promise<void> {
  const { collector, stream, send } = await begin(t, node, 'drop')
  await send(BATCH)
  await collector.settle()
  await node.request('PUT', '/_ingest/pipeline/drop-all', { processors: [{ drop: {} }] })
  await node.request('PUT', `/${stream}/_settings`, { 'index.default_pipeline': 'drop-all' })
  await send(BATCH)
  assert.equal((await collector.settle()).indexed_total, 2 * BATCH)
  assert.equal(await node.count(stream), BATCH)
}

/** A collector with a dataset of its own, and what sends it the next numbered records. */
async function begin(t: TestContext, node: ElasticsearchNode, dataset: string, settings: readonly string[] = []) {
  const collector = await CollectorProcess.start(t, {
    directory: join(temporaryDirectory(t), 'collector'),
    elasticsearchUrl: node.url,
    settings: [`elasticsearch.dataset=${dataset}`, ...settings],
  })
  let sent = 0
  return {
    ...{ collector, dataset, stream: `logs-${dataset}-default` },
    /** Returns how many were sent so far. */
    async send(count: number, batch = BATCH, attributesOf?: (number: number) => readonly ProtoKeyValue[]) {
      for (const end = sent + count; sent < end; sent += Math.min(batch, end - sent)) {
        await sendUntilTaken(collector.url, numberedRecords(sent, Math.min(batch, end - sent), attributesOf))
      }
      return sent
    },
  }
}

/** Everything that was sent is in the data stream once, and the collector's account says so. */
async function expectAll(
  collector: CollectorProcess,
  node: ElasticsearchNode,
  stream: string,
  sent: number,
): Promise<void> {
  const account = await collector.settle()
  assert.equal(account.dead_letter_total + account.lost_total, 0)
  assert.deepEqual(await auditDelivery(node, stream, sent), { found: sent, lost: 0, doubled: 0, strange: 0 })
}

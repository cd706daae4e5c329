import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CollectorHarness } from '../support/collector-harness.ts'
import { startElasticsearch, whyNoElasticsearch } from '../support/elasticsearch-node.ts'
import { encodeLogsRequest } from '../support/otlp-proto.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const skip = await whyNoElasticsearch()
const STREAM = 'logs-kubernetes.otel-default'
const SECRET = 'what-the-value-was'
const EVERYTHING = { types: [], indices: [], sinceMs: -Infinity, untilMs: Infinity, ids: undefined }

/** A record for each value, with the value as the attribute `code`. */
function requestOf(prefix: string, values: readonly object[]): Buffer {
  const logRecords = values.map((value, index) => ({
    timeUnixNano: String(1_790_000_000_000_000_000n + BigInt(index)),
    body: { stringValue: 'a line' },
    attributes: [
      { key: 'log.record.uid', value: { stringValue: `${prefix}-${index}` } },
      { key: 'code', value },
    ],
  }))
  return encodeLogsRequest({ resourceLogs: [{ scopeLogs: [{ logRecords }] }] })
}

test('documents that a mapping refuses are dead letters, and are indexed once it was mended', { skip }, async (t) => {
  const node = await startElasticsearch(t)
  const collector = new CollectorHarness(temporaryDirectory(t), node.url)
  await collector.start()
  const send = async (prefix: string, values: readonly object[]) => {
    assert.equal((await collector.post(requestOf(prefix, values))).status, 200)
    await collector.settle()
  }
  await send('number', [{ intValue: 1 }])
  await send('text', [{ stringValue: SECRET }, { intValue: 2 }, { stringValue: SECRET }])
  const letters = await collector.letters()
  assert.deepEqual(
    letters.map(({ head: { type, documentId, attempts } }) => [type, documentId, attempts]),
    ['text-0', 'text-2'].map((id) => ['document_parsing_exception', id, 1]),
  )
  assert.ok(!collector.lines.some((line) => line.includes(SECRET)), 'a log has nothing of a document')
  const { replayer, deadLetters } = collector.pipeline.indexing
  const replay = async () => {
    await replayer.replay({ selection: EVERYTHING, after: -1, through: deadLetters.nextId - 1 })
    await collector.settle()
  }
  await replay()
  assert.deepEqual(
    (await collector.letters()).map(({ head }) => head.attempts),
    [2, 2],
    'the mapping is as it was',
  )
  // The next index begins with what it is sent first: here the attribute is a keyword.
  assert.equal((await node.request('POST', `/${STREAM}/_rollover`)).status, 200)
  await replay()
  assert.deepEqual(await collector.letters(), [])
  assert.equal(await node.count(STREAM), 4)
  const { replayed, indexed, deadLetter } = await collector.account()
  assert.deepEqual({ replayed, indexed, deadLetter }, { replayed: 4, indexed: 4, deadLetter: 4 })
  const { server, findings } = await collector.pipeline.indexing.selfCheck.look()
  assert.match(server ?? '', /^Elasticsearch 9\.5/)
  const wrong = findings.filter(({ check, status }) => status !== 'ok' && check !== 'disk')
  assert.deepEqual(wrong, [], 'but for the disk of this machine, the check finds nothing wrong')
  await collector.stop()
})

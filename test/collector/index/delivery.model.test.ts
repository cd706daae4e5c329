import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CollectorHarness } from '../../support/collector-harness.ts'
import { type BulkAnswer, FakeElasticsearch, type ItemFault } from '../../support/fake-elasticsearch.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const faults = fc.constantFrom<ItemFault | undefined>(
  undefined,
  { status: 429, type: 'es_rejected_execution_exception' },
  { status: 503, type: 'unavailable_shards_exception' },
  { status: 400, type: 'document_parsing_exception', reason: 'no' },
  { status: 400, type: 'document_parsing_exception', reason: 'no', failureStore: 'failed' },
  { status: 409, type: 'version_conflict_engine_exception', store: true, failureStore: 'not_enabled' },
  { status: 429, type: 'cluster_block_exception', reason: 'index [x] blocked by: [TOO_MANY_REQUESTS/12/flood];' },
  { status: 201, store: true, failureStore: 'used' },
)

const answers = fc.oneof<fc.Arbitrary<BulkAnswer>[]>(
  fc.array(faults, { minLength: 1, maxLength: 5 }).map((some) => ({
    kind: 'items',
    fault: (_document, place) => some[place % some.length],
  })),
  fc.constantFrom(400, 401, 403, 404, 413, 429, 500, 502, 503, 504).map((status) => ({ kind: 'refuse', status })),
  fc.constantFrom(413, 429, 503).map((status) => ({ kind: 'refuse', status, body: '', close: true })),
  fc.boolean().map((indexed) => ({ kind: 'reset', indexed })),
  fc.constantFrom<BulkAnswer>(
    { kind: 'truncate' },
    { kind: 'no-product' },
    { kind: 'slow', firstByteMs: 3 },
    { kind: 'lie', answer: ({ items }) => ({ items: items.slice(1) }) },
    { kind: 'lie', answer: () => ({ items: 'none' }) },
  ),
)

type Step =
  | { readonly kind: 'send'; readonly ids: readonly number[] }
  | { readonly kind: 'settle' }
  | { readonly kind: 'restart' }

const steps = fc.oneof<fc.Arbitrary<Step>[]>(
  fc.array(fc.nat(60), { minLength: 1, maxLength: 8 }).map((ids) => ({ kind: 'send', ids })),
  fc.constant({ kind: 'settle' }),
  fc.constant({ kind: 'restart' }),
)

test('whatever Elasticsearch answers, every record is accounted for and every id is there once', async (t) => {
  const scripts = fc.record({
    script: fc.array(answers, { maxLength: 12 }),
    steps: fc.array(steps, { minLength: 1, maxLength: 12 }),
    failingTemplates: fc.nat(2),
  })
  const property = fc.asyncProperty(scripts, async ({ script, steps: todo, failingTemplates }) => {
    const elasticsearch = new FakeElasticsearch()
    const url = await elasticsearch.start()
    const collector = new CollectorHarness(temporaryDirectory(t), url, ['elasticsearch.bulk.max_bytes=1KiB'])
    elasticsearch.onBulk = ({ number }) => script[number - 1]
    elasticsearch.failingTemplates = failingTemplates
    const sent = new Set<string>()
    await collector.start()
    for (const step of [...todo, { kind: 'settle' } as const]) {
      if (step.kind === 'send') {
        const ids = [...new Set(step.ids)].map((id) => `id-${id}`)
        for (const id of ids) sent.add(id)
        await collector.send(ids)
      } else if (step.kind === 'settle') await collector.settle()
      else {
        await collector.stop()
        await collector.account()
        await collector.start()
      }
      await collector.account()
    }
    const missing = () => {
      const there = new Set([...elasticsearch.documents.keys()].map((key) => key.slice(key.indexOf('/') + 1)))
      return [...sent].filter((id) => !there.has(id))
    }
    const letters = new Set((await collector.letters()).map(({ head }) => head.documentId))
    for (const id of missing()) {
      assert.ok(letters.has(id), `${id} is neither indexed nor a dead letter`)
    }
    // Once the cause is mended, a replay brings the rest.
    elasticsearch.onBulk = () => undefined
    const { replayer, deadLetters } = collector.pipeline.indexing
    const selection = { types: [], indices: [], sinceMs: -Infinity, untilMs: Infinity, ids: undefined }
    await replayer.replay({ selection, after: -1, through: deadLetters.nextId - 1 })
    await collector.settle()
    await collector.account()
    assert.deepEqual([missing(), await collector.letters()], [[], []])
    await collector.stop()
    await elasticsearch.stop()
    assert.deepEqual(elasticsearch.conflicts, [])
  })
  await fc.assert(property, { numRuns: 20 })
})

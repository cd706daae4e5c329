import assert from 'node:assert/strict'
import { join } from 'node:path'
import { indexTemplate } from '../../collector/index/template.ts'
import type { Product } from '../elasticsearch/fixture.ts'
import { withCleanUps } from './clean-ups.ts'
import { CollectorProcess } from './collector-process.ts'
import { auditDelivery } from './delivery-audit.ts'
import { startElasticsearch } from './elasticsearch-node.ts'
import { type Field, fieldTypes } from './field-types.ts'
import { numberedRecords, sendUntilTaken } from './otlp-sender.ts'
import { temporaryDirectory } from './temporary.ts'

const BATCH = 1_000
const DATASET = 'kubernetes.otel'
const STREAM = `logs-${DATASET}-default`
const CONFLICT_EVERY = 10

/**
 * What a collector does with a server of another version or product: template, documents, redelivery, contradictions of
 * the mapping, kill -9 of both. Throws if one of them is not as with the newest Elasticsearch.
 */
export function runWithVersion(product: Product): Promise<object> {
  return withCleanUps(async (t) => {
    const directory = join(temporaryDirectory(t), 'collector')
    const node = await startElasticsearch(t, { product })
    const { body: root } = await node.request('GET', '/')
    const collector = await CollectorProcess.start(t, { directory, elasticsearchUrl: node.url })
    try {
      await sendUntilTaken(collector.url, numberedRecords(0, BATCH))
      const first = await collector.settle()
      assert.deepEqual([first.indexed_total, first.dead_letter_total], [BATCH, 0], 'documents are indexed')
      assert.equal(await node.count(STREAM), BATCH, 'documents are found')

      const meant = indexTemplate({ dataset: DATASET, retention: '30d' }) as {
        template: { mappings: { properties: Record<string, Field> } }
      }
      const { body: mappings } = await node.request('GET', `/${STREAM}/_mapping`)
      const [mapping] = Object.values(mappings) as { mappings: { properties: Record<string, Field> } }[]
      const types = fieldTypes(mapping!.mappings.properties)
      for (const [name, type] of fieldTypes(meant.template.mappings.properties)) {
        const expected = product === 'opensearch-3' && type === 'flattened' ? 'flat_object' : type
        assert.equal(types.get(name), expected, `type of ${name}`)
      }

      await sendUntilTaken(collector.url, numberedRecords(0, BATCH))
      const second = await collector.settle()
      assert.deepEqual([second.indexed_total, second.duplicate_total], [BATCH, BATCH], 'what comes again is known')

      const duration = (number: number) =>
        number % CONFLICT_EVERY === 3 && number >= 2 * BATCH ? { stringValue: 'long' } : { intValue: '7' }
      for (const from of [BATCH, 2 * BATCH]) {
        const attributesOf = (number: number) => [{ key: 'duration', value: duration(number) }]
        await sendUntilTaken(collector.url, numberedRecords(from, BATCH, attributesOf))
        await collector.settle()
      }
      const refused = BATCH / CONFLICT_EVERY
      assert.equal((await collector.account()).dead_letter_total, refused, 'contradictions are in the dead letter')

      await Promise.all([node.kill(), collector.kill()])
      await collector.start()
      await sendUntilTaken(collector.url, numberedRecords(3 * BATCH, BATCH))
      await node.start()
      const last = await collector.settle()
      assert.deepEqual(
        await auditDelivery(node, STREAM, 4 * BATCH),
        { found: 4 * BATCH - refused, lost: refused, doubled: 0, strange: 0 },
        'each document is there once',
      )
      assert.equal(await collector.stop(), 0)
      return { version: root.version.number, refused, account: last }
    } catch (error) {
      throw new Error(`${product}: ${String(error)}`, { cause: error })
    }
  })
}

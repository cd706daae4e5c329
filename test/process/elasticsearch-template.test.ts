import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { indexTemplate } from '../../collector/index/template.ts'
import { CollectorProcess } from '../support/collector-process.ts'
import { startElasticsearch, whyNoElasticsearch } from '../support/elasticsearch-node.ts'
import { type Field, fieldTypes } from '../support/field-types.ts'
import { numberedRecords, sendUntilTaken } from '../support/otlp-sender.ts'
import { temporaryDirectory } from '../support/temporary.ts'

const RECORDS = 100
const DATASET = 'kubernetes.otel'
const STREAM = `logs-${DATASET}-default`

test('a real node takes the index template, and makes of it what is meant', {
  skip: await whyNoElasticsearch(),
}, async (t) => {
  const node = await startElasticsearch(t)
  const collector = await CollectorProcess.start(t, {
    directory: join(temporaryDirectory(t), 'collector'),
    elasticsearchUrl: node.url,
    settings: ['elasticsearch.retention=12d'],
  })
  await sendUntilTaken(collector.url, numberedRecords(0, RECORDS))
  assert.equal((await collector.settle()).indexed_total, RECORDS)
  assert.equal(await collector.metric('template_failures_total'), 0)
  assert.equal(await node.count(STREAM), RECORDS)

  const meant = indexTemplate({ dataset: DATASET, retention: '12d' }) as {
    priority: number
    template: { mappings: { properties: Record<string, Field> } }
  }
  const { body: templates } = await node.request('GET', `/_index_template/vedette-logs-${DATASET}`)
  const { index_template: kept } = templates.index_templates[0]
  assert.deepEqual(kept.index_patterns, [`logs-${DATASET}-*`])
  assert.equal(kept.priority, meant.priority)
  assert.equal(kept.template.lifecycle.data_retention, '12d')

  const { body: streams } = await node.request('GET', `/_data_stream/${STREAM}`)
  const [stream] = streams.data_streams
  assert.equal(stream.template, `vedette-logs-${DATASET}`)
  assert.equal(stream.lifecycle.effective_retention, '12d')
  const backing = stream.indices[0].index_name

  const { body: mappings } = await node.request('GET', `/${STREAM}/_mapping`)
  const types = fieldTypes(mappings[backing].mappings.properties)
  for (const [name, type] of fieldTypes(meant.template.mappings.properties)) assert.equal(types.get(name), type, name)
  assert.equal(mappings[backing].mappings.date_detection, false)

  const { body: settings } = await node.request('GET', `/${STREAM}/_settings?flat_settings=true`)
  const flat = settings[backing].settings
  assert.equal(flat['index.codec'], 'best_compression')
  assert.equal(flat['index.mapping.total_fields.ignore_dynamic_beyond_limit'], 'true')

  // What the collector's documents are to somebody who searches: aliases, exact keywords, words of the text.
  const searches = {
    'kubernetes.namespace:shop AND kubernetes.pod.name:"web-1"': RECORDS,
    'resource.attributes.k8s.container.name:app AND attributes.log.iostream:stdout': RECORDS,
    'severity_number:>=17': RECORDS / 10,
    'message:"request 42 of shop"': 1,
    'body.text:(request AND NOT took)': 0,
  }
  for (const [query, count] of Object.entries(searches)) {
    const { body } = await node.request('POST', `/${STREAM}/_search`, { query: { query_string: { query } } })
    assert.equal(body.hits.total.value, count, query)
  }
  assert.equal(await collector.stop(), 0)
})

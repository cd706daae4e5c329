import assert from 'node:assert/strict'
import { test } from 'node:test'
import { withoutDataStreamDemands } from '../../../collector/index/data-stream-demands.ts'
import { readBulk } from '../../../collector/receive/bulk/read-bulk.ts'

const limits = { maxItems: 100, maxDocumentBytes: 1_000, maxDocumentValues: 50 }

function bodyOf(documents: readonly string[]) {
  const offsets = [0]
  for (const document of documents) offsets.push(offsets.at(-1)! + Buffer.byteLength(document))
  return { bytes: Buffer.from(documents.join('')), offsets }
}

test('action lines say nothing of data streams, documents are what they were', () => {
  const tricky = '{"a":{"x":1,"require_data_stream":false}}\n'
  const request = [
    `{"create":{"_index":"i","_id":"1"}}\n${tricky}`,
    `{"index":{"_index":"i","_id":"2","require_data_stream":true}}\n{"@timestamp":1}\n`,
  ]
  const defaults = { index: undefined, pipeline: undefined, routing: undefined, requireDataStream: undefined }
  const { lines } = readBulk(Buffer.from(request.join('')), { defaults, limits, nowMs: 0 })
  const [action1, document1, action2, document2] = lines.toString().split('\n')
  assert.match(action1!, /"require_data_stream":false}}$/)
  const ours = '{"create":{"_index":"logs-x-y","_id":"3"}}\n{}\n'
  const body = bodyOf([`${action1}\n${document1}\n`, ours, `${action2}\n${document2}\n`])
  assert.equal(
    withoutDataStreamDemands(body).toString(),
    `{"create":{"_index":"i","_id":"1"}}\n${tricky}${ours}{"index":{"_index":"i","_id":"2"}}\n{"@timestamp":1}\n`,
  )
})

test('a body without such lines is not copied', () => {
  const body = bodyOf(['{"create":{"_index":"i","_id":"1"}}\n{"require_data_stream":true}\n'])
  assert.equal(withoutDataStreamDemands(body), body.bytes)
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { LabelSet } from '#lib/labels.ts'
import { encodeJson } from '../../alertmanager/json.ts'

test('JSON is written as Go writes it', () => {
  const labels = LabelSet.of([
    ['b', '<&>\u2028'],
    ['10', 'x'],
    ['9', 'y'],
  ])
  const value = { z: [1, true, null], gone: undefined, labels }
  assert.equal(encodeJson(value), '{"z":[1,true,null],"labels":{"10":"x","9":"y","b":"<&>\\u2028"}}\n')
  assert.equal(encodeJson(labels, { escapeHtml: true }), '{"10":"x","9":"y","b":"\\u003c\\u0026\\u003e\\u2028"}\n')
})

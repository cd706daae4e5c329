import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JsonSchema } from '#lib/config/schema.ts'
import { receiversSchema } from '../../../alertmanager/config/receivers/receivers.ts'
import { notificationData } from '../../../alertmanager/notify/data.ts'
import { createTemplates } from '../../../alertmanager/template/create-templates.ts'
import { flushed, notificationOf } from '../support/flushed.ts'

/** Every text that stands in for one that a configuration leaves out, by its place in the schema. */
function defaultsIn(schema: JsonSchema, path: string): [path: string, text: string][] {
  const own =
    typeof schema.default === 'string' && schema.default.includes('{{')
      ? [[path, schema.default] as [string, string]]
      : []
  const properties = Object.entries(schema.properties ?? {}).flatMap(([name, inner]) =>
    defaultsIn(inner, `${path}.${name}`),
  )
  return [...own, ...properties, ...(schema.items === undefined ? [] : defaultsIn(schema.items, path))]
}

test('every default text of every receiver can be rendered', () => {
  const templates = createTemplates({ patterns: [], directory: '.', clock: { nowMs: () => 0 } })
  const alerts = [flushed({ alertname: 'A' }), flushed({ alertname: 'B' }, { firing: false })]
  const data = notificationData(notificationOf(alerts), 'http://router')
  const defaults = defaultsIn(receiversSchema, 'receivers')
  assert.ok(defaults.length > 20)
  for (const [path, text] of defaults) {
    assert.doesNotThrow(() => templates.text(text, data), path)
    assert.doesNotThrow(() => templates.html(text, data), path)
  }
})

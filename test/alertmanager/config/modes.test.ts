import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readAlertmanagerConfig } from '../../../alertmanager/config/alertmanager-yml.ts'
import type { Feature } from '../../../alertmanager/process/features.ts'

interface Accepted {
  readonly matchers: readonly string[]
  readonly warnings: readonly string[]
}

function read(route: string, ...features: readonly Feature[]) {
  const yaml = `route: {receiver: a, routes: [{${route}}]}\nreceivers: [{name: a}]\n`
  const result = readAlertmanagerConfig(yaml, 'modes.yml', { features: new Set(features) })
  if (!result.ok) return result.diagnostics.map(({ message }) => message)
  const { warnings, route: root, matcherMode } = result.config
  return { mode: matcherMode, matchers: root.routes[0]!.matchers.map(String), warnings }
}

test('by default matchers are read by both grammars, and the classic one wins', () => {
  assert.deepEqual(read(`matchers: ['"a.b"=c']`), { mode: 'fallback', matchers: ['a.b="c"'], warnings: [] })
  const { matchers, warnings } = read(`matchers: ['foo=']`) as Accepted
  assert.deepEqual(matchers, ['foo=""'])
  assert.match(warnings.join(), /^foo= is read by the classic grammar only/)
  const both = read(`matchers: ['foo="\\u00e9\\\\t"']`) as Accepted
  assert.match(both.warnings.join(), /the classic meaning holds$/)
  assert.deepEqual(read(`matchers: ['foo']`), ['bad matcher format: foo'])
})

test('classic-mode reads the classic grammar only, and takes classic names of labels only', () => {
  assert.deepEqual(read(`matchers: ['foo=']`, 'classic-mode'), { mode: 'classic', matchers: ['foo=""'], warnings: [] })
  assert.deepEqual(read(`matchers: ['"a.b"=c']`, 'classic-mode'), ['bad matcher format: "a.b"=c'])
  assert.deepEqual(read('group_by: [a.b]', 'classic-mode'), ['invalid label name "a.b" in group_by list'])
  assert.deepEqual(read('labels: {a.b: x}', 'classic-mode'), ['invalid label name "a.b" in route labels'])
  assert.ok(!Array.isArray(read('group_by: [a.b], labels: {a.b: x}')))
})

test('utf8-strict-mode reads the UTF-8 grammar only', () => {
  const strict = read(`matchers: ['"a.b"=c', 'd=""']`, 'utf8-strict-mode')
  assert.deepEqual(strict, { mode: 'utf8', matchers: ['a.b="c"', 'd=""'], warnings: [] })
  assert.deepEqual(read(`matchers: ['foo=']`, 'utf8-strict-mode'), ['expected a value at the end'])
})

test('the old spellings take classic names and are anchored, whatever the mode', () => {
  assert.deepEqual(read(`match_re: {a: b|c}`, 'utf8-strict-mode'), {
    mode: 'utf8',
    matchers: ['a=~"^(?:b|c)$"'],
    warnings: [],
  })
  assert.deepEqual(read(`match: {a.b: c}`), ['invalid label name "a.b"'])
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { encodeJson } from '../../../alertmanager/json.ts'
import { renderYaml } from '../../../alertmanager/notify/templated-yaml.ts'

const literally = (text: string) => text

test('what a text renders to is put in its place as YAML, unless it is a text', () => {
  const rows: [text: string, value: unknown][] = [
    ['plain words', 'plain words'],
    ['"quoted"', '"quoted"'],
    ['1', 1],
    ['1.5', 1.5],
    ['true', true],
    ['yes', true],
    ['null', null],
    ['', null],
    ['[1, {"b": "x", "a": null}]', [1, { a: null, b: 'x' }]],
    ['{a: b, c}', { a: 'b', c: null }],
    ['- a\n- b: 2', ['a', { b: 2 }]],
    ['a: [unclosed', 'a: [unclosed'],
    ['@nobody', '@nobody'],
    ['2026-01-02', '2026-01-02'],
    ['Alert: disk full: really', 'Alert: disk full: really'],
    ['12:30', '12:30'],
    ['.inf', 'Infinity'],
  ]
  for (const [text, value] of rows) {
    assert.deepEqual(renderYaml(text, literally), value, text)
    assert.deepEqual(renderYaml({ key: [text] }, literally), { key: [value] }, text)
  }
})

test('keys are rendered and sorted, other values stay', () => {
  const upper = (text: string) => text.toUpperCase()
  const value = { b: 'x', a: [1, false, null, { c: 'z' }] }
  assert.equal(encodeJson(renderYaml(value, upper)), '{"A":[1,false,null,{"C":"Z"}],"B":"X"}\n')
})

test('texts that were put in place are no templates', () => {
  const render = (text: string) => text.replace('{{ it }}', '["{{ it }}"]')
  assert.deepEqual(renderYaml('{{ it }}', render), ['{{ it }}'])
})

test('aliases cannot multiply a text, depth cannot exhaust the stack, and what is long is read only as JSON', () => {
  const laughs =
    'a: &a [x,x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]'
  assert.equal(renderYaml(laughs, literally), laughs)
  const deep = '['.repeat(2_000) + ']'.repeat(2_000)
  assert.ok(encodeJson(renderYaml(deep, literally)).length < 200)
  const list = `- ${'x'.repeat(70_000)}`
  assert.equal(renderYaml(list, literally), list)
  const json = JSON.stringify(['x'.repeat(70_000)])
  assert.deepEqual(renderYaml(json, literally), JSON.parse(json))
})

test('JSON is what it says', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      if (typeof value !== 'object' || value === null) return
      assert.deepEqual(renderYaml(JSON.stringify(value), literally), JSON.parse(JSON.stringify(value)))
    }),
    { numRuns: 100 },
  )
})

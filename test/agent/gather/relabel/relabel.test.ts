import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { compileRelabel, type RelabelRule } from '../../../../agent/gather/relabel/relabel.ts'

const RULE: RelabelRule = {
  ...{ source_labels: [], separator: ';', regex: '(.*)', action: 'replace', target_label: '', replacement: '$1' },
  modulus: 0,
}

function relabel(labels: Record<string, string>, ...rules: Partial<RelabelRule>[]): Record<string, string> | 'dropped' {
  const map = new Map(Object.entries(labels))
  const isKept = compileRelabel(rules.map((rule) => ({ ...RULE, ...rule })))!(map)
  return isKept ? Object.fromEntries(map) : 'dropped'
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: it is how groups are written
// The examples and their results are those of Prometheus' documentation and its own behaviour.
describe('relabelling', () => {
  const labels = { a: 'foo', b: 'bar', c: 'baz' }

  it('replaces by groups of a pattern that matches the whole', () => {
    const onA: Partial<RelabelRule> = { source_labels: ['a'], target_label: 'd' }
    assert.deepEqual(relabel(labels, { ...onA, regex: 'f(.*)', replacement: 'ch${1}-ch${1}' }), {
      ...labels,
      d: 'choo-choo',
    })
    assert.deepEqual(relabel(labels, { ...onA, regex: 'o', replacement: 'x' }), labels)
    const both: Partial<RelabelRule> = { source_labels: ['a', 'b'], regex: 'f(.*);(.*)r', target_label: 'a' }
    assert.deepEqual(relabel(labels, { ...both, replacement: 'b${1}${2}m' }), { ...labels, a: 'boobam' })
    assert.deepEqual(relabel(labels, { ...onA, regex: '(?P<all>.*)', replacement: '$all$$$2$none' }), {
      ...labels,
      d: 'foo$',
    })
    assert.deepEqual(relabel(labels, { ...onA, target_label: '${1}_x', replacement: 'y' }), { ...labels, foo_x: 'y' })
    assert.deepEqual(relabel(labels, { target_label: 'a', replacement: '' }), { b: 'bar', c: 'baz' })
    assert.deepEqual(relabel({ a: 'x\ny' }, { ...onA, regex: 'x.y', replacement: 'z' }), { a: 'x\ny', d: 'z' })
    assert.deepEqual(relabel(labels, { ...onA, target_label: 'not-a-name' }), labels)
  })

  it('keeps and drops', () => {
    assert.equal(relabel(labels, { action: 'drop', source_labels: ['a'], regex: 'f.*' }), 'dropped')
    assert.deepEqual(relabel(labels, { action: 'drop', source_labels: ['a'], regex: 'f' }), labels)
    assert.equal(relabel(labels, { action: 'keep', source_labels: ['none'], regex: '.+' }), 'dropped')
    assert.deepEqual(relabel(labels, { action: 'keep', source_labels: ['a', 'b'], regex: 'foo;bar' }), labels)
    assert.equal(relabel(labels, { action: 'keepequal', source_labels: ['a'], target_label: 'b' }), 'dropped')
    assert.equal(
      relabel({ a: 'x', b: 'x' }, { action: 'dropequal', source_labels: ['a'], target_label: 'b' }),
      'dropped',
    )
  })

  it('changes names', () => {
    assert.deepEqual(relabel({ meta_x: '1', y: '2' }, { action: 'labelmap', regex: 'meta_(.+)' }), {
      ...{ meta_x: '1', y: '2' },
      x: '1',
    })
    assert.deepEqual(relabel(labels, { action: 'labeldrop', regex: 'a|b' }), { c: 'baz' })
    assert.deepEqual(relabel(labels, { action: 'labelkeep', regex: 'a|b' }), { a: 'foo', b: 'bar' })
  })

  it('hashes, and changes case', () => {
    const hashmod: Partial<RelabelRule> = { action: 'hashmod', source_labels: ['c'], target_label: 'd', modulus: 1000 }
    assert.deepEqual(relabel(labels, hashmod), { ...labels, d: '976' })
    const upper: Partial<RelabelRule> = { action: 'uppercase', source_labels: ['a'], target_label: 'a' }
    assert.deepEqual(relabel(labels, upper), { ...labels, a: 'FOO' })
    assert.deepEqual(relabel({ a: 'FoO' }, { ...upper, action: 'lowercase' }), { a: 'foo' })
  })

  it('is nothing without rules', () => {
    assert.equal(compileRelabel([]), undefined)
    assert.throws(() => compileRelabel([{ ...RULE, regex: '(' }]))
  })
})
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: as above

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { LabelSet } from '#lib/labels.ts'
import { MATCH_OPERATORS, Matcher, matchesAll } from '#lib/matchers.ts'
import { IndexByLabel } from '../../../alertmanager/mute/index-by-label.ts'

const value = fc.constantFrom('', 'a', 'b', 'ab', 'a-b', 'a.b', 'axb', 'node-1', 'node-12')
const pattern = fc.constantFrom(
  '',
  'a',
  'a|b',
  'a|',
  'a.b',
  'a\\.b|b',
  'a\\-b',
  '.*',
  '.+',
  'node-.*',
  '(?i)A',
  'node-1?',
  'node-1?2',
  'node-1*2',
  'node-1+',
  'node-1{0,1}.*',
  'a\\.b*',
  'a\\.?.*',
  'no(de)?-1',
  'node-1|b.*',
  'a-',
  '[ab]+',
)
const matcher = fc
  .tuple(fc.constantFrom('x', 'y', 'z'), fc.constantFrom(...MATCH_OPERATORS), value, pattern)
  .map(([name, operator, text, regex]) => {
    const result = Matcher.create(name, operator, operator.endsWith('~') ? regex : text)
    assert.ok(result.ok)
    return result.matcher
  })
const item = fc.array(matcher, { maxLength: 3 }).map((matchers) => ({ matchers }))

test('whatever holds for an alert is found, once, however the index was filled', () => {
  const labels = fc.record({ x: value, y: value, z: value }).map((record) => {
    return LabelSet.from(record).filter((_name, text) => text !== '')
  })
  fc.assert(
    fc.property(
      fc.array(fc.tuple(item, fc.boolean())),
      fc.array(labels, { minLength: 1, maxLength: 5 }),
      (items, sets) => {
        const index = new IndexByLabel<(typeof items)[number][0]>()
        const inside = new Set<(typeof items)[number][0]>()
        const check = () => {
          for (const set of sets) {
            const found: object[] = []
            index.visit(set, (one) => void (matchesAll(one.matchers, set) && found.push(one)))
            assert.equal(new Set(found).size, found.length)
            assert.deepEqual(new Set(found), new Set([...inside].filter((one) => matchesAll(one.matchers, set))))
          }
        }
        for (const [one] of items) {
          index.add(one)
          inside.add(one)
        }
        check()
        for (const [one, isRemoved] of items) {
          if (!isRemoved) continue
          index.delete(one)
          inside.delete(one)
        }
        check()
        assert.equal(index.size, inside.size)
      },
    ),
    { numRuns: 100 },
  )
})

test('of ten thousand, only those are tried that may hold', () => {
  const index = new IndexByLabel<{ readonly matchers: readonly Matcher[] }>()
  const make = (name: string, operator: '=' | '=~', text: string) => {
    const result = Matcher.create(name, operator, text)
    assert.ok(result.ok)
    return result.matcher
  }
  for (let n = 0; n < 5_000; n++) {
    index.add({ matchers: [make('alertname', '=', 'HighLoad'), make('instance', '=', `node-${n}`)] })
    index.add({ matchers: [make('alertname', '=~', '.+'), make('instance', '=~', `node-${n}|other-${n}`)] })
  }
  let tried = 0
  index.visit(LabelSet.from({ alertname: 'HighLoad', instance: 'node-77' }), () => {
    tried += 1
  })
  assert.ok(tried <= 10, `${tried} were tried`)
})

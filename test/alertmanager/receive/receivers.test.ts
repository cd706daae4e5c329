import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readReceiverFilter } from '../../../alertmanager/receive/query.ts'
import { configOf } from '../support/test-router.ts'

const config = configOf(`
route: {receiver: a}
receivers:
  - {name: a, labels: {team: x}}
  - {name: b, labels: {team: "y", name: b}}
  - {name: c}
`)

function namesOf(query: Readonly<Record<string, string | readonly string[]>>): readonly string[] | string {
  const filter = readReceiverFilter(query, config)
  if (!filter.ok) return filter.problem
  return config.receivers.map(({ name }) => name).filter(filter.matches)
}

test('receivers are filtered by their labels, of which the name is one', () => {
  assert.deepEqual(namesOf({}), ['a', 'b', 'c'])
  assert.deepEqual(namesOf({ receiver_matchers: 'team=x' }), ['a'])
  assert.deepEqual(namesOf({ receiver_matchers: ['team!=x', 'name=~"a|b"'] }), ['b'])
  assert.deepEqual(namesOf({ receiver_matchers: 'team=""' }), ['c'])
  assert.deepEqual(namesOf({ receiver_matchers: 'team=~".+"', receiver: '[bc]' }), ['b'])
})

test('a filter that cannot be read is named', () => {
  assert.equal(
    namesOf({ receiver_matchers: 'team' }),
    'failed to parse receiver_matchers param: bad matcher format: team',
  )
  assert.match(String(namesOf({ receiver: '(' })), /^failed to parse receiver param: error parsing regexp: missing/)
})

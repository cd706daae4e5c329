import assert from 'node:assert/strict'
import { test } from 'node:test'
import { groupHash } from '../../../alertmanager/notify/group-hash.ts'

test('a group is known elsewhere by the hash of its key', () => {
  const expected = '40e5ad762244a928de808f0d86f2916d44cdc7f75fc104dcc42c74d0c520e7d1'
  assert.equal(groupHash('{}:{alertname="test"}'), expected)
})

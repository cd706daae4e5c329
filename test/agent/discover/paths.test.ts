import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseLogFile, parsePodDirectory } from '../../../agent/discover/paths.ts'

test('pod directories', () => {
  const pod = { namespace: 'shop', pod: 'web-0', uid: '1234-5678' }
  assert.deepEqual(parsePodDirectory('shop_web-0_1234-5678'), pod)
  for (const name of [
    '',
    'shop',
    'shop_web-0',
    'shop_web-0_',
    '_web_uid',
    'shop__uid',
    'a_b_c_d',
    '.probe',
    'lost+found',
  ]) {
    assert.equal(parsePodDirectory(name), undefined, name)
  }
})

test('log files: live ones, rotated ones, and neither', () => {
  const cases: [string, number | undefined, boolean?][] = [
    ['0.log', 0, true],
    ['17.log', 17, true],
    ['0.log.20261121-104600', 0, false],
    ['999999999.log', 999_999_999, true],
    ['9999999999.log', undefined],
    ['0.log.20261121-104600.gz', undefined],
    ['0.log.20261121-104600.tmp', undefined],
    ['0.log.', undefined],
    ['-1.log', undefined],
    ['0.log~', undefined],
    ['x.log', undefined],
    ['.log', undefined],
    ['0.log.a\nb', undefined],
  ]
  for (const [name, restartCount, live] of cases) {
    assert.deepEqual(parseLogFile(name), restartCount === undefined ? undefined : { restartCount, live }, name)
  }
})

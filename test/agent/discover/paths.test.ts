import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LogFileName, parseLogFile, parsePodDirectory } from '../../../agent/discover/paths.ts'

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
  const live = (restartCount: number) => ({ restartCount, live: true, compressed: false })
  const rotated = (restartCount: number) => ({ restartCount, live: false, compressed: false })
  const compressed = (restartCount: number) => ({ restartCount, live: false, compressed: true })
  const cases: [string, LogFileName?][] = [
    ['0.log', live(0)],
    ['17.log', live(17)],
    ['0.log.20261121-104600', rotated(0)],
    ['999999999.log', live(999_999_999)],
    ['9999999999.log'],
    ['0.log.20261121-104600.gz', compressed(0)],
    ['0.log.20261121-104600.tmp'],
    ['0.log.20261121-104600.gz.tmp'],
    ['0.log.gz', compressed(0)],
    ['0.log.'],
    ['-1.log'],
    ['0.log~'],
    ['x.log'],
    ['.log'],
    ['0.log.a\nb'],
  ]
  for (const [name, expected] of cases) assert.deepEqual(parseLogFile(name), expected, name)
})

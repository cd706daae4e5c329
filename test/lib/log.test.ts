import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createLogger, type LogFormat, type LogLevel } from '#lib/log.ts'

function linesOf(format: LogFormat, level: LogLevel = 'info') {
  const lines: string[] = []
  return { lines, logger: createLogger({ service: 'agent', level, format, write: (line) => lines.push(line) }) }
}

test('logfmt: a line per event, values quoted where they have to be', () => {
  const { lines, logger } = linesOf('logfmt', 'warn')
  const error = Object.assign(new Error('no "room"\nleft'), { code: 'ENOSPC' })
  logger.info('not severe enough')
  logger.warn(
    { plain: 'a/b:1', spaced: 'a b', equals: 'a=b', empty: '', number: 5, list: [1, 'x'], err: error },
    'two words',
  )
  assert.equal(lines.length, 1)
  assert.match(lines[0]!, /^time=\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z level=warn service=agent msg="two words" /)
  const fields = 'plain=a/b:1 spaced="a b" equals="a=b" empty="" number=5 list="[1,\\"x\\"]" '
  assert.ok(lines[0]!.endsWith(`${fields}err="no \\"room\\"\\nleft (ENOSPC)"\n`), lines[0] ?? '')
})

test('json: the same fields, and an error without its stack', () => {
  const { lines, logger } = linesOf('json')
  logger.error({ err: new Error('broken'), path: 'a b' }, 'message')
  const { time, ...rest } = JSON.parse(lines[0]!) as Record<string, unknown>
  assert.match(String(time), /Z$/)
  assert.deepEqual(rest, { level: 'error', service: 'agent', err: 'broken', path: 'a b', msg: 'message' })
})

test('no value breaks out of its line or its quotes', () => {
  const { lines, logger } = linesOf('logfmt')
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      lines.length = 0
      logger.info({ field: value }, 'm')
      assert.equal(lines.length, 1)
      assert.equal(lines[0]!.indexOf('\n'), lines[0]!.length - 1)
      const shown = / msg=m field=(.*)\n$/s.exec(lines[0]!)?.[1] ?? ''
      const read = shown.startsWith('"') ? (JSON.parse(shown) as string) : shown
      assert.equal(read.toWellFormed(), value.toWellFormed())
      assert.ok(shown.startsWith('"') || !/[\s"=]/.test(shown))
    }),
    { numRuns: 500 },
  )
})

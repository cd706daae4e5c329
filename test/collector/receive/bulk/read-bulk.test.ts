import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ActionDefaults } from '../../../../collector/receive/bulk/action.ts'
import { ApiError } from '../../../../collector/receive/bulk/api-error.ts'
import { readBulk } from '../../../../collector/receive/bulk/read-bulk.ts'

const NOW_MS = Date.UTC(2026, 10, 21, 12)
const limits = { maxItems: 100, maxDocumentBytes: 1_000, maxDocumentValues: 80 }
const NO_DEFAULTS = { index: undefined, pipeline: undefined, routing: undefined, requireDataStream: undefined }

function read(body: string | Buffer, defaults: Partial<ActionDefaults> = {}) {
  return readBulk(Buffer.from(body), { defaults: { ...NO_DEFAULTS, ...defaults }, limits, nowMs: NOW_MS })
}

function linesOf(lines: Buffer): unknown[] {
  return lines
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown)
}

test('documents get ids, each its own, and their lines one form', () => {
  const { items, lines, documents } = read(
    [
      '{"index":{"_index":"filebeat"}}',
      '{"@timestamp":"2026-11-21T11:00:00Z","message":"a"}',
      '{"index":{"_index":"filebeat"}}\r',
      ' { "message" : "b" } \r',
      '',
      '{"index":{"_index":"filebeat","_id":"mine"}}',
      '{}',
      '{"create":{"_index":"filebeat","_id":7,"_type":"_doc","pipeline":"p","routing":"r","require_data_stream":true}}',
      '{}',
      '',
    ].join('\n'),
  )
  const ids = items.map(({ id }) => id!)
  assert.equal(documents, 4)
  assert.equal(new Set(ids).size, 4)
  assert.deepEqual(ids.slice(2), ['mine', '7'])
  const plain = { _index: 'filebeat', require_data_stream: false }
  assert.deepEqual(linesOf(lines), [
    { create: { ...plain, _id: ids[0] } },
    { '@timestamp': '2026-11-21T11:00:00Z', message: 'a' },
    { create: { ...plain, _id: ids[1] } },
    { message: 'b' },
    { index: { ...plain, _id: 'mine' } },
    {},
    { create: { _index: 'filebeat', _id: '7', pipeline: 'p', routing: 'r', require_data_stream: true } },
    { '@timestamp': '2026-11-21T12:00:00.000Z' },
  ])
  assert.ok(read('{"create":{"_index":"i"}}\n{}\n').items[0]!.id !== ids[0], 'and another one in every request')
})

test('what goes to a data stream and has no time gets that of its arrival', () => {
  const body = ['{"message":"a"}', '{ "x":{"@timestamp":1} }', '{"@timestamp":null}'].map(
    (line) => `{"create":{}}\n${line}\n`,
  )
  const documents = (index: string) =>
    linesOf(read(body.join(''), { index }).lines).filter((_, place) => place % 2 === 1)
  const time = { '@timestamp': '2026-11-21T12:00:00.000Z' }
  assert.deepEqual(documents('logs-app-default'), [
    { ...time, message: 'a' },
    { ...time, x: { '@timestamp': 1 } },
    { '@timestamp': null },
  ])
  assert.deepEqual(documents('app'), [{ message: 'a' }, { x: { '@timestamp': 1 } }, { '@timestamp': null }])
})

const REFUSED_ITEMS: readonly (readonly [string, string, string | undefined, number, RegExp])[] = [
  ['an update', '{"update":{"_index":"i","_id":"a"}}', '{"doc":{}}', 400, /only adds documents/],
  ['a deletion', '{"delete":{"_index":"i","_id":"a"}}', undefined, 400, /only adds documents/],
  ['a version', '{"index":{"_index":"i","version":3}}', '{}', 400, /\[version\]/],
  ['a wrong name', '{"index":{"_index":"Wrong"}}', '{}', 400, /Invalid index name \[Wrong\], must be lowercase/],
  ['a path as a name', '{"index":{"_index":"../_cluster"}}', '{}', 400, /must not contain|must not start/],
  ['an empty id', '{"index":{"_index":"i","_id":""}}', '{}', 400, /must not be empty/],
  ['a long id', `{"index":{"_index":"i","_id":"${'x'.repeat(513)}"}}`, '{}', 400, /512 bytes but was: 513/],
  ['no JSON', '{"index":{"_index":"i"}}', '{"a":}', 400, /\[1:6\] failed to parse: expected a value/],
  ['an array', '{"index":{"_index":"i"}}', '[]', 400, /expected an object/],
  ['two values', '{"index":{"_index":"i"}}', '{}{}', 400, /something after/],
  ['NaN', '{"index":{"_index":"i"}}', '{"a":NaN}', 400, /failed to parse/],
  ['depth', '{"index":{"_index":"i"}}', `{"a":${'['.repeat(90)}${']'.repeat(90)}}`, 400, /deeper than 64/],
  ['many values', '{"index":{"_index":"i"}}', `{"a":[${'1,'.repeat(90)}1]}`, 400, /more than 80 values/],
  ['many bytes', '{"index":{"_index":"i"}}', `{"a":"${'x'.repeat(1_000)}"}`, 413, /1008 bytes; the limit is 1000/],
]

test('what is wrong with one item is said of it alone', () => {
  for (const [name, action, document, status, reason] of REFUSED_ITEMS) {
    const good = '{"create":{"_index":"good"}}\n{"n":1}\n'
    const { items, documents, lines } = read(
      `${good}${action}\n${document === undefined ? '' : `${document}\n`}${good}`,
    )
    assert.deepEqual([items.length, documents], [3, 2], name)
    const { problem } = items[1]!
    assert.equal(problem?.status, status, name)
    assert.match(problem.message, reason, name)
    assert.deepEqual(
      linesOf(lines).filter((_, place) => place % 2 === 1),
      [{ n: 1 }, { n: 1 }],
    )
  }
})

test('a document that is not UTF-8 is refused, its neighbours are not', () => {
  const [a, b] = ['{"create":{"_index":"i"}}\n{"m":"ü"}\n', '{"create":{"_index":"i"}}\n{"m":"\xff"}\n']
  const { items } = read(Buffer.concat([Buffer.from(a), Buffer.from(b, 'latin1'), Buffer.from(a)]))
  assert.deepEqual(
    items.map(({ problem }) => problem?.message),
    [undefined, '[1:1] failed to parse: Invalid UTF-8', undefined],
  )
})

test('what is no bulk body is refused as a whole', () => {
  for (const [body, reason] of [
    ['', /request body is required/],
    ['{"index":{"_index":"i"}}\n{}', /must be terminated by a newline/],
    ['{"index":{"_index":"i"}}\n', /source line .* is missing/],
    ['\n\n', /no requests added/],
    ['nonsense\n{}\n', /Malformed action\/metadata line \[1\], it is not JSON/],
    ['{"index":{}}\n{}\n', /index is missing/],
    ['{"upsert":{"_index":"i"}}\n{}\n', /but found \[upsert\]/],
    ['{"index":{"_index":"i"},"create":{}}\n{}\n', /one action/],
    ['{"index":{"_index":3}}\n{}\n', /simple value for field \[_index\]/],
    ['{"index":{"_index":"i","what":1}}\n{}\n', /unknown parameter \[what\]/],
    ['{"create":{"_index":"i"}}\n{}\n'.repeat(101), /more than 100 items/],
  ] as const) {
    assert.throws(
      () => read(body),
      (error) => error instanceof ApiError && reason.test(error.message),
      String(reason),
    )
  }
})

test('any bytes are read, and what is taken can be read by anyone', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '{"create":{"_index":"i"}}',
      '{"index":{"_index":"logs-a-b","_id":"x"}}',
      '{}',
      '{"a":"\\ud800"}',
      '[',
      '\r',
      '{"delete":{"_index":"i"}}',
    ),
    fc.json(),
    fc.string({ maxLength: 5 }),
  )
  const property = fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
    try {
      const { lines, documents, items } = read(`${pieces.join('\n')}\n`)
      assert.equal(linesOf(lines).length, 2 * documents)
      assert.equal(items.filter(({ problem }) => problem === undefined).length, documents)
    } catch (error) {
      assert.ok(error instanceof ApiError, String(error))
    }
  })
  fc.assert(property, { numRuns: 1_000 })
})

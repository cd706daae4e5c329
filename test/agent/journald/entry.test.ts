import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CursorReader, isCursor } from '../../../agent/journald/cursor.ts'
import { parseEntry } from '../../../agent/journald/entry.ts'
import { JournalLines } from '../../../agent/journald/lines.ts'

const RUNS = { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 200) }
const STAMP = { __CURSOR: 's=1;i=2', __REALTIME_TIMESTAMP: '1795257960001000' }

/** Lines as texts, of a stream that comes in pieces. */
function split(stream: Buffer, cuts: readonly number[], limitBytes: number) {
  const lines = new JournalLines(limitBytes)
  const places = [0, ...cuts.map((cut) => cut % (stream.length + 1)).toSorted((a, b) => a - b), stream.length]
  const found: { readonly text: string; readonly missingBytes: number; readonly gapOffset: number }[] = []
  for (const [index, place] of places.slice(1).entries()) {
    for (const { bytes, ...rest } of lines.split(stream.subarray(places[index], place))) {
      found.push({ text: bytes.toString('latin1'), ...rest })
    }
  }
  return found
}

test('a stream has the same lines however it is cut into pieces', () => {
  const line = fc.oneof(
    fc.stringMatching(/^[a-z]{0,20}$/),
    fc.integer({ min: 0, max: 40_000 }).map((n) => 'y'.repeat(n)),
  )
  fc.assert(
    fc.property(
      fc.array(line),
      fc.array(fc.nat(), { maxLength: 8 }),
      fc.integer({ min: 1, max: 100 }),
      (texts, cuts, limit) => {
        const stream = Buffer.from(texts.map((text) => `${text}\n`).join(''))
        const found = split(stream, cuts, limit)
        assert.deepEqual(found, split(stream, [], limit))
        assert.deepEqual(
          found.map(({ text, missingBytes }) => text.length + missingBytes),
          texts.map(({ length }) => length),
        )
        for (const [index, { text, missingBytes, gapOffset }] of found.entries()) {
          assert.ok(text.length <= limit + 16 * 1024)
          if (missingBytes === 0) assert.equal(text, texts[index])
          else assert.equal(gapOffset, limit)
        }
      },
    ),
    RUNS,
  )
})

test('an entry has the texts of its fields; of several values the first, and of bytes what they spell', () => {
  const line = JSON.stringify({
    ...STAMP,
    ...{ MESSAGE: 'hello', A: 'text', B: [0xc3, 0xbc], C: ['first', 'second'], D: [[1], 'x'], E: null, F: 7, G: [] },
  })
  const entry = parseEntry({ bytes: Buffer.from(line), missingBytes: 0, gapOffset: line.length })!
  assert.equal(entry.cursor, STAMP.__CURSOR)
  assert.equal(entry.timeUs, 1_795_257_960_001_000n)
  assert.equal(entry.message.toString(), 'hello')
  assert.deepEqual(Object.fromEntries(entry.fields), { ...STAMP, A: 'text', B: 'ü', C: 'first', D: '\u0001' })
})

test('whatever stands in a line, it is an entry or none, and a cursor is never more than one argument', () => {
  const json = fc.json().map((text) => Buffer.from(text))
  const entry = fc
    .dictionary(fc.constantFrom('__CURSOR', '__REALTIME_TIMESTAMP', 'MESSAGE', 'PRIORITY', 'X'), fc.jsonValue())
    .map((value) => Buffer.from(JSON.stringify(value)))
  const bytes = fc.oneof(
    json,
    entry,
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
  )
  fc.assert(
    fc.property(bytes, fc.nat(300), fc.nat(10), (line, gapOffset, missingBytes) => {
      const found = parseEntry({ bytes: line, missingBytes, gapOffset: Math.min(gapOffset, line.length) })
      if (found === undefined) return
      assert.ok(isCursor(found.cursor))
      assert.match(found.cursor, /^[\x21-\x7e]+$/)
    }),
    RUNS,
  )
})

test('of a line that was too long there are the begin of the message and the fields at both ends', () => {
  const message = fc.oneof(
    fc.string({ unit: 'binary', minLength: 60_000, maxLength: 80_000 }),
    fc.constant('é\\"\n'.repeat(20_000)),
  )
  fc.assert(
    fc.property(message, fc.boolean(), fc.integer({ min: 200, max: 400 }), (text, asBytes, limit) => {
      const whole = Buffer.from(text)
      const value = asBytes ? [...whole] : text
      const stream = Buffer.from(
        `${JSON.stringify({ FIRST: 'a "quoted" b', MESSAGE: value, PRIORITY: '3', ...STAMP })}\n`,
      )
      const [line, ...more] = new JournalLines(limit).split(stream)
      assert.equal(more.length, 0)
      const entry = parseEntry(line!)!
      assert.equal(entry.cursor, STAMP.__CURSOR)
      assert.equal(entry.missingBytes, line!.missingBytes)
      assert.equal(entry.fields.get('FIRST'), 'a "quoted" b')
      assert.equal(entry.fields.get('PRIORITY'), '3')
      // Its last character may be torn.
      const kept = entry.message.toString('latin1').replace(/(?:\xef\xbf\xbd|[\xc0-\xf7][\x80-\xbf]{0,2})$/, '')
      assert.ok(kept.length >= 10)
      assert.equal(whole.toString('latin1', 0, kept.length) === kept, true, kept.slice(-20))
    }),
    { numRuns: 10 },
  )
})

test('no message says that it is a field', () => {
  const fake = ',"__CURSOR":"s=evil","PRIORITY":"0","x":"'
  const stream = Buffer.from(`${JSON.stringify({ ...STAMP, MESSAGE: fake.repeat(2_000) })}\n`)
  const [line] = new JournalLines(300).split(stream)
  const entry = parseEntry(line!)!
  assert.equal(entry.cursor, STAMP.__CURSOR)
  assert.equal(entry.fields.get('PRIORITY'), undefined)
})

test('a cursor has the same place whenever it is read, and others have others', () => {
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
  const sequences = [...'ab'].map((letter) => letter.repeat(32))
  const own = fc
    .tuple(fc.constantFrom(...sequences), fc.integer({ min: 1, max: 0xffff }), hex(8))
    .map(([s, i, x]) => `s=${s};i=${i.toString(16)};b=${'0'.repeat(32)};m=1;t=1;x=${x}`)
  const odd = fc.constantFrom('opaque', 's=1', `s=${sequences[0]};i=ffffffffffffffff;b=${'0'.repeat(32)};m=1;t=1;x=1`)
  fc.assert(
    fc.property(fc.array(fc.oneof(own, odd), { minLength: 1 }), (cursors) => {
      const reader = new CursorReader()
      const placeOf = (cursor: string, by: CursorReader) => {
        const { key, offset, length } = by.placeOf(cursor)
        assert.equal(key.length, 11)
        return `${key.toString('hex')} ${offset} ${length}`
      }
      for (const cursor of cursors) assert.equal(placeOf(cursor, reader), placeOf(cursor, new CursorReader()))
      const identities = new Set(
        cursors.map((cursor) => (cursor.includes(';i=') ? cursor.replace(/x=.*([0-9a-f]{8})$/, '$1') : cursor)),
      )
      const places = new Set(cursors.map((cursor) => placeOf(cursor, reader)))
      assert.ok(places.size <= identities.size)
      assert.ok(places.size >= new Set(cursors.map((cursor) => /i=[0-9a-f]+/.exec(cursor)?.[0] ?? cursor)).size)
    }),
    RUNS,
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compareUtf8, LabelSet } from '#lib/labels.ts'

test('fingerprints are those of Alertmanager', () => {
  // Seen in Alertmanager's API; the last two in Debian's 0.25.
  const cases: [Record<string, string>, string][] = [
    [{}, 'cbf29ce484222325'],
    [{ alertname: 'unk' }, '2bb9a19a4199ebe2'],
    [{ zone: 'z', alertname: 'ok1' }, 'b9ed5e5ecee0c8eb'],
    [{ alertname: 'test1', severity: 'warning' }, '8f14a41207c8456c'],
    [{ Σ: 'c', a: 'a' }, 'fe4603357d03e0c5'],
    [{ alertname: 'A', job: 'zz', n: '1' }, '6155392c1670adeb'],
    [{ alertname: 'A', job: 'a', q: '"<&>\u2028\\n', team: 'x' }, '8e9d86c51a1dc58b'],
  ]
  for (const [labels, expected] of cases) assert.equal(LabelSet.from(labels).fingerprint, expected)
})

test('the fingerprint is FNV-1a over the bytes of the sorted labels', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (record) => {
      const names = Object.keys(record).sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
      let hash = 0xcbf29ce484222325n
      for (const name of names) {
        for (const byte of [...Buffer.from(name), 0xff, ...Buffer.from(record[name]!), 0xff]) {
          hash = ((hash ^ BigInt(byte)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn
        }
      }
      assert.equal(LabelSet.from(record).fingerprint, hash.toString(16).padStart(16, '0'))
    }),
  )
})

test('texts compare by their bytes', () => {
  const text = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(text, text, (a, b) => {
      const expected = Buffer.compare(Buffer.from(a.toWellFormed()), Buffer.from(b.toWellFormed()))
      assert.equal(Math.sign(compareUtf8(a.toWellFormed(), b.toWellFormed())), expected)
    }),
  )
})

test('a set prints as it stands in group keys', () => {
  assert.equal(LabelSet.from({ job: 'a', alertname: 'A"' }).toString(), '{alertname="A\\"", job="a"}')
  assert.equal(LabelSet.empty.toString(), '{}')
})

test('sets are ordered by size, then by the first label that differs', () => {
  const sets = [{ a: '1', c: '1' }, { a: '1', b: '2' }, { a: '1', b: '1' }, { z: '1' }, {}].map((record) =>
    LabelSet.from(record as Record<string, string>),
  )
  const sorted = [...sets].sort(LabelSet.compare).map(String)
  assert.deepEqual(sorted, ['{}', '{z="1"}', '{a="1", c="1"}', '{a="1", b="1"}', '{a="1", b="2"}'])
})

test('hostile names are names like any other', () => {
  const labels = LabelSet.of([
    ['__proto__', 'x'],
    ['10', 'ten'],
    ['9', 'nine'],
    ['9', 'later'],
  ])
  assert.deepEqual(
    [...labels],
    [
      ['10', 'ten'],
      ['9', 'later'],
      ['__proto__', 'x'],
    ],
  )
  assert.equal(labels.get('__proto__'), 'x')
  assert.equal(labels.get('constructor'), undefined)
  assert.equal(labels.filter((name) => name !== '9').size, 2)
})

test('a set that was read from JSON is the same in less memory', () => {
  const tricky = fc.constantFrom('', ',', ':', '":"', '","', '\\', '"', 'é', '\u2028', '<', 'a', 'b')
  const text = fc.oneof(tricky, fc.string(), fc.string({ unit: 'grapheme' }))
  fc.assert(
    fc.property(fc.dictionary(text, text), fc.array(tricky), fc.boolean(), (record, others, isOwn) => {
      const expected = LabelSet.from(record)
      const json = isOwn ? expected.json : JSON.stringify(record)
      const read = LabelSet.readJson(json)!
      assert.equal(read.writtenAs, json === expected.json ? json : undefined)
      const compact = read.compact()
      for (const set of [read, compact, compact.expanded()]) {
        assert.deepEqual([...set], [...expected])
        assert.deepEqual(
          [set.json, set.fingerprint, set.size, `${set}`],
          [expected.json, expected.fingerprint, expected.size, `${expected}`],
        )
        for (const name of [...Object.keys(record), ...others]) assert.equal(set.get(name), expected.get(name), name)
        assert.equal(LabelSet.compare(set, expected), 0)
        const isLong = (_name: string, value: string) => value.length > 1
        assert.deepEqual([...set.filter(isLong)], [...expected.filter(isLong)])
      }
    }),
  )
})

test('what is no object of texts is read as no set', () => {
  for (const json of ['', '[]', '{"a":1}', '{"a":"b"', '{"a":"b"}}', 'null', '{"a":"\\ud800"}']) {
    assert.equal(LabelSet.readJson(json), undefined, json)
  }
})

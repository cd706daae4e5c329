import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { quoteGo, unquoteGo } from '#lib/go-quote.ts'

test('texts are quoted as Go quotes them', () => {
  // Each pair comes from strconv.Quote of Go 1.26.
  const cases: [string, string][] = [
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['tab\tnl\ncr\r\x07\b\f\v', '"tab\\tnl\\ncr\\r\\a\\b\\f\\v"'],
    ['\0\x1b\x7f', '"\\x00\\x1b\\x7f"'],
    ['é ü 日本', '"é ü 日本"'],
    ['\u00a0\u00ad\u200b\u2028\ufeff', '"\\u00a0\\u00ad\\u200b\\u2028\\ufeff"'],
    ['😀\u{e0001}', '"😀\\U000e0001"'],
    ['\ufffd\u0085', '"\ufffd\\u0085"'],
  ]
  for (const [text, quoted] of cases) assert.equal(quoteGo(text), quoted)
})

test('Go literals are read, malformed ones refused', () => {
  const cases: [string, string | undefined][] = [
    ['"\\x41\\u00e9\\U0001f600\\101"', 'Aé😀A'],
    ['"\\xc3\\xa9"', 'é'],
    ['""', ''],
    ['"\\xff"', undefined],
    ['"\\\'"', undefined],
    ['"\\400"', undefined],
    ['"\\ud800"', undefined],
    ['"\\8"', undefined],
    ['"\\"', undefined],
    ['"a', undefined],
    ['"a"b"', undefined],
    ['"a\nb"', undefined],
    ['"', undefined],
  ]
  for (const [literal, text] of cases) assert.equal(unquoteGo(literal), text, literal)
})

test('whatever was quoted reads back as itself', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => assert.equal(unquoteGo(quoteGo(text)), text.toWellFormed())),
  )
})

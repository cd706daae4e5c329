import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PRESETS, type PresetName } from '#lib/redact/presets.ts'
import { createRedact } from './redacted.ts'

const ALL = Object.keys(PRESETS) as PresetName[]

test('what overlaps is replaced as one', () => {
  const redact = createRedact(ALL)
  assert.equal(
    redact('Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln x'),
    'Authorization: [REDACTED:secret] x',
  )
  assert.equal(redact('a://u:p@host.org x'), 'a://u:[REDACTED:email] x')
})

test('a number in JSON is replaced by a string', () => {
  const redact = createRedact(['credit_card'])
  assert.equal(redact('{"card": 4111111111111111}'), '{"card": "[REDACTED:credit_card]"}')
  assert.equal(redact('{"a":{"card":4111111111111111,"b":1}}'), '{"a":{"card":"[REDACTED:credit_card]","b":1}}')
  assert.equal(redact('{"m":"{\\"card\\":4111111111111111}"}'), '{"m":"{\\"card\\":[REDACTED:credit_card]}"}')
  assert.equal(redact('{"m":"card:4111111111111111,"}'), '{"m":"card:[REDACTED:credit_card],"}')
  assert.equal(redact('"card":4111111111111111,'), '"card":[REDACTED:credit_card],', 'no object')
})

test('own patterns: all of a match, or what its groups match', () => {
  const redact = createRedact(
    [],
    [
      { name: 'customer', pattern: 'CUST-\\d{8}' },
      { name: 'session', pattern: '(?i)session=(\\w+)|sid=(\\w+)', replacement: '***' },
      { name: 'empty', pattern: 'x(y*)z' },
    ],
  )
  assert.equal(redact('é CUST-12345678 漢 CUST-1 CUST-87654321'), 'é [REDACTED:customer] 漢 CUST-1 [REDACTED:customer]')
  assert.equal(redact('Session=abc sid=d'), 'Session=*** sid=***')
  assert.equal(redact('xz xyyz 🦊 xyz'), 'xz x[REDACTED:empty]z 🦊 x[REDACTED:empty]z')
})

test('an end that was cut leaves nothing of a secret that may stand there', () => {
  const redact = createRedact(ALL)
  const begin = 'x'.repeat(600)
  const cut = (text: string) => redact(`${begin} ${text}`, { isCut: true }).slice(begin.length + 1)
  for (const part of ['john.doe@exam', '4111 1111 11', '4111-1111', 'AKIAIOSF', 'a://u:hun', 'eyJhbGci', 'SG.abc']) {
    assert.ok(!cut(`mail ${part}`).includes(part.slice(0, 5)), part)
  }
  assert.equal(cut('password="my long pass'), `password="[REDACTED:secret]`)
  assert.equal(cut('-----BEGIN PRIVATE KEY-----\nabc\nde'), '[REDACTED:private_key]')
  assert.equal(redact('漢'.repeat(400), { isCut: true }), '漢'.repeat(400 - 171), 'whole characters')
})

test('lines with secrets do not spoil those without, whichever comes first', () => {
  const redact = createRedact(ALL)
  const line = fc.constantFrom('plain', 'é', 'me@example.org', 'password=x', '4111111111111111', 'GET / 200', '')
  const expected: Readonly<Record<string, string>> = {
    'me@example.org': '[REDACTED:email]',
    'password=x': 'password=[REDACTED:secret]',
    '4111111111111111': '[REDACTED:credit_card]',
  }
  fc.assert(
    fc.property(fc.array(line), fc.nat(5), (lines, shift) => {
      for (const text of lines) assert.equal(redact(text, { before: ' '.repeat(shift) }), expected[text] ?? text)
    }),
  )
})

test('redacting again changes nothing, and texts made to be slow end soon', () => {
  const redact = createRedact(ALL)
  const pieces = [
    ...[
      '@',
      'a@',
      'eyJ',
      'eyJhbGciOi.',
      'password=',
      'token:[',
      'token>',
      '<token>',
      '://',
      'a://b:',
      '1',
      '1 ',
      'AKIA',
    ],
    ...['bearer ', 'basic ', 'BEGIN PRIVATE KEY-----', 'pwd="', "secret:'", '%40', 'a.', '4111 1111 1111 1111 '],
    ...['\\"key\\":\\"', '--pass '],
  ]
  for (const piece of pieces) {
    // What is quadratic would take minutes.
    const once = redact(piece.repeat(200_000 / piece.length))
    assert.ok(redact(once) === once, piece)
  }
})

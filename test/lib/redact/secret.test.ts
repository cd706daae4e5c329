import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createRedact } from './redacted.ts'

const redact = createRedact(['secret'])
const HIDDEN = '[REDACTED:secret]'

test('values whose names say that they are secret', () => {
  const cases: readonly (readonly [string, string])[] = [
    ['user=a password=hunter2 next=1', `user=a password=${HIDDEN} next=1`],
    ['{"password":"hun\\"ter2","b":1}', `{"password":"${HIDDEN}","b":1}`],
    [
      '{"m":"{\\"client_secret\\":\\"x\\\\\\"y\\",\\"b\\":1}"}',
      `{"m":"{\\"client_secret\\":\\"${HIDDEN}\\",\\"b\\":1}"}`,
    ],
    ['{"apiKey": 12345, "b": 1}', `{"apiKey": "${HIDDEN}", "b": 1}`],
    ['{"token":["a","b"]}', `{"token":["${HIDDEN}"]}`],
    ["{'passwd': 'it''s'}", `{'passwd': '${HIDDEN}'}`],
    ['DB_PASS=x;SSL=on', `DB_PASS=${HIDDEN};SSL=on`],
    ['Server=a;Pwd=x,y;', `Server=a;Pwd=${HIDDEN};`],
    ['GET /?api_key=abc&q=1', `GET /?api_key=${HIDDEN}&q=1`],
    ['{"q":"/?token=abc\\u0026q=1"}', `{"q":"/?token=${HIDDEN}\\u0026q=1"}`],
    ['User{password=abc,name=x}', `User{password=${HIDDEN},name=x}`],
    ['{Password:abc Name:x}', `{Password:${HIDDEN} Name:x}`],
    ['x-api-key: abc', `x-api-key: ${HIDDEN}`],
    ['Authorization: Digest abc', `Authorization: ${HIDDEN}`],
    ['map[Authorization:[Bearer abc] Host:[y]]', `map[Authorization:[${HIDDEN}] Host:[y]]`],
    ['{"authorization":"Token abc"}', `{"authorization":"${HIDDEN}"}`],
    ['run --db-password hunter2 --verbose', `run --db-password ${HIDDEN} --verbose`],
    ['<ns:password>h&amp;2</ns:password>', `<ns:password>${HIDDEN}</ns:password>`],
    ['password => "x", token := y', `password => "${HIDDEN}", token := ${HIDDEN}`],
    ['secret: "open\nnext', `secret: "${HIDDEN}\nnext`],
    ['AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCY', `AWS_SECRET_ACCESS_KEY=${HIDDEN}`],
    ['X-Amz-Signature=abc&x=1', `X-Amz-Signature=${HIDDEN}&x=1`],
    ['password: token: abc', `password: ${HIDDEN} ${HIDDEN}`],
    ['credentials=abc', `credentials=${HIDDEN}`],
    ['db_password=hunter2', `db_password=${HIDDEN}`],
    ['token={"password":"x"}', `token={"password":"${HIDDEN}"}`],
    ['token> password=x', `token> password=${HIDDEN}`],
  ]
  for (const [text, expected] of cases) assert.equal(redact(text), expected)
})

test('what only looks like it stays', () => {
  const texts = [
    ...['token: null', '"password":""', 'password=', 'tokens=123', '"max_tokens":4096', 'token_type=bearer'],
    ...[
      'secretName: db',
      'cache miss for key',
      'key=value',
      'monkey=1',
      'bypass=1',
      'the password is wrong',
      '--token',
    ],
    ...['secret={}', 'token> a > b', 'signature=abc', 'password', '"token"', 'keyboard: us'],
  ]
  for (const text of texts) assert.equal(redact(text), text)
})

/** Some of everything that may be in a password, but for what ends one without quotes. */
const password = fc
  .tuple(
    fc.constantFrom(...'abcXYZ0189é'),
    fc.string({ unit: fc.constantFrom(...'aZ09!#$%*+-./:=?@^_~|é漢`'), minLength: 6 }),
  )
  .map((parts) => parts.join(''))
const words = fc.array(fc.constantFrom('info', 'user=7', '"a"', 'é', 'ok.', 'x', '12', '{', '}'), { maxLength: 4 })
const forms: readonly ((value: string) => readonly [before: string, value: string, behind: string])[] = [
  (value) => ['password=', value, ''],
  (value) => ['Password: ', value, ''],
  (value) => ['{"password":"', value, '"}'],
  (value) => ['{"m":"{\\"api_key\\":\\"', value, '\\"}"}'],
  (value) => ["secret='", value, "'"],
  (value) => ['--token ', value, ''],
  (value) => ['<passwd>', value, '</passwd>'],
  (value) => ['/?access_token=', value, '&a=b'],
  (value) => ['token=[', value, ']'],
]

test('no secret survives in any form, and nothing else changes', () => {
  const planted = fc.tuple(words, fc.constantFrom(...forms), password, words)
  fc.assert(
    fc.property(planted, ([before, form, value, behind]) => {
      const [open, secret, close] = form(value)
      const text = [...before, `${open}${secret}${close}`, ...behind].join(' ')
      assert.equal(redact(text), [...before, `${open}${HIDDEN}${close}`, ...behind].join(' '))
    }),
    { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 100) },
  )
})

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { PresetName } from '#lib/redact/presets.ts'
import { createRedact } from './redacted.ts'

/**
 * What a detector should find, as a pattern of JavaScript; what the group `secret` matches is replaced, or all if there is
 * none. Texts are made of the pieces, so that they are often nearly right.
 */
interface Reference {
  readonly pattern: RegExp
  readonly pieces: readonly string[]
  readonly accepts?: (secret: string) => boolean
}

const PEM = String.raw`[A-Za-z0-9+/= \t\r\n\\:,.>|()@_-]*`
const REFERENCES: Readonly<Partial<Record<PresetName, Reference>>> = {
  email: {
    pattern: /[A-Za-z0-9_%+][A-Za-z0-9._%+-]{0,63}(?:@|%40)(?:[A-Za-z0-9-]+\.)+[A-Za-z]{2,}/y,
    pieces: ['@', '%40', '.', '-', 'a', 'example', 'org', 'x1', ' ', 'é', '..', '@@', 'a.b@c.de', '"', '_'],
  },
  jwt: {
    pattern: /eyJ[\w-]{8,}(?:\.[\w-]+)+/y,
    pieces: ['eyJ', 'eyJhbGciOiJIUzI1NiJ9', '.', '..', 'eyJzdWIiOiIxIn0', 'abc_-', ' ', 'é', '=', '"'],
  },
  credit_card: {
    pattern:
      /(?<![A-Za-z0-9_]|\d\.)(?:\d{13,19}|\d{4}([ -])\d{4}\1\d{4}\1\d{4}\1\d{3}|\d{4}([ -])\d{4}\2\d{4}\2\d{4}|\d{4}([ -])\d{6}\3\d{4,5})(?![A-Za-z0-9_]|\.\d)/y,
    pieces: [
      ...['4111111111111111', '4111 1111 1111 1111', '5555-5555-5555-4444', '3782 822463 10005', '378282246310005'],
      ...['4111', '1111', ' ', '-', 'a', '.', '0', '36148900647913', '4222222222222', '4111111111111112', 'é'],
    ],
    accepts: (secret) => isCard(secret.replace(/[ -]/g, '')),
  },
  bearer_token: {
    pattern: /bearer(?: |%20)+(?<secret>(?:(?=[\w.~+/-]*\d)[\w.~+/-]{8,}|[\w.~+/-]{20,})=*)/iy,
    pieces: ['Bearer', 'bearer', 'BEARER', ' ', '%20', 'abcdefg1', 'token', 'A'.repeat(20), '==', '~x/', '\n', 'é'],
  },
  basic_auth: {
    pattern: /basic(?: |%20)+(?<secret>[A-Za-z0-9+/]{8,}=*)/iy,
    pieces: ['Basic', 'basic', 'BASIC', ' ', '%20', btoa('user:pass'), btoa('jo:é'), 'authentication', '=', 'é'],
    accepts: (secret) => /^[!-9;-~\x80-\xff]*:/.test(Buffer.from(secret, 'base64').toString('latin1')),
  },
  api_key: {
    pattern: /(?<![A-Za-z0-9])(?:AKIA[A-Z0-9]{16,}|ghp_[A-Za-z0-9]{30,}|xoxb-[\w-]{10,}|SG\.[\w.-]{40,})/y,
    pieces: ['AKIA', 'ghp_', 'xoxb-', 'SG.', '0123456789ABCDEF', 'z'.repeat(36), '-', '_', ' ', 'a', '.', 'é'],
  },
  private_key: {
    pattern: new RegExp(
      `-{0,5}BEGIN [A-Z0-9 ]*?PRIVATE KEY(?: BLOCK)?-----(?:${PEM}?-----END [A-Z0-9 ]*-{0,5}|${PEM})`,
      'y',
    ),
    pieces: [
      ...['-----BEGIN PRIVATE KEY-----', '-----BEGIN RSA PRIVATE KEY-----', '-----END PRIVATE KEY-----', '-----END X'],
      ...['\n', '\\n', 'abc=', '"', '{', 'PRIVATE KEY-----', 'BEGIN ', 'é', '-----BEGIN PGP PRIVATE KEY BLOCK-----'],
    ],
  },
}

function isCard(digits: string): boolean {
  if (!/^(?:4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|3[47]\d{13}|36\d{12,17})$/.test(digits)) return false
  const values = [...digits].reverse().map((digit, index) => Number(digit) * (index % 2 === 0 ? 1 : 2))
  return values.reduce((sum, value) => sum + (value > 9 ? value - 9 : value), 0) % 10 === 0
}

/** Tries the pattern at every place. */
function redactNaively(text: string, name: string, { pattern, accepts = () => true }: Reference): string {
  const isSecret = Array.from(text, () => false)
  const begins = new Set<number>()
  let doneTo = 0
  for (let at = 0; at < text.length; at++) {
    pattern.lastIndex = at
    const match = pattern.exec(text)
    if (match === null) continue
    const secret = match.groups?.secret ?? match[0]
    if (!accepts(secret)) continue
    const from = at + match[0].length - secret.length
    if (from >= doneTo) begins.add(from)
    doneTo = Math.max(doneTo, from + secret.length)
    isSecret.fill(true, from, doneTo)
    if (name === 'credit_card') at = doneTo - 1
  }
  return Array.from({ length: text.length }, (_, at) =>
    begins.has(at) ? `[REDACTED:${name}]` : isSecret[at] ? '' : text[at],
  ).join('')
}

for (const [name, reference] of Object.entries(REFERENCES)) {
  test(`${name}: what the pattern says, and nothing else`, () => {
    const redact = createRedact([name as PresetName])
    const text = fc.array(fc.constantFrom(...reference.pieces), { maxLength: 12 }).map((pieces) => pieces.join(''))
    fc.assert(
      fc.property(text, (body) => {
        assert.equal(redact(body), redactNaively(body, name, reference))
      }),
      { numRuns: Number(process.env.VEDETTE_FUZZ_RUNS ?? 100) },
    )
  })
}

test('keys of services are found by their prefixes', () => {
  const redact = createRedact(['api_key'])
  const long = 'A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8S9t0U1v2W3x4Y5z6'
  const keys = [
    ...['AKIAIOSFODNN7EXAMPLE', `ghp_${long.slice(0, 36)}`, `github_pat_${long}`, `glpat-${long.slice(0, 20)}`],
    ...[`xoxb-123456789012-${long.slice(0, 24)}`, `sk_live_${long.slice(0, 24)}`, `AIza${long.slice(0, 35)}`],
    ...[
      `sk-ant-api03-${long}`,
      `npm_${long.slice(0, 36)}`,
      `hvs.${long.slice(0, 24)}`,
      `SG.${long.slice(0, 22)}.${long.slice(0, 43)}`,
    ],
    ...[`dop_v1_${'0123456789abcdef'.repeat(4)}`, `shpat_${'0123456789abcdef'.repeat(2)}`, `glsa_${long.slice(0, 32)}`],
  ]
  for (const key of keys) assert.equal(redact(`key ${key}, used`), 'key [REDACTED:api_key], used', key)
  for (const text of ['AKIA', 'task-or-not', 'npm_config_registry', 'ghp_short', 'NOTAKIAIOSFODNN7EXAMPLE']) {
    assert.equal(redact(text), text)
  }
})

test('passwords in URLs', () => {
  const redact = createRedact(['url_password'])
  const cases: readonly (readonly [string, string])[] = [
    ['postgres://shop:hunter2@db:5432/x', 'postgres://shop:[REDACTED:url_password]@db:5432/x'],
    ['redis://:hunter2@cache', 'redis://:[REDACTED:url_password]@cache'],
    ['"amqp://a:b@c","amqp://d:e@f"', '"amqp://a:[REDACTED:url_password]@c","amqp://d:[REDACTED:url_password]@f"'],
    ['a://u:p@q@host', 'a://u:[REDACTED:url_password]@host'],
    ['a://me@tenant:pä@host', 'a://me@tenant:[REDACTED:url_password]@host'],
    ['a://u:se/cret@host', 'a://u:[REDACTED:url_password]@host'],
  ]
  for (const [text, expected] of cases) assert.equal(redact(text), expected)
  const untouched = [
    'http://host:8080/a@b',
    'http://[::1]:80/a',
    'git@example.org:x',
    '://',
    'a://@',
    'a://u:@host',
    '@',
  ]
  for (const text of untouched) assert.equal(redact(text), text)
})

test('the lines of a key that came as records of their own', () => {
  const redact = createRedact(['private_key'])
  const line = 'MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj'
  assert.equal(redact(line), '[REDACTED:private_key]')
  assert.equal(redact(`${line}x`), `${line}x`, 'of another length')
  assert.equal(redact('0123456789abcdef'.repeat(4)), '0123456789abcdef'.repeat(4), 'a sum')
})

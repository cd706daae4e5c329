import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { printDiagnostics } from '#lib/config/diagnostic.ts'
import { parseConfigDocument } from '#lib/config/document.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

type Env = Readonly<Record<string, string>>
const read = (text: string, env: Env = {}, expand = true) =>
  parseConfigDocument({ origin: 'a.yaml', text, expand, env })
const printed = (text: string, env: Env = {}) => printDiagnostics(read(text, env).problems)
const $ = (name: string) => `$\{${name}}`

test('anchors and merge keys: the nearer value counts, and a mistake is shown where it was written', () => {
  const base = 'base: &base {x: 1, y: 2}\n'
  const cases: [string, unknown][] = [
    [`${base}c:\n  <<: *base\n  y: 3\n`, { x: 1, y: 3 }],
    [`${base}c:\n  y: 3\n  <<: *base\n`, { x: 1, y: 3 }],
    [`${base}c:\n  <<: [{x: 7}, *base]\n`, { x: 7, y: 2 }],
    [`${base}c: *base\n`, { x: 1, y: 2 }],
    ['c: {"<<x": 1}\n', { '<<x': 1 }],
    ['d: &key x\nc: {*key : 1}\n', { x: 1 }],
  ]
  for (const [text, expected] of cases) {
    assert.deepEqual(JSON.parse(JSON.stringify(read(text).value)).c, expected, text)
  }
  const document = read(`${base}c:\n  <<: *base\n  y: 3\n`)
  const at = (path: string[]) => document.diagnose(path, '-')
  assert.deepEqual([at(['c', 'x']).line, at(['c', 'x']).column], [1, 17], 'x is merged')
  assert.deepEqual([at(['c', 'y']).line, at(['c', 'y']).column], [4, 6], 'y is written')
})

test('YAML that cannot be read is shown with its place', () => {
  const cases: [string, string][] = [
    ['a: 1\na: 2', 'a.yaml:2:1  error  Map keys must be unique\n   2 | a: 2\n     | ^'],
    ['a:\r\n  b: 1\r\n  b: 2\r\n', 'a.yaml:3:3  error  Map keys must be unique\n   3 |   b: 2\n     |   ^'],
    ['\ta: 1', 'a.yaml:1:1  error  Tabs are not allowed as indentation\n   1 |  a: 1\n     | ^'],
    ['a: *b', 'a.yaml:1:4  error  no anchor &b stands above this alias\n   1 | a: *b\n     |    ^^'],
    ['c:\n  <<: 5', 'a.yaml:2:7  error  << takes a mapping or a list of mappings\n   2 |   <<: 5\n     |       ^'],
    [
      '? {<<: 5}\n: 1',
      'a.yaml:1:3  error  a key is a text; this is a list or a mapping\n   1 | ? {<<: 5}\n     |   ^^^^^^^',
    ],
    [
      'a: 1\n---\nb: 2',
      'a.yaml:2:1  error  a second document begins here; a configuration is a single one\n' + '   2 | ---\n     | ^^^',
    ],
  ]
  for (const [text, expected] of cases) assert.equal(printed(text), expected)
})

test('no document takes more than its share of time or stack', () => {
  let bomb = 'a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n'
  for (let level = 1; level < 12; level++) {
    bomb += `a${level}: &a${level} [${Array(10)
      .fill(`*a${level - 1}`)
      .join(', ')}]\n`
  }
  const cases: [string, RegExp][] = [
    [bomb, /more than 100000 values; each use of an alias counts/],
    ['a: &a [*a]', /more than 64 levels/],
    ['a: &a\n  b: *a', /more than 64 levels/],
    ['a: &a\n  <<: *a', /more than 64 levels/],
    [`${'{a: '.repeat(80)}1${'}'.repeat(80)}`, /more than 64 levels/],
    ['['.repeat(20_000), /nested too deeply/],
  ]
  for (const [text, expected] of cases) {
    const { value, problems } = read(text)
    assert.equal(value, undefined)
    assert.equal(problems.length, 1)
    assert.match(printDiagnostics(problems), expected)
  }
})

test('of a long line the part around the place is shown, of many problems the first hundred', () => {
  const long = printed(`a: "${'x'.repeat(5_000)}"  b: 1 ${'y'.repeat(5_000)}`)
  for (const line of long.split('\n').slice(1)) assert.ok(line.length < 340, `${line.length} characters`)
  assert.match(long, / …x+" {2}b: 1 y+…\n/)
  const many = printed(Array.from({ length: 150 }, (_, index) => `a${index}: ${$('NOT_SET')}`).join('\n'))
  assert.equal(many.split('\n').length, 301)
  assert.match(many, /\n… and 50 more$/)
})

test('references: the environment and files', (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'token')
  writeFileSync(file, 'from a file\n')
  const big = join(directory, 'big')
  writeFileSync(big, Buffer.alloc(1024 ** 2 + 1, 'x'))
  const env = { HOST: 'db', PORT: '8080', ON: 'true', EMPTY: '', HASH: 'pass #1', AMP: '&x', NESTED: $('HOST') }
  const cases: [string, unknown][] = [
    [$('PORT'), 8080],
    [`"${$('PORT')}"`, '8080'],
    [$('ON'), true],
    [$('EMPTY'), null],
    [`"${$('EMPTY')}"`, ''],
    [`http://${$('HOST')}:${$('PORT')}/`, 'http://db:8080/'],
    [$('HASH'), 'pass #1'],
    [$('AMP'), '&x'],
    [$('NESTED'), $('HOST')],
    [`$${$('HOST')}`, $('HOST')],
    [$(`file:${file}`), 'from a file'],
    ['$HOST', '$HOST'],
    [`{ ${'x'}: "${$('HOST')}" }`, { x: 'db' }],
  ]
  for (const [text, expected] of cases) {
    assert.deepEqual(JSON.parse(JSON.stringify(read(`a: ${text}`, env).value)), { a: expected }, text)
  }
  const wrong: [string, RegExp][] = [
    [$('NOT_SET'), /environment variable NOT_SET is not set/],
    [$('a-b'), /\$\{a-b\} is neither \$\{NAME\} nor \$\{file:\/path\}; write \$\$\{ for a literal \$\{/],
    [$(`file:${directory}/nothing`), /cannot read \$\{file:.*nothing\}: ENOENT/],
    [$(`file:${directory}`), /cannot read \$\{file:.*\}: EISDIR/],
    [$(`file:${big}`), /it is larger than 1MiB/],
    [$('file:/dev/zero'), /it is larger than 1MiB/],
  ]
  for (const [text, expected] of wrong) assert.match(printed(`a: "${text}"`), expected)
  assert.deepEqual(read(`a: ${$('HOST')}`, env, false).value, { a: $('HOST') }, 'only where it is wanted')
})

test('an unquoted reference never loses a part of its value', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (value) => {
      const { a } = read(`a: ${$('X')}`, { X: value }).value as { a: unknown }
      if (typeof a === 'string') assert.equal(a, value)
      else assert.match(value, /^[\w.+-]*$/, 'a number, a boolean or nothing')
    }),
    { numRuns: 1_000 },
  )
})

test('whatever the text, reading it ends with a value or with problems', () => {
  const piece = fc.constantFrom(
    'a',
    ':',
    ' ',
    '\n',
    '- ',
    '  ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '&a ',
    '*a ',
    '<<: ',
    '#',
    '|',
    '>',
    '?',
    '!!binary ',
    '%',
    '---\n',
    '\t',
    '\0',
    '__proto__: ',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.array(piece, { maxLength: 40 }).map((parts) => parts.join('')),
        fc.string(),
      ),
      (text) => {
        const { problems } = read(text)
        for (const { line, column, length, message } of problems) {
          assert.ok(line >= 1 && column >= 1 && length >= 1 && message !== '')
        }
        printDiagnostics(problems)
      },
    ),
    { numRuns: 2_000 },
  )
})

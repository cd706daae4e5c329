import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { printDiagnostics, suggest } from '#lib/config/diagnostic.ts'
import { type ConfigModule, type ConfigSources, checkConfig, loadConfig } from '#lib/config/load.ts'
import { printConfig } from '#lib/config/print.ts'
import {
  boolean,
  choice,
  duration,
  integer,
  list,
  listenAddress,
  mapping,
  optional,
  type Static,
  secret,
  section,
  size,
  text,
  url,
} from '#lib/config/schema.ts'
import { CodedError } from '#lib/errors.ts'
import { temporaryDirectory } from '../../support/temporary.ts'

const description = 'A value.'
const target = section('A target.', {
  url: url({ description }),
  weight: integer({ description, default: 1, minimum: 0, maximum: 10 }),
})
const schema = section('A file.', {
  name: text({ description, default: 'a', minLength: 1, pattern: '^[a-z]+$' }),
  token: secret({ description, default: '' }),
  note: optional(text({ description })),
  extra: optional(section('An optional section.', { on: boolean({ description, default: false }) })),
  level: choice(['low', 'high'], { description, default: 'low' }),
  wait: duration({ description, default: '1m30s' }),
  room: size({ description, default: '1.5MiB' }),
  listen: listenAddress({ description, default: ':80' }),
  targets: list(target, { description, default: [{ url: 'http://a' }], minItems: 1 }),
  headers: mapping(secret({ description }), { description, default: {} }),
  deep: section('A section.', { deeper: section('Another.', { on: boolean({ description, default: true }) }) }),
})
type Config = Static<typeof schema>
const module: ConfigModule<Config> = {
  schema,
  check(config, report) {
    if (config.level === 'high' && config.wait < 1_000) report(['wait'], 'wait must be at least 1s for high')
  },
}

const DEFAULTS = {
  ...{ name: 'a', token: '', level: 'low', wait: 90_000, room: 1_572_864, listen: ':80' },
  ...{ targets: [{ url: 'http://a', weight: 1 }], headers: {}, deep: { deeper: { on: true } } },
}
const check = (sources: ConfigSources) => checkConfig(module, { env: {}, ...sources })
const problems = (sources: ConfigSources) => {
  const result = check(sources)
  return result.ok ? '' : printDiagnostics(result.diagnostics)
}

test('without any source every default holds, read as if it had been written', () => {
  const result = check({})
  assert.deepEqual(result, { ok: true, config: DEFAULTS })
})

test('what is empty has its default; what is optional has no value', (t) => {
  const file = join(temporaryDirectory(t), 'a.yaml')
  for (const content of ['', '# nothing\n', '---\n', 'name:\nheaders:\ndeep:\n', 'deep: {deeper: }', 'note:\n']) {
    writeFileSync(file, content)
    assert.deepEqual(check({ file }), { ok: true, config: DEFAULTS }, content)
  }
  writeFileSync(file, 'note: x\nextra:\n')
  assert.deepEqual(check({ file }), { ok: true, config: { ...DEFAULTS, note: 'x', extra: { on: false } } })
})

test('a later source wins key by key, and lists are replaced whole', (t) => {
  const file = join(temporaryDirectory(t), 'a.yaml')
  writeFileSync(file, 'name: file\nlevel: high\ntargets:\n  - {url: http://f1, weight: 2}\n  - {url: http://f2}\n')
  const sources = {
    file,
    defaults: ['name=default', 'wait=5s', 'deep.deeper.on=false'],
    overrides: ['level=low', 'targets=[{url: "http://o"}]', 'headers.Authorization=Bearer x', 'room=7k'],
  }
  const expected = {
    ...DEFAULTS,
    ...{ name: 'file', level: 'low', wait: 5_000, room: 7_000, deep: { deeper: { on: false } } },
    ...{ targets: [{ url: 'http://o', weight: 1 }], headers: { Authorization: 'Bearer x' } },
  }
  assert.deepEqual(check(sources), { ok: true, config: expected })
})

test('a mistake is shown in the source that made it', (t) => {
  const file = join(temporaryDirectory(t), 'a.yaml')
  writeFileSync(file, 'name: ABC\nwait: 5s\n')
  const shown = problems({ file, overrides: ['wait=soon', 'targets=[]', 'levle=low', 'nothing', '=1', 'a..b=1'] })
  const expected = [
    `${file}:1:7  error  name: "ABC" does not have the form ^[a-z]+$`,
    '--set:1:1  error  nothing is not of the form key.path=value',
    '--set:1:1  error  =1 is not of the form key.path=value',
    '--set:1:1  error  a..b=1 is not of the form key.path=value',
    '--set:1:1  error  wait: "soon" is not a duration; write for example 30s, 5m or 1h30m',
    '--set:1:1  error  targets needs at least one entry',
    '--set:1:1  error  the configuration has no option "levle"; did you mean "level"?',
  ]
  const found = shown.split('\n').filter((line) => line.includes('  error  '))
  for (const line of expected) assert.ok(found.includes(line), `${line}\n${shown}`)
})

test('what is required is asked for at the nearest place that is written', (t) => {
  const file = join(temporaryDirectory(t), 'a.yaml')
  writeFileSync(file, 'targets:\n  - url: http://a\n  - weight: 3\n')
  assert.equal(
    problems({ file }),
    `${file}:3:5  error  targets[1].url is required\n   3 |   - weight: 3\n     |     ^^^^^^^^^`,
  )
})

test("a service's own check runs once the form is right", () => {
  assert.match(problems({ overrides: ['level=high', 'wait=5ms'] }), /--set:1:1 {2}error {2}wait must be at least 1s/)
  assert.doesNotMatch(problems({ overrides: ['level=high', 'wait=5ms', 'name=A'] }), /at least 1s/)
})

test('no message and no print shows a secret', (t) => {
  const file = join(temporaryDirectory(t), 'a.yaml')
  const wrong = [
    'token: [hunter2]',
    'token: {hunter2: 1}',
    'tokn: hunter2',
    'name: A\ntoken: hunter2',
    'headers: hunter2',
    'headers: [hunter2]',
    'headers: {A: {hunter2: 1}}',
  ]
  for (const content of wrong) {
    writeFileSync(file, content)
    const shown = problems({ file })
    assert.notEqual(shown, '', content)
    assert.doesNotMatch(shown, /hunter2/, content)
  }
  for (const setting of [
    'token=[hunter2]',
    'token="hunter2',
    'headers=hunter2',
    'headers.a=[hunter2',
    'tokn=hunter2',
  ]) {
    const shown = problems({ overrides: [setting] })
    assert.notEqual(shown, '', setting)
    assert.doesNotMatch(shown, /hunter2/, setting)
  }
  writeFileSync(file, 'token: hunter2\nheaders: {Authorization: hunter2}\n')
  assert.match(printConfig(schema, loadConfig(module, { file, env: {} })), /^token: <secret>$/m)
})

test('a printed configuration loads as what it was', (t) => {
  const overrides = [
    'wait=1h1ms',
    'room=1000001',
    'targets=[{url: "http://b", weight: 0}]',
    'note="7"',
    'extra.on=true',
  ]
  const config = loadConfig(module, { overrides, env: {} })
  const printed = printConfig(schema, config)
  assert.match(printed, /^wait: 1h1ms$/m)
  assert.match(printed, /^room: 1000001$/m)
  const file = join(temporaryDirectory(t), 'a.yaml')
  writeFileSync(file, printed)
  assert.deepEqual(loadConfig(module, { file, env: {} }), { ...config, token: '<secret>' })
})

test('a file that cannot be read is an error with a code', (t) => {
  const file = join(temporaryDirectory(t), 'nothing.yaml')
  const matches = (error: unknown) => error instanceof CodedError && error.code === 'CONFIG_UNREADABLE'
  assert.throws(() => loadConfig(module, { file }), matches)
  assert.throws(() => loadConfig(module, { file: temporaryDirectory(t) }), matches)
})

test('a key is never more than a key', (t) => {
  const file = join(temporaryDirectory(t), 'a.yaml')
  writeFileSync(file, 'headers: {__proto__: a, constructor: b}\n')
  const { headers } = loadConfig(module, { file, env: {}, overrides: ['headers.toString=c'] })
  assert.deepEqual(Object.entries(headers), [
    ['__proto__', 'a'],
    ['constructor', 'b'],
    ['toString', 'c'],
  ])
  writeFileSync(file, '__proto__: {name: b}\nconstructor: 1\n')
  assert.match(problems({ file }), /no option "__proto__"(?:.|\n)*no option "constructor"/)
})

test('a suggestion is near, or there is none', () => {
  const names = ['endpoints', 'timeout', 'max_in_flight']
  const cases: [string, string | undefined][] = [
    ['endpoint', 'endpoints'],
    ['endpionts', 'endpoints'],
    ['TIMEOUT', 'timeout'],
    ['max', 'max_in_flight'],
    ['mx', undefined],
    ['retries', undefined],
    ['', undefined],
  ]
  for (const [word, expected] of cases) assert.equal(suggest(word, names), expected, word)
})

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { parse } from 'yaml'
import { checkValue } from '#lib/config/check.ts'
import { toJsonSchema } from '#lib/config/json-schema.ts'
import {
  boolean,
  choice,
  duration,
  integer,
  type JsonSchema,
  list,
  listenAddress,
  mapping,
  optional,
  type Schema,
  secret,
  section,
  size,
  text,
  url,
} from '#lib/config/schema.ts'
import * as agent from '../../../agent/config.ts'
import * as collector from '../../../collector/config.ts'
import * as store from '../../../store/config.ts'

const TITLE = { id: 'https://example.com/service.schema.json', title: 'service.yaml' }
const ajvFor = (schema: JsonSchema) =>
  new Ajv2020({ strict: true, allowUnionTypes: true }).compile(toJsonSchema(schema, TITLE))

function problemsOf(schema: JsonSchema, value: unknown): string[] {
  const problems: string[] = []
  checkValue(schema, value, [], (_path, message) => problems.push(message))
  return problems
}

const description = 'A value.'
/** A schema, and values of which most are right for it. */
interface Case {
  readonly schema: Schema<unknown>
  readonly value: fc.Arbitrary<unknown>
}
const of = (schema: Schema<unknown>, value: fc.Arbitrary<unknown>): Case => ({ schema, value })

const durations = fc.constantFrom(
  '0',
  '5s',
  '1h30m',
  '250ms',
  '1y2w3d4h5m6s7ms',
  '',
  '5',
  '1.5h',
  '30m1h',
  '-5s',
  ' 5s',
  '1s\n',
)
const sizes = fc.oneof(
  fc.constantFrom(
    '64MiB',
    '1.5 GiB',
    '10MB',
    '7k',
    '64Mi',
    '12',
    '',
    'MiB',
    '1 parsec',
    '1 constructor',
    '-1',
    '1.MiB',
  ),
  fc.integer({ min: -5, max: 1e9 }),
  fc.constant(1.5),
)
const addresses = fc.constantFrom(
  ':9200',
  '127.0.0.1:0',
  '[::1]:80',
  'h:65535',
  'h:65536',
  'h:00080',
  'h:99999',
  '::1:80',
  'h',
  'a b:1',
)
const urls = fc
  .constantFrom(
    'http://a',
    'https://a:9200/x?y',
    'HTTP://A',
    'http://',
    'ftp://a',
    'a:9200',
    '',
    'http://a b',
    'http:///a',
  )
  // What an URL's host may be made of is beyond a pattern.
  .filter((value) => value !== 'http://a b')

const scalar = fc.tuple(fc.nat(9), fc.boolean()).map(([kind, preset]): Case => {
  const pick = <T>(value: T) => (preset ? { description, default: value } : { description })
  switch (kind) {
    case 0:
      return of(text(pick('x')), fc.string())
    case 1:
      return of(text({ ...pick('abc'), minLength: 2 }), fc.string({ maxLength: 4 }))
    case 2:
      return of(text({ ...pick('ab'), pattern: '^[ab]+$' }), fc.string({ unit: fc.constantFrom('a', 'b', 'c', '\n') }))
    case 3:
      return of(secret(pick('hunter2')), fc.string())
    case 4:
      return of(
        integer({ ...pick(3), minimum: 1, maximum: 9 }),
        fc.oneof(fc.integer({ min: -1, max: 11 }), fc.constant(2.5)),
      )
    case 5:
      return of(boolean(pick(true)), fc.constantFrom(true, false, 'true'))
    case 6:
      return of(choice(['red', 'green'], pick('red' as const)), fc.constantFrom('red', 'green', 'Red', ''))
    case 7:
      return of(duration(pick('5s')), durations)
    case 8:
      return of(size(pick('5MiB')), sizes)
    default:
      return preset ? of(listenAddress(pick(':80')), addresses) : of(url(pick('http://a')), urls)
  }
})

/** Something that is wrong in most places. */
const junk = fc.oneof(
  fc.constantFrom(null, 0, true, 'junk', 1.5),
  fc.constant([]),
  fc.constant([null]),
  fc.constant({}),
  fc.constant({ junk: 1 }),
  fc.constant(JSON.parse('{"__proto__": {"junk": 1}}') as unknown),
)
const mostly = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 8, arbitrary: value }, { weight: 1, arbitrary: junk })

const { schemas } = fc.letrec<{ schemas: Case }>((tie) => ({
  schemas: fc.oneof(
    { maxDepth: 4, depthIdentifier: 'schema' },
    scalar,
    fc
      .tuple(tie('schemas'), fc.nat(2))
      .map(([item, minItems]) =>
        of(list(item.schema, { description, minItems }), fc.array(mostly(item.value), { maxLength: 3 })),
      ),
    tie('schemas').map((item) =>
      of(
        mapping(item.schema, { description }),
        fc.dictionary(fc.constantFrom('a', 'b', 'toString'), mostly(item.value)),
      ),
    ),
    fc.array(fc.tuple(tie('schemas'), fc.boolean()), { minLength: 1, maxLength: 4 }).map((members) => {
      const named = members.map(([member, isOptional], index) => [`key_${index}`, member, isOptional] as const)
      const properties = named.map(
        ([key, { schema }, isOptional]) => [key, isOptional ? optional(schema) : schema] as const,
      )
      const values = Object.fromEntries(named.map(([key, member]) => [key, mostly(member.value)]))
      return of(section(description, Object.fromEntries(properties)), fc.record(values, { requiredKeys: [] }))
    }),
  ),
}))

test('the published schema takes what the service takes, and nothing else', () => {
  let valid = 0
  let invalid = 0
  const cases = schemas.chain(({ schema, value }) =>
    fc.record({ schema: fc.constant(schema), values: fc.array(mostly(value), { minLength: 5, maxLength: 5 }) }),
  )
  fc.assert(
    fc.property(cases, ({ schema, values }) => {
      const validate = ajvFor(section('A file.', { root: schema }))
      for (const value of values) {
        const problems = problemsOf(section('A file.', { root: schema }), { root: value })
        const accepted = validate({ root: value })
        assert.equal(accepted, problems.length === 0, `${JSON.stringify(value)}: ${problems.join('; ') || 'fine'}`)
        if (accepted) valid += 1
        else invalid += 1
      }
    }),
    { numRuns: 80 },
  )
  assert.ok(valid > 40 && invalid > 40, `${valid} valid and ${invalid} invalid values`)
})

test('a reference to the environment may stand for any scalar', () => {
  const schema = section('A file.', {
    port: integer({ description, default: 1, maximum: 9 }),
    level: choice(['info', 'debug'], { description, default: 'info' }),
    wait: duration({ description, default: '5s' }),
    address: listenAddress({ description, default: ':80' }),
    on: boolean({ description, default: false }),
  })
  const validate = ajvFor(schema)
  for (const key of Object.keys(schema.properties!)) assert.ok(validate({ [key]: `\${NAME}` }), key)
  assert.ok(!validate({ port: 'NAME' }))
})

const CORPUS = join(import.meta.dirname, '../../corpus')
for (const [name, { schema }] of Object.entries({ agent, collector, store })) {
  test(`the schema of ${name}.yaml takes the good files and an empty one`, () => {
    const validate = ajvFor(schema)
    assert.ok(validate({}), JSON.stringify(validate.errors))
    for (const file of readdirSync(join(CORPUS, name)).filter((entry) => entry.endsWith('.good.yaml'))) {
      const value: unknown = parse(readFileSync(join(CORPUS, name, file), 'utf8'), { merge: true }) ?? {}
      assert.ok(validate(value), `${file}: ${JSON.stringify(validate.errors)}`)
    }
  })
}

test('the limits of a size hold for numbers of bytes; what has a unit is left to the loader', () => {
  const schema = section('A file.', { room: size({ description, default: '1MiB', minimum: 1024, maximum: 2 ** 20 }) })
  const isValid = ajvFor(schema)
  const verdicts = (room: unknown) => [isValid({ room }), problemsOf(schema, { room })]
  assert.deepEqual(verdicts(1024), [true, []])
  assert.deepEqual(verdicts(1023), [false, ['room must be at least 1KiB, not 1023']])
  assert.deepEqual(verdicts(2 ** 20 + 1), [false, ['room must be at most 1MiB, not 1048577']])
  assert.deepEqual(verdicts('1.5MiB'), [true, ['room must be at most 1MiB, not 1.5MiB']])
})

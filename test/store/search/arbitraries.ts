import fc from 'fast-check'

/** Documents that have few distinct values, so that queries meet them, in all the forms that JSON allows. */
const word = fc.constantFrom(
  'error',
  'Error',
  'warn',
  'disk',
  'full',
  'x1',
  'a_b',
  'é',
  'Élan',
  '日本',
  '\u212aelvin',
  'kelvin',
  '42',
  'info',
)
const separator = fc.constantFrom(' ', '-', '.', ': ', '\n', '\t', '"', '\\', '\u001b[31m', ' / ', 'é', '')
const sentence = fc
  .array(fc.tuple(word, separator), { maxLength: 5 })
  .map((parts) => parts.map(([text, between]) => text + between).join(''))
const level = fc.constantFrom('info', 'INFO', 'warn', 'error', 'a level that is too long', 'é"\\')
const one = <T>(value: fc.Arbitrary<T>) =>
  fc.oneof(
    { weight: 5, arbitrary: value },
    { weight: 1, arbitrary: fc.array(value, { maxLength: 3 }) },
    { weight: 1, arbitrary: fc.constant(null) },
  )
const count = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.integer({ min: -3, max: 3 }).map(String),
  fc.constantFrom('9007199254740993', '9007199254740995', 9007199254740000),
)
const BASE = Date.UTC(2026, 10, 20)
const time = fc
  .tuple(
    fc.integer({ min: 0, max: 2 }),
    fc.constantFrom(0, 1, 3_599, 3_600, 7_205, 86_399),
    fc.constantFrom('', '.5', '.000000001', '.000000002', '.999999999'),
  )
  .map(
    ([day, second, fraction]) =>
      `${new Date(BASE + day * 86_400_000 + second * 1000).toISOString().slice(0, 19)}${fraction}Z`,
  )

export const document = fc.record(
  {
    '@timestamp': time,
    message: one(sentence),
    level: one(level),
    count: one(count),
    ratio: one(fc.constantFrom(0.5, -1.25, 2, 1e10)),
    ok: one(fc.constantFrom(true, false, 'true', 'false')),
    when: one(time),
    labels: fc.dictionary(fc.constantFrom('app', 'x.y', 'tier'), one(fc.constantFrom('web', 'db', 'web db')), {
      maxKeys: 2,
    }),
    dyn: one(sentence),
  },
  { requiredKeys: ['@timestamp'] },
)

const numeric = fc.constantFrom(-2, 0, 1, 2.5, 9007199254740992)
const dateText = fc.oneof(time, fc.constantFrom('2026-11-20', '2026-11-21', String(BASE + 3_600_000)))
const TERMS: readonly (readonly [string, fc.Arbitrary<unknown>])[] = [
  ['level', level],
  ['lvl', level],
  ['message', word.map((text) => text.toLowerCase())],
  ['message', word],
  ['dyn', word],
  ['dyn.keyword', sentence],
  ['count', fc.constantFrom(-1, 0, 2, 3)],
  ['ratio', fc.constantFrom(0.5, 2)],
  ['ok', fc.boolean()],
  ['when', dateText],
  ['@timestamp', dateText],
  ['labels.app', fc.constantFrom('web', 'db')],
  ['labels.x.y', fc.constantFrom('web', 'db')],
  ['labels', fc.constantFrom('web', 'web db')],
]
const fieldAndValue = fc.constantFrom(...TERMS).chain(([field, value]) => value.map((said) => [field, said] as const))
const range = <T>(field: string, bound: fc.Arbitrary<T>) =>
  fc
    .tuple(fc.constantFrom('gte', 'gt', undefined), fc.constantFrom('lte', 'lt', undefined), bound, bound)
    .map(([lower, upper, from, to]) => ({
      range: { [field]: { ...(lower && { [lower]: from }), ...(upper && { [upper]: to }) } },
    }))
const textField = fc.constantFrom('message', 'dyn')

const leaf = fc.oneof(
  fc.constant({ match_all: {} }),
  fieldAndValue.map(([field, value]) => ({ term: { [field]: value } })),
  fc
    .constantFrom(...TERMS)
    .chain(([field, value]) => fc.array(value, { maxLength: 3 }).map((values) => ({ terms: { [field]: values } }))),
  range('@timestamp', dateText),
  range('when', dateText),
  range('count', numeric),
  range('ratio', numeric),
  range('level', level),
  fc
    .constantFrom('message', 'level', 'count', 'labels.app', 'labels', 'dyn', 'ok', 'when')
    .map((field) => ({ exists: { field } })),
  fc
    .tuple(fc.constantFrom('level', 'labels.app', 'message'), fc.constantFrom('e', 'err', 'w', 'é', ''))
    .map(([field, value]) => ({ prefix: { [field]: value } })),
  fc
    .tuple(
      fc.constantFrom('level', 'message', 'dyn.keyword'),
      fc.array(fc.constantFrom('*', '?', 'e', 'r', 'o', 'n', '*r', 'info'), { minLength: 1, maxLength: 4 }),
    )
    .map(([field, parts]) => ({ wildcard: { [field]: { value: parts.join('') } } })),
  fc
    .tuple(textField, sentence, fc.constantFrom('and', 'or'))
    .map(([field, query, operator]) => ({ match: { [field]: { query, operator } } })),
  fc.tuple(level, fc.constant('or')).map(([query, operator]) => ({ match: { level: { query, operator } } })),
  fc.tuple(textField, sentence).map(([field, text]) => ({ match_phrase: { [field]: text } })),
)

export const query: fc.Arbitrary<object> = fc.letrec<{ query: object }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 3, arbitrary: leaf },
    {
      weight: 2,
      arbitrary: fc
        .record(
          {
            must: fc.array(tie('query'), { maxLength: 2 }),
            filter: fc.array(tie('query'), { minLength: 1, maxLength: 2 }),
            should: fc.array(tie('query'), { minLength: 1, maxLength: 3 }),
            must_not: fc.array(tie('query'), { maxLength: 2 }),
          },
          { requiredKeys: [] },
        )
        .map((bool) => ({ bool: bool.must?.length === 0 ? { ...bool, must: undefined } : bool })),
    },
  ),
})).query

const direction = fc.constantFrom('asc', 'desc')
const sortKey = fc.oneof(
  direction.map((order) => ({ '@timestamp': { order } })),
  fc
    .tuple(
      fc.constantFrom('level', 'count', 'ratio', 'when', 'labels.app', 'ok', 'lvl'),
      direction,
      fc.constantFrom('_first', '_last'),
    )
    .map(([field, order, missing]) => ({ [field]: { order, missing } })),
)
/** An order that no two documents share a place in, so that pages follow each other. */
export const sort = fc
  .tuple(fc.array(sortKey, { maxLength: 2 }), direction)
  .map(([keys, order]) => [...keys, { _doc: { order } }])
export const looseSort = fc.array(sortKey, { minLength: 1, maxLength: 2 })

const metric = fc
  .tuple(fc.constantFrom('min', 'max', 'sum', 'value_count', 'cardinality'), fc.constantFrom('ratio', 'ok'))
  .map(([type, field]) => ({ [type]: { field } }))
const bucket = (inner: object) =>
  fc.oneof(
    fc
      .record({
        field: fc.constantFrom('level', 'count', 'labels.app', 'ok', 'labels'),
        size: fc.constantFrom(2, 50),
        order: fc.constantFrom({ _count: 'desc' }, { _key: 'asc' }),
      })
      .map((terms) => ({ terms, aggs: inner })),
    fc.constant({ terms: { field: 'level', size: 100, missing: 'unknown' }, aggs: inner }),
    fc
      .record({
        field: fc.constantFrom('@timestamp', 'when'),
        fixed_interval: fc.constantFrom('1h', '1d', '90s'),
        min_doc_count: fc.constantFrom(0, 1),
      })
      .map((histogram) => ({ date_histogram: histogram, aggs: inner })),
    query.map((filter) => ({ filter, aggs: inner })),
  )
export const aggregations = metric
  .chain((inner) =>
    fc.oneof(
      bucket({ inner }),
      bucket({}).chain((middle) => bucket({ middle })),
    ),
  )
  .map((outer) => ({ outer }))
/** Buckets without metrics: of all documents of a block they can be counted without reading it. */
export const buckets = fc
  .oneof(
    bucket({}),
    bucket({}).chain((middle) => bucket({ middle })),
  )
  .map((outer) => ({ outer }))

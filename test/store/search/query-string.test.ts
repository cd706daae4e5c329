import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ElasticsearchError } from '../../../store/elasticsearch-error.ts'
import { QueryLimits } from '../../../store/search/query/limits.ts'
import { parseQueryStringQuery } from '../../../store/search/query/query-string-query.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { SearchableCore } from './searchable-core.ts'

const DOCUMENTS = [
  { message: 'disk full on node-1', level: 'error', size: 10, note: 'a b' },
  { message: 'Disk OK', level: 'info', size: 5 },
  { message: 'connection refused: 10.0.0.1', level: 'error', size: 99, path: '/api/v1?x=(1)' },
  { message: 'full moon', level: 'warn', tag: ['x', 'y'] },
]

/** A query and the documents that it finds. */
const FOUND: readonly (readonly [string, readonly number[], object?])[] = [
  ['*', [0, 1, 2, 3]],
  ['*:*', [0, 1, 2, 3]],
  ['', []],
  ['disk', [0, 1]],
  ['message:disk', [0, 1]],
  ['message:(disk full)', [0, 1, 3]],
  ['message:(disk full)', [0], { default_operator: 'AND' }],
  ['message:"disk full"', [0]],
  ['message:"full disk"', []],
  ['level:error AND message:full', [0]],
  ['level:error && size:>50', [2]],
  ['level:error || level:warn', [0, 2, 3]],
  ['level:error OR level:info AND size:5', [1]],
  ['+level:error -message:disk', [2]],
  ['NOT level:error', [1, 3]],
  ['!level:error', [1, 3]],
  ['-level:error', [1, 3]],
  ['level:error NOT message:refused', [0]],
  ['(level:error OR level:warn) AND message:full', [0, 3]],
  ['size:[5 TO 10]', [0, 1]],
  ['size:{5 TO 10]', [0]],
  ['size:[10 TO *]', [0, 2]],
  ['size:>=10', [0, 2]],
  ['size:<10', [1]],
  ['@timestamp:[2026-11-21T00\\:00\\:01Z TO 2026-11-21T00\\:00\\:02Z]', [1, 2]],
  ['_exists_:tag', [3]],
  ['tag:*', [3]],
  ['level:err*', [0, 2]],
  ['level:e?ror', [0, 2]],
  ['message:Dis*', [0, 1]],
  ['level:/(warn|info)/', [1, 3]],
  ['path.keyword:\\/api\\/v1\\?x\\=\\(1\\)', [2]],
  ['path.keyword:"/api/v1?x=(1)"', [2]],
  ['note:"a b"', [0]],
  ['level:ERROR', []],
  ['level:error^3', [0, 2]],
  ['refused moon', [2, 3]],
  ['moon', [3], { fields: ['message', 'level^2'] }],
  ['error', [0, 2], { default_field: 'level' }],
  ['lev*:error', [0, 2]],
]

test('the query string finds what Lucene would', async (t) => {
  const store = new SearchableCore(temporaryDirectory(t))
  t.after(() => store.core.stop())
  store.core.putStreamTemplate({ properties: { level: { type: 'keyword' }, message: { type: 'text' } } })
  store.core.bulk(
    DOCUMENTS.map((document, second) => ({
      id: String(second),
      source: JSON.stringify({ '@timestamp': `2026-11-21T00:00:0${second}Z`, ...document }),
    })),
  )
  for (const [query, expected, options = {}] of FOUND) {
    const answer = await store.search({ query: { query_string: { query, ...options } }, sort: ['@timestamp'] })
    assert.deepEqual(
      answer.hits.hits.map(({ _id }) => Number(_id)),
      expected,
      query,
    )
  }
})

test('any text is a query or a 400', () => {
  const token = fc.constantFrom(
    'a',
    ':',
    '(',
    ')',
    '"',
    'AND',
    'OR',
    'NOT',
    '+',
    '-',
    '*',
    '?',
    '[',
    ']',
    '{',
    ' TO ',
    '}',
    '~',
    '^2',
    '/',
    '\\',
    ' ',
    '>',
    '!',
    '&&',
    'f:',
  )
  const text = fc.oneof(
    fc.array(token, { maxLength: 20 }).map((tokens) => tokens.join('')),
    fc.string({ unit: 'binary' }),
  )
  fc.assert(
    fc.property(text, fc.constantFrom('AND', 'OR'), (query, operator) => {
      try {
        parseQueryStringQuery({ query, default_operator: operator }, new QueryLimits())
      } catch (error) {
        assert(error instanceof ElasticsearchError && error.status === 400, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})

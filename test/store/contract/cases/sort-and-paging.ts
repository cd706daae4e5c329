import { type Answer, type ContractCase, foundTyped } from '../contract-case.ts'
import { STREAM } from '../documents.ts'

const NANOS = 'strict_date_optional_time_nanos'
const shop = { term: { 'kubernetes.namespace': 'shop' } }
const newest = [{ '@timestamp': { order: 'desc', format: NANOS } }]

function sorted(name: string, sort: unknown, others: object = {}): ContractCase {
  return { name, path: `/${STREAM}/_search`, body: { query: shop, sort, size: 12, _source: false, ...others } }
}

/** The page after one. */
function nextPage(name: string, sort: readonly unknown[], pages: number): ContractCase {
  const body = { query: shop, sort, size: 7, _source: false }
  const after = (left: number) => (answer: Answer) => ({
    path: `/${STREAM}/_search`,
    body: { ...body, search_after: answer.hits.hits.at(-1).sort },
    ...(left > 1 ? { follow: after(left - 1) } : {}),
  })
  return { name, path: `/${STREAM}/_search`, body, follow: after(pages - 1) }
}

export const SORT_AND_PAGING: readonly ContractCase[] = [
  sorted('sort: newest first', [{ '@timestamp': 'desc' }]),
  sorted('sort: newest first, formatted', newest),
  sorted('sort: oldest first', ['@timestamp']),
  sorted('sort: one object', { '@timestamp': { order: 'asc', format: NANOS } }),
  sorted('sort: milliseconds', [{ '@timestamp': { order: 'desc', format: 'epoch_millis' } }]),
  sorted('sort: numeric_type date', [
    { '@timestamp': { order: 'desc', numeric_type: 'date' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: numeric_type date_nanos', [{ '@timestamp': { order: 'desc', numeric_type: 'date_nanos' } }]),
  sorted('sort: keyword then number', [{ 'kubernetes.pod.name': 'asc' }, { 'attributes.seq': 'desc' }]),
  sorted('sort: missing last', [{ 'attributes.user': 'desc' }, { 'attributes.seq': 'asc' }]),
  sorted('sort: missing first', [
    { 'attributes.user': { order: 'asc', missing: '_first' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: missing number last', [{ 'attributes.bytes': 'asc' }, { 'attributes.seq': 'asc' }], { from: 2000 }),
  sorted('sort: missing number first', [
    { 'attributes.bytes': { order: 'desc', missing: '_first' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: missing number has a value', [
    { 'attributes.bytes': { order: 'asc', missing: 3 } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: several values, the least', [
    { 'attributes.sizes': { order: 'desc', mode: 'min' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: several values, the largest', [
    { 'attributes.sizes': { order: 'asc', mode: 'max' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: several values, the sum', [
    { 'attributes.sizes': { order: 'asc', mode: 'sum' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: several values, the average', [
    { 'attributes.sizes': { order: 'asc', mode: 'avg' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: several values, the median', [
    { 'attributes.sizes': { order: 'desc', mode: 'median' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: a float', [{ 'attributes.duration_ms': 'desc' }, { 'attributes.seq': 'asc' }]),
  sorted('sort: a boolean', [{ 'attributes.cached': 'desc' }, { 'attributes.seq': 'asc' }]),
  sorted('sort: a key of a flattened field', [
    { 'resource.attributes.k8s.pod.label.tier': 'asc' },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: a field that nobody has', [
    { 'attributes.nobody': { order: 'asc', unmapped_type: 'long' } },
    { 'attributes.seq': 'asc' },
  ]),
  sorted('sort: by _doc after another', [{ 'attributes.seq': 'desc' }, '_doc'], { size: 3 }),
  sorted('sort: by score after another', [{ 'attributes.seq': 'desc' }, '_score'], { size: 3 }),
  sorted('page: from and size', newest, { from: 30, size: 9 }),
  sorted('page: the last that from reaches', newest, { from: 9990, size: 10 }),
  { ...sorted('page: size 0', newest, { size: 0 }), parts: ['hits'] },
  sorted('total: not counted', newest, { size: 2, track_total_hits: false }),
  sorted('total: exactly', newest, { size: 2, track_total_hits: true }),
  sorted('total: up to 10000', newest, { size: 2 }),
  {
    ...sorted('total: up to 50', newest, { size: 2, track_total_hits: 50 }),
    parts: ['hits.hits', 'hits.total.relation'],
  },
  nextPage('search_after: formatted times', newest, 3),
  nextPage(
    'search_after: times in milliseconds',
    [{ '@timestamp': { order: 'desc', numeric_type: 'date' } }, { 'attributes.seq': 'asc' }],
    3,
  ),
  nextPage('search_after: keyword and number', [{ 'kubernetes.pod.name': 'asc' }, { 'attributes.seq': 'desc' }], 4),
  nextPage('search_after: missing values', [{ 'attributes.bytes': 'desc' }, { 'attributes.seq': 'asc' }], 3),
  nextPage(
    'search_after: missing texts',
    [{ 'attributes.user': { order: 'asc', missing: '_first' } }, { 'attributes.seq': 'asc' }],
    3,
  ),
  foundTyped('sort: longs beyond 2^53', { match_all: {} }, { sort: [{ count: 'desc' }, { n: 'asc' }] }),
  foundTyped('sort: the smallest longs', { exists: { field: 'count' } }, { sort: [{ count: 'asc' }, { n: 'asc' }] }),
  foundTyped('sort: doubles', { match_all: {} }, { sort: [{ ratio: 'asc' }, { n: 'asc' }] }),
  foundTyped('sort: a date', { match_all: {} }, { sort: [{ when: 'desc' }, { n: 'asc' }] }),
  foundTyped(
    'sort: a date, formatted',
    { exists: { field: 'when' } },
    { sort: [{ when: { order: 'asc', format: 'strict_date_optional_time' } }, { n: 'asc' }] },
  ),
  foundTyped(
    'sort: a date without a value',
    { bool: { must_not: { exists: { field: 'when' } } } },
    { sort: [{ when: { order: 'asc', format: NANOS } }, { n: 'asc' }], size: 3 },
  ),
  foundTyped('sort: accents', { match_all: {} }, { sort: [{ level: 'desc' }, { n: 'asc' }] }),
  foundTyped('sort: a multi-field', { match_all: {} }, { sort: [{ 'text.raw': 'desc' }, { n: 'asc' }] }),
  foundTyped('sort: an alias', { match_all: {} }, { sort: [{ lvl: 'asc' }, { n: 'desc' }] }),
]

import type { Answer, ContractCase } from '../contract-case.ts'
import { STREAM, TYPES } from '../documents.ts'

const disk = { query: { match: { message: 'disk' } } }

function got(name: string, path: string, parts?: readonly string[]): ContractCase {
  return { name, method: 'GET', path, ...(parts === undefined ? {} : { parts }) }
}

/** Pages of a point in time. */
function inTime(name: string, body: object, pages: number): ContractCase {
  const next = (left: number) => (answer: Answer) => {
    const id: string = answer.pit_id ?? answer.id
    const after = answer.hits === undefined ? {} : { search_after: answer.hits.hits.at(-1).sort }
    const page = { path: '/_search', body: { ...body, ...after, pit: { id, keep_alive: '1m' } } }
    return left > 1 ? { ...page, follow: next(left - 1) } : page
  }
  return { name, path: `/${STREAM}/_pit?keep_alive=1m`, follow: next(pages), body: undefined }
}

/** What clients ask besides searches. */
export const API: readonly ContractCase[] = [
  { name: '_count', path: `/${STREAM}/_count`, body: disk, parts: ['count'] },
  got('_count by URL', `/${STREAM}/_count?q=message:disk`, ['count']),
  got('_count of everything', '/_count', ['count']),
  { name: '_count over a pattern', path: '/logs-*,contract-*/_count', body: disk, parts: ['count'] },
  got('_search by URL', `/${STREAM}/_search?q=message:disk&size=3&sort=attributes.seq:desc&_source=false`),
  got(
    '_search by URL, default field',
    `/${STREAM}/_search?q=disk+full&df=message&default_operator=AND&size=3&sort=attributes.seq&_source=severity_text`,
  ),
  got(
    '_search with filter_path',
    `/${STREAM}/_search?size=2&sort=attributes.seq&filter_path=hits.hits._id,hits.total.value`,
  ),
  got(
    '_search over a missing index that may be',
    `/${STREAM},nobody/_search?size=1&sort=attributes.seq&ignore_unavailable=true&_source=false`,
  ),
  { ...got('_search over no index', '/nobody-*/_search'), isEmpty: true },
  got('_search without one of two', `/logs-*,contract-*,-${TYPES}/_search?size=1&sort=attributes.seq&_source=false`),
  {
    name: '_msearch',
    path: `/${STREAM}/_msearch`,
    body: [
      {},
      { ...disk, size: 0 },
      { index: TYPES },
      { size: 1, sort: ['n'], _source: false },
      { index: 'nobody' },
      {},
    ],
  },
  got('a document', `/${TYPES}/_doc/typed-7`, ['_index', '_id', 'found', '_source']),
  got('a document without its source', `/${TYPES}/_doc/typed-7?_source=false`, ['_id', 'found', '_source']),
  got('a part of a document', `/${TYPES}/_doc/typed-7?_source=n,level`, ['found', '_source']),
  got('the source of a document', `/${TYPES}/_source/typed-7`),
  { name: 'a document is there', method: 'HEAD', path: `/${TYPES}/_doc/typed-7` },
  { name: 'a document is not there', method: 'HEAD', path: `/${TYPES}/_doc/nobody`, isEmpty: true },
  {
    name: '_mget',
    path: `/${TYPES}/_mget`,
    body: { ids: ['typed-3', 'nobody'] },
    parts: ['docs._id', 'docs.found', 'docs._source'],
  },
  { name: 'an index is there', method: 'HEAD', path: `/${TYPES}` },
  { name: 'a data stream is there', method: 'HEAD', path: `/${STREAM}` },
  { name: 'an index is not there', method: 'HEAD', path: '/nobody', isEmpty: true },
  got('_field_caps of one field', `/${TYPES}/_field_caps?fields=level,text*,labels,attributes.region`, ['fields']),
  { name: '_field_caps by body', path: `/${TYPES}/_field_caps?fields=c*`, parts: ['fields'] },
  got('_field_caps of nobody', `/${TYPES}/_field_caps?fields=nobody`, ['fields']),
  got('_mapping', `/${TYPES}/_mapping`),
  got('_resolve/index', `/_resolve/index/${TYPES},logs-*`, ['data_streams.name', 'indices.name', 'aliases']),
  got('_cat/indices', `/_cat/indices/${TYPES}?format=json&h=index,status,docs.count,pri`, ['*']),
  got('_cat/indices as text', `/_cat/indices/${TYPES}?h=index,docs.count`),
  got('_cat/count', `/_cat/count/${STREAM}?h=count`),
  got('_stats', `/${STREAM}/_stats/docs`, ['_all.primaries.docs.count', '_all.total.docs.count']),
  got('_cluster/health', '/_cluster/health?wait_for_status=yellow&timeout=5s', [
    'timed_out',
    'number_of_data_nodes',
    'relocating_shards',
  ]),
  got('_cluster/health of an index', `/_cluster/health/${TYPES}`, ['timed_out', 'number_of_nodes']),
  { name: '_validate/query', path: `/${STREAM}/_validate/query`, body: disk, parts: ['valid'] },
  {
    name: '_validate/query of what is wrong',
    path: `/${STREAM}/_validate/query`,
    body: { query: { nonsense: {} } },
    parts: ['valid'],
  },
  inTime(
    'a point in time',
    {
      size: 5,
      sort: [{ '@timestamp': { order: 'desc', format: 'strict_date_optional_time_nanos' } }],
      ...disk,
      _source: false,
    },
    1,
  ),
  {
    ...inTime(
      'pages of a point in time',
      {
        size: 40,
        sort: [{ '@timestamp': { order: 'desc', format: 'strict_date_optional_time_nanos' } }],
        ...disk,
        _source: false,
      },
      3,
    ),
    parts: ['hits.hits._id', 'hits.total'],
  },
  {
    name: 'a point in time that is closed',
    path: `/${STREAM}/_pit?keep_alive=1m`,
    follow: ({ id }) => ({ method: 'DELETE', path: '/_pit', body: { id }, parts: ['succeeded', 'num_freed'] }),
    parts: ['succeeded', 'num_freed'],
  },
  {
    name: 'pages of a scroll',
    path: `/${STREAM}/_search?scroll=1m`,
    body: { ...disk, size: 50, sort: [{ 'attributes.seq': 'asc' }], _source: false },
    follow: ({ _scroll_id: id }) => ({ path: '/_search/scroll', body: { scroll: '1m', scroll_id: id } }),
  },
  {
    name: 'a scroll that is cleared',
    path: `/${STREAM}/_search?scroll=1m`,
    body: { size: 1 },
    follow: ({ _scroll_id: id }) => ({ method: 'DELETE', path: '/_search/scroll', body: { scroll_id: id } }),
    parts: ['succeeded', 'num_freed'],
  },
]

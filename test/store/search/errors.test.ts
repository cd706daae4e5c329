import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ElasticsearchError } from '../../../store/elasticsearch-error.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { SearchableCore } from './searchable-core.ts'

const MAPPINGS = {
  properties: {
    count: { type: 'long' },
    ok: { type: 'boolean' },
    message: { type: 'text' },
    level: { type: 'keyword' },
  },
}

/** A body, the type of its error, and what the reason names. */
const REFUSED: readonly (readonly [object, string, RegExp])[] = [
  [{ bla: 1 }, 'parsing_exception', /Unknown key for a VALUE_NUMBER in \[bla\]\./],
  [{ knn: {} }, 'parsing_exception', /START_OBJECT in \[knn\]/],
  [{ script_fields: { a: {} } }, 'illegal_argument_exception', /\[script_fields\]/],
  [{ size: -1 }, 'illegal_argument_exception', /\[size\] parameter cannot be negative, found \[-1\]/],
  [{ size: 10_001 }, 'illegal_argument_exception', /Result window is too large.*\[10000\] but was \[10001\]/],
  [{ from: 9_999, size: 2 }, 'illegal_argument_exception', /Result window is too large/],
  [{ from: 1, sort: ['_doc'], search_after: [1] }, 'action_request_validation_exception', /must be set to 0/],
  [{ search_after: [1] }, 'illegal_argument_exception', /Sort must contain at least one field/],
  [
    { sort: ['_doc'], search_after: [1, 2] },
    'illegal_argument_exception',
    /search_after has 2 value\(s\) but sort has 1/,
  ],
  [{ sort: [{ '@timestamp': 'up' }] }, 'illegal_argument_exception', /Unknown SortOrder \[up\]/],
  [{ sort: [{ '@timestamp': { nested: {} } }] }, 'x_content_parse_exception', /unknown field \[nested\]/],
  [{ sort: [{ level: { mode: 'median' } }] }, 'illegal_argument_exception', /\[median\]/],
  [{ sort: ['message'] }, 'illegal_argument_exception', /Fielddata is disabled on \[message\]/],
  [{ query: { foo: {} } }, 'parsing_exception', /unknown query \[foo\]/],
  [{ query: [] }, 'parsing_exception', /start_object/],
  [{ query: {} }, 'illegal_argument_exception', /empty clause/],
  [{ query: { match_all: {}, term: {} } }, 'parsing_exception', /\[match_all\] malformed query.*\[term\]/],
  [{ query: { match_all: { x: 1 } } }, 'parsing_exception', /\[match_all\] query does not support \[x\]/],
  [{ query: { term: { a: 1, b: 2 } } }, 'parsing_exception', /multiple fields, found \[a\] and \[b\]/],
  [{ query: { term: { a: { value: 1, x: 2 } } } }, 'parsing_exception', /\[term\] query does not support \[x\]/],
  [{ query: { term: { a: [1] } } }, 'parsing_exception', /an array/],
  [{ query: { term: { count: 'many' } } }, 'query_shard_exception', /For input string: "many"/],
  [{ query: { term: { ok: 'maybe' } } }, 'query_shard_exception', /boolean value \[maybe\]/],
  [{ query: { prefix: { count: '1' } } }, 'illegal_argument_exception', /prefix queries/],
  [{ query: { range: { '@timestamp': { gte: 'someday' } } } }, 'parse_exception', /\[someday\]/],
  [{ query: { range: { '@timestamp': { gte: 1, format: 'yyyy' } } } }, 'illegal_argument_exception', /\[yyyy\]/],
  [{ query: { range: { '@timestamp': { gte: 1, time_zone: 'Mars/Base' } } } }, 'illegal_argument_exception', /Mars/],
  [{ query: { range: { count: { gte: 1, gt: 2 } } } }, 'parsing_exception', /\[gte\] and \[gt\]/],
  [{ query: { range: { count: { gt: 1, over: 2 } } } }, 'parsing_exception', /\[over\]/],
  [{ query: { match: { message: { query: 'a', fuzziness: 1 } } } }, 'parsing_exception', /\[fuzziness\]/],
  [{ query: { match_phrase: { message: { query: 'a', slop: 2 } } } }, 'parsing_exception', /\[slop\]/],
  [{ query: { bool: { filters: [] } } }, 'x_content_parse_exception', /\[bool\] unknown field \[filters\]/],
  [{ query: { bool: { should: [{ match_all: {} }], minimum_should_match: 'some' } } }, 'query_shard_exception', /some/],
  [{ query: { regexp: { level: '(a' } } }, 'query_shard_exception', /\(a/],
  [{ query: { regexp: { level: 'a'.repeat(1001) } } }, 'illegal_argument_exception', /\[1001\].*\[1000\]/],
  [
    { query: { query_string: { query: 'a', fuzzy_max_expansions: 5 } } },
    'parsing_exception',
    /\[fuzzy_max_expansions\]/,
  ],
  [{ query: { query_string: { query: 'level:(' } } }, 'query_shard_exception', /Failed to parse query \[level:\(\]/],
  [{ query: { query_string: { query: 'foo~1' } } }, 'query_shard_exception', /foo~1/],
  [{ query: deepBool(40) }, 'illegal_argument_exception', /nested depth/],
  [{ query: { bool: { should: Array(1025).fill({ match_all: {} }) } } }, 'too_many_nested_clauses', /1024/],
  [{ aggs: { a: { top_hits: {} } } }, 'parsing_exception', /Unknown aggregation type \[top_hits\]/],
  [{ aggs: { a: {} } }, 'parsing_exception', /Missing definition for aggregation \[a\]/],
  [{ aggs: { 'a>b': { max: { field: 'count' } } } }, 'parsing_exception', /Invalid aggregation name \[a>b\]/],
  [{ aggs: { a: { terms: { field: 'level', include: '(x' } } } }, 'query_shard_exception', /\(x/],
  [{ aggs: { a: { terms: {} } } }, 'x_content_parse_exception', /\[field\]/],
  [
    { aggs: { a: { terms: { field: 'level', size: 0 } } } },
    'x_content_parse_exception',
    /\[size\] must be greater than 0/,
  ],
  [{ aggs: { a: { terms: { field: 'message' } } } }, 'illegal_argument_exception', /Fielddata/],
  [{ aggs: { a: { terms: { field: 'level', order: { nope: 'asc' } } } } }, 'illegal_argument_exception', /\[nope\]/],
  [
    { aggs: { a: { avg: { field: 'level' } } } },
    'illegal_argument_exception',
    /\[level\] of type \[keyword\].*\[avg\]/,
  ],
  [
    { aggs: { a: { avg: { field: 'count' }, aggs: { b: { max: { field: 'count' } } } } } },
    'illegal_argument_exception',
    /cannot accept sub-aggregations/,
  ],
  [{ aggs: { a: { date_histogram: { field: '@timestamp' } } } }, 'illegal_argument_exception', /fixed_interval/],
  [
    { aggs: { a: { date_histogram: { field: '@timestamp', fixed_interval: '1M' } } } },
    'x_content_parse_exception',
    /\[1M\]/,
  ],
  [
    { aggs: { a: { date_histogram: { field: '@timestamp', calendar_interval: '2d' } } } },
    'x_content_parse_exception',
    /\[2d\]/,
  ],
  [
    {
      aggs: {
        a: { date_histogram: { field: '@timestamp', fixed_interval: '1ms', extended_bounds: { min: 0, max: 1e12 } } },
      },
    },
    'too_many_buckets_exception',
    /\[65536\]/,
  ],
  [{ highlight: { fields: {}, tags_schema: 'styled' } }, 'x_content_parse_exception', /\[tags_schema\]/],
  [{ fields: [{ field: 'a', formats: 'x' }] }, 'parsing_exception', /\[formats\]/],
  [{ _source: { only: ['a'] } }, 'parsing_exception', /\[only\]/],
  [{ track_total_hits: -2 }, 'illegal_argument_exception', /track_total_hits/],
  [{ timeout: 'soon' }, 'illegal_argument_exception', /\[soon\]/],
]

function deepBool(depth: number): object {
  let query: object = { match_all: {} }
  for (let level = 0; level < depth; level++) query = { bool: { must_not: [query] } }
  return query
}

test('what is wrong or not done is refused with 400 and named', async (t) => {
  const store = new SearchableCore(temporaryDirectory(t))
  t.after(() => store.core.stop())
  store.core.putStreamTemplate(MAPPINGS)
  store.core.bulk([{ source: '{"@timestamp":"2026-11-21T00:00:00Z","level":"info"}' }])
  for (const [body, type, reason] of REFUSED) {
    await assert.rejects(
      store.search(body).then(() => assert.fail(JSON.stringify(body))),
      (error: unknown) => {
        assert(error instanceof ElasticsearchError, `${JSON.stringify(body)}: ${String(error)}`)
        assert.equal(error.status, 400, JSON.stringify(body))
        assert.equal(error.type, type, JSON.stringify(body))
        assert.match(error.message, reason)
        return true
      },
    )
  }
})

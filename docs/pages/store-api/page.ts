import { bulkRoutes } from '../../../store/api/bulk-routes.ts'
import { catRoutes } from '../../../store/api/cat-routes.ts'
import { clusterRoutes } from '../../../store/api/cluster-routes.ts'
import { contextRoutes } from '../../../store/api/context-routes.ts'
import { documentRoutes } from '../../../store/api/document-routes.ts'
import { fieldRoutes } from '../../../store/api/field-routes.ts'
import { indexRoutes } from '../../../store/api/index-routes.ts'
import { multiSearchRoutes } from '../../../store/api/multi-search-routes.ts'
import { refusedRoutes } from '../../../store/api/refused-routes.ts'
import type { Route } from '../../../store/api/route.ts'
import { searchRoutes } from '../../../store/api/search-routes.ts'
import { statsRoutes } from '../../../store/api/stats-routes.ts'
import { templateRoutes } from '../../../store/api/template-routes.ts'
import { AGGREGATION_TYPES } from '../../../store/search/aggs/parse-aggs.ts'
import { QUERY_TYPES } from '../../../store/search/query/parse-query.ts'
import { code, codeBlock, page, table } from '../markdown.ts'
import { DIFFERENCES } from './differences.ts'

/** Routes are made of what they need only when they are asked something. */
const NOTHING = {} as never

const GROUPS: readonly (readonly [string, () => readonly Route[]])[] = [
  ['Server', () => clusterRoutes(NOTHING)],
  ['Documents in', () => bulkRoutes(NOTHING)],
  ['Search', () => [...searchRoutes(NOTHING), ...multiSearchRoutes(NOTHING), ...contextRoutes(NOTHING)]],
  ['Documents by id', () => documentRoutes(NOTHING)],
  ['Fields', () => fieldRoutes(NOTHING)],
  ['Indices and data streams', () => [...indexRoutes(NOTHING), ...statsRoutes(NOTHING), ...catRoutes(NOTHING)]],
  ['Templates', () => templateRoutes(NOTHING)],
]

const START = `vedette store --storage.path=./data --web.listen-address=127.0.0.1:9200
curl -H 'Content-Type: application/x-ndjson' http://127.0.0.1:9200/_bulk --data-binary '{"create":{"_index":"notes"}}
{"@timestamp":"2026-11-21T10:00:00Z","message":"disk full on node-1","level":"error"}
'
curl 'http://127.0.0.1:9200/notes/_search?q=message:disk&pretty'
curl 'http://127.0.0.1:9200/_cat/indices?v'`

/** `store-api.md`: what of Elasticsearch's API the store has, its limits, and where it answers otherwise. */
export function storeApiPage(): string {
  return page('The store’s API', [
    'The store answers a part of the API of Elasticsearch 9 (and takes the headers of clients for 8). It needs nothing else of Vedette: Grafana’s Elasticsearch data source, the official clients and curl ask it as they ask Elasticsearch. A request, a parameter or a key that it does not know is refused with an error that names it; nothing is silently left out.',
    codeBlock('sh', START),
    '## Requests',
    'Every request takes `filter_path`, `pretty`, `human` and `error_trace`. `{index}` is a name, a list, or patterns; `-name` takes away again. Bodies may be compressed with gzip or zstd.',
    ...GROUPS.flatMap(([title, routes]) => [`### ${title}`, routesTable(routes())]),
    '### Refused',
    'These answer 400 and say what to do instead.',
    refusedRoutes()
      .map(({ methods, path }) => code(`${methods[0]} ${path}`))
      .join(', '),
    '## Queries',
    `${names(QUERY_TYPES)}. Without scores: hits that match come in the order of \`sort\`, or of their arrival, and every \`_score\` is 1. What would change a score only (\`boost\`, \`^2\`, \`tie_breaker\`) is taken and changes nothing. Fuzzy words, slop, scripts and joins are refused.`,
    QUERY_STRING,
    '## Aggregations',
    ...Object.entries(AGGREGATION_TYPES).map(([kind, types]) => `- ${kind}: ${names(types)}`),
    'Sub-aggregations nest to any depth within the limits. `cardinality` is exact up to 3000 values, `percentiles` up to 2048; beyond it both are right to about one per cent. Scripts of `bucket_script` and `bucket_selector` are one expression of numbers, `params`, arithmetic, comparisons, `?:` and functions of `Math`, and numbers are doubles; those of `moving_fn` one call of `MovingFunctions`.',
    '## Hits',
    '`_source` (paths, patterns, `includes`, `excludes`), `fields`, `docvalue_fields`, `highlight` (whole values), `sort` with `missing`, `mode`, `format`, `numeric_type`, `from` and `size` up to 10 000, `search_after`, points in time and scrolls. Dates are shown in the named ISO formats, `epoch_millis` and `epoch_second`.',
    'A point in time sees what was there when it was opened, but not what retention or the deletion of an index removed since: it holds no disk space.',
    '## Types',
    '`date`, `date_nanos`, `keyword`, `constant_keyword`, `wildcard`, `ip` and `version` (as keywords), `text` and `match_only_text` (standard analyzer), `flattened`, `byte`, `short`, `integer`, `long`, `unsigned_long`, `float`, `double`, `half_float`, `scaled_float`, `boolean`, `object`, `passthrough`, `alias`, and multi-fields. Mappings come from index templates, and a template that changes applies to what is there already. A field that none names is found too: each of its values has the type that it has in JSON.',
    '## Limits',
    LIMITS,
    'Retention removes whole days, the oldest first: by age, by bytes, and while the disk has too little free ([`retention`](store.md)).',
    '## Where it answers otherwise',
    'Cases of `test/store/contract/` are sent to a real Elasticsearch and to the store, on the same 50 000 documents. All are answered alike but these; not compared are scores, times, shards, `_ignored`, and the places that `_doc` sorts by.',
    table(
      ['What', 'Why', 'Cases'],
      DIFFERENCES.map(({ what, why, cases }) => [what, why, names(cases)]),
    ),
  ])
}

function routesTable(routes: readonly Route[]): string {
  const rows = new Map<string, readonly [string, string]>()
  for (const { methods, path, parameters } of routes) {
    const said = parameters.length === 0 ? '' : names([...new Set(parameters)].sort())
    const before = rows.get(path)
    rows.set(path, [before === undefined ? methods.join(', ') : `${before[0]}, ${methods.join(', ')}`, said])
  }
  return table(
    ['Path', 'Methods', 'Parameters'],
    [...rows].map(([path, [methods, parameters]]) => [code(path), methods, parameters]),
  )
}

function names(list: readonly string[]): string {
  return list.map(code).join(', ')
}

const QUERY_STRING =
  '`query_string` has all of Lucene’s syntax but distances: `field:value`, `field:(a OR b)`, `"a phrase"`, `AND`, `OR`, `NOT`, `&&`, `||`, `!`, `+`, `-`, parentheses, `*` and `?`, `/regular expressions/` (RE2), `[a TO b]`, `{a TO b}`, `[a TO *]`, `>=1`, `_exists_:field`, and a backslash before a character that means itself. Boosts are ignored, `~` is refused.'

const LIMITS = table(
  ['Limit', 'Value', 'Beyond it'],
  [
    ['Request body, on the wire and decompressed', '`limits.request_bytes`', '413'],
    ['Bodies of all requests together', '`limits.in_flight_bytes`', '429 with `Retry-After`'],
    ['Search body', '4 MiB, clauses nested 30 deep, 1024 clauses', '413 or 400'],
    ['Searches at once', '4, and 64 that wait', '429 with `Retry-After`'],
    ['Time of a search', '`limits.search_duration`', 'what was found, with `timed_out`'],
    ['Buckets of a search', '`limits.search_buckets`', '400 `too_many_buckets_exception`'],
    ['Hits together', '96 MiB', '429 `circuit_breaking_exception`'],
    ['`from` + `size`', '10 000', '400'],
    ['Points in time and scrolls', '500 each, for 24 hours', '429 or 400'],
    ['Searches of an `_msearch`', '500', '400'],
  ],
)

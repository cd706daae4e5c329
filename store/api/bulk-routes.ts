import type { BulkIndexer } from '../bulk/indexer.ts'
import { BulkItems, parseBulk } from '../bulk/parse-bulk.ts'
import { illegalArgument } from '../elasticsearch-error.ts'
import type { ShapeRegistry } from '../json/shape.ts'
import type { StoreCounters } from '../metrics.ts'
import { bulkAnswer } from './bulk-answer.ts'
import { parseFilterPath } from './filter-path.ts'
import type { ApiAnswer, ApiRequest, Route } from './route.ts'
import { parseFlag, parseTimeValue } from './time-value.ts'

export interface BulkRoutesOptions {
  readonly indexer: BulkIndexer
  readonly shapes: ShapeRegistry
  readonly counters: StoreCounters
}

const PARAMETERS = ['refresh', 'timeout', 'wait_for_active_shards', 'require_data_stream', 'include_source_on_error']

/** Memory of an unusually large request is not kept for the next. */
const MAX_KEPT_BYTES = 16 * 1024 ** 2

/** `_bulk`: parse > check > dedup > columns > commit, and what became of each item. */
export function bulkRoutes(options: BulkRoutesOptions): Route[] {
  // Requests are handled one after the other, so one set of memory does for all of them.
  let items = new BulkItems()
  const handle = (request: ApiRequest, body: Buffer) => {
    if (items.memoryBytes > MAX_KEPT_BYTES) items = new BulkItems()
    return runBulk(options, items, request, body)
  }
  return ['/_bulk', '/{index}/_bulk'].map((path) => ({
    methods: ['POST', 'PUT'],
    path,
    parameters: PARAMETERS,
    handle,
  }))
}

function runBulk(
  { indexer, shapes, counters }: BulkRoutesOptions,
  items: BulkItems,
  { path, parameters }: ApiRequest,
  body: Buffer,
): ApiAnswer {
  const startedAt = performance.now()
  checkParameters(parameters)
  parseBulk(body, shapes, items)
  const outcome = indexer.run(items, {
    index: path.index,
    requireDataStream: parseFlag(parameters.get('require_data_stream'), 'require_data_stream', false),
    includeSourceOnError: parseFlag(parameters.get('include_source_on_error'), 'include_source_on_error', true),
  })
  counters.created += outcome.created
  counters.duplicates += outcome.duplicates
  counters.rejected += items.count - outcome.created - outcome.duplicates
  counters.bulkBytes += body.length
  const filter = parseFilterPath(parameters.get('filter_path'))
  const tookMs = Math.round(performance.now() - startedAt)
  return { status: 200, body: bulkAnswer(items, outcome, tookMs, filter), isFiltered: true }
}

/** What is committed can be searched at once and there is one copy, so these hold whatever they say, if it makes sense. */
function checkParameters(parameters: ReadonlyMap<string, string>): void {
  const refresh = parameters.get('refresh')
  if (refresh !== undefined && !['', 'true', 'false', 'wait_for'].includes(refresh))
    throw illegalArgument(`Unknown value for refresh: [${refresh}].`)
  parseTimeValue(parameters.get('timeout'), 'timeout')
  const shards = parameters.get('wait_for_active_shards')
  if (shards !== undefined && !/^(?:all|0|1)$/.test(shards))
    throw illegalArgument(`cannot wait for [${shards}] active shards: this store has one copy of everything`)
}

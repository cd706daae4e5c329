import type { ActionDefaults } from './action.ts'
import { illegalArgument } from './api-error.ts'
import { parseFilterPath } from './filter-path.ts'

export interface BulkParameters {
  readonly defaults: ActionDefaults
  readonly filter: ((answer: object) => object) | undefined
}

/** Taken as they are: how an answer looks, or what a queue that answers first can promise anyway. */
const WITHOUT_MEANING = [
  ...['pretty', 'human', 'error_trace', 'timeout', 'wait_for_active_shards', 'include_source_on_error'],
  ...['list_executed_pipelines', '_source', '_source_includes', '_source_excludes', 'master_timeout', 'type'],
]

/**
 * Reads what stands behind the path of a bulk request.
 *
 * @throws ApiError 400 that names what is not understood or can't be done
 */
export function parseBulkParameters(url: string, index: string | undefined): BulkParameters {
  const at = url.indexOf('?')
  const given = new Map(new URLSearchParams(at < 0 ? '' : url.slice(at + 1)))
  const take = (name: string) => {
    const value = given.get(name)
    given.delete(name)
    return value
  }
  const refresh = take('refresh')
  if (refresh !== undefined && refresh !== 'false') {
    throw illegalArgument(`[refresh=${refresh}] cannot be done: documents are indexed after they were queued`)
  }
  if (parseFlag('require_alias', take('require_alias')) === true)
    throw illegalArgument('[require_alias] cannot be done here')
  const pipeline = take('pipeline')
  const defaults = {
    index,
    pipeline: pipeline === '' || pipeline === '_none' ? undefined : pipeline,
    routing: take('routing'),
    requireDataStream: parseFlag('require_data_stream', take('require_data_stream')),
  }
  const filter = parseFilterPath(take('filter_path'))
  const unknown = [...given.keys()].find((name) => !WITHOUT_MEANING.includes(name))
  if (unknown !== undefined) throw illegalArgument(`request [_bulk] contains unrecognized parameter: [${unknown}]`)
  return { defaults, filter }
}

function parseFlag(name: string, value: string | undefined): boolean | undefined {
  if (value === undefined) return undefined
  if (value === '' || value === 'true') return true
  if (value === 'false') return false
  throw illegalArgument(`Failed to parse value [${value}] of [${name}] as only [true] or [false] are allowed.`)
}

import type { Index, Indices } from '../index/indices.ts'
import type { ApiRequest } from './route.ts'
import { parseFlag } from './time-value.ts'

/** Parameters about what an expression of index names means. */
export const EXPRESSION_PARAMETERS = ['ignore_unavailable', 'allow_no_indices', 'expand_wildcards', 'ignore_throttled']

/** @throws ElasticsearchError index_not_found_exception */
export function resolveIndices(
  indices: Indices,
  { path, parameters }: Pick<ApiRequest, 'path' | 'parameters'>,
): readonly Index[] {
  return indices.resolve(path.index ?? '', {
    ignoreUnavailable: parseFlag(parameters.get('ignore_unavailable'), 'ignore_unavailable', false),
    allowNoIndices: parseFlag(parameters.get('allow_no_indices'), 'allow_no_indices', true),
  })
}

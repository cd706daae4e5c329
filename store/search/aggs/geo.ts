import { illegalArgument } from '../../elasticsearch-error.ts'
import type { AggregationNode } from './aggregator.ts'
import { FieldSource } from './field-source.ts'
import { requireField, requireOptions } from './options.ts'

/** Grids over places. No field of this store is one: a field that is not there has no buckets, any other is an error. */
export function parseGeoGrid(type: 'geohash_grid' | 'geotile_grid') {
  return (body: unknown): Omit<AggregationNode, 'meta'> => {
    const options = requireOptions(type, body, ['field', 'precision', 'size', 'shard_size', 'bounds'])
    const field = requireField(type, options)
    return {
      build: (context) => {
        const { type: known } = new FieldSource(field, context)
        if (known !== undefined)
          throw illegalArgument(`Field [${field}] of type [${known.name}] is not supported for aggregation [${type}]`)
        return { collect: () => {}, result: () => ({ buckets: [] }) }
      },
    }
  }
}

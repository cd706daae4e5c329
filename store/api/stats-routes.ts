import type { DayFiles } from '../disk/day-files.ts'
import { type IndexSize, indexSizes } from '../index/index-sizes.ts'
import type { Index, Indices } from '../index/indices.ts'
import { EXPRESSION_PARAMETERS, resolveIndices } from './index-expression.ts'
import { type ApiRequest, answer, type Route } from './route.ts'

export interface StatsRoutesOptions {
  readonly indices: Indices
  readonly files: DayFiles
}

const PARAMETERS = [...EXPRESSION_PARAMETERS, 'level', 'forbid_closed_indices', 'metric']

/** `_stats` and `_resolve/index`: what there is, and how much of it. */
export function statsRoutes(options: StatsRoutesOptions): Route[] {
  const handle = (request: ApiRequest) => answer(stats(options, resolveIndices(options.indices, request)))
  return [
    ...['/_stats', '/_stats/{metric}', '/{index}/_stats', '/{index}/_stats/{metric}'].map((path) => ({
      methods: ['GET'],
      path,
      parameters: PARAMETERS,
      handle,
    })),
    {
      methods: ['GET', 'POST'],
      path: '/_resolve/index/{index}',
      parameters: EXPRESSION_PARAMETERS,
      handle: (request) => answer(resolve(options.indices, resolveIndices(options.indices, request))),
    },
  ]
}

const NOTHING: IndexSize = { documents: 0, bytes: 0 }

function stats({ files }: StatsRoutesOptions, found: readonly Index[]): Record<string, unknown> {
  const sizes = indexSizes(files)
  const all = { documents: 0, bytes: 0 }
  const shown = found.map((index) => {
    const size = sizes.get(index.uid) ?? NOTHING
    all.documents += size.documents
    all.bytes += size.bytes
    const both = bothCopies(size)
    return [index.shownName, { uuid: index.uid.toString(36), health: 'green', status: 'open', ...both }] as const
  })
  const { length: total } = found
  return { _shards: { total, successful: total, failed: 0 }, _all: bothCopies(all), indices: Object.fromEntries(shown) }
}

/** There is one copy of everything: all copies are the primary one. */
function bothCopies({ documents, bytes }: IndexSize): Record<string, unknown> {
  const numbers = {
    docs: { count: documents, deleted: 0, total_size_in_bytes: bytes },
    store: { size_in_bytes: bytes, total_data_set_size_in_bytes: bytes, reserved_in_bytes: 0 },
  }
  return { primaries: numbers, total: numbers }
}

function resolve(indices: Indices, found: readonly Index[]): Record<string, unknown> {
  const aliases = new Map<string, string[]>()
  for (const index of found)
    for (const alias of indices.planOf(index).aliases) aliases.set(alias, [...(aliases.get(alias) ?? []), index.name])
  return {
    indices: found
      .filter(({ kind }) => kind === 'index')
      .map((index) => {
        const { aliases: names } = indices.planOf(index)
        return {
          name: index.name,
          ...(names.length === 0 ? {} : { aliases: names }),
          attributes: ['open'],
          mode: 'standard',
        }
      }),
    aliases: [...aliases].map(([name, names]) => ({ name, indices: names })),
    data_streams: found
      .filter(({ kind }) => kind === 'data_stream')
      .map(({ name, shownName }) => ({ name, backing_indices: [shownName], timestamp_field: '@timestamp' })),
  }
}

import { ElasticsearchError, illegalArgument } from '../elasticsearch-error.ts'
import type { Index, Indices } from '../index/indices.ts'
import { ACKNOWLEDGED, type ApiAnswer, answer, type Route } from './route.ts'

export interface IndexRoutesOptions {
  readonly indices: Indices
  /** Called when indices are gone, so that their documents are removed too. */
  readonly onDelete: () => void
}

const EXPRESSION_PARAMETERS = ['expand_wildcards', 'ignore_unavailable', 'allow_no_indices']
const WAIT_PARAMETERS = ['master_timeout', 'timeout']

/** Data streams and indices: create, list, delete. */
export function indexRoutes(options: IndexRoutesOptions): Route[] {
  const { indices } = options
  const list = (expression: string) => listDataStreams(indices, expression)
  return [
    { methods: ['GET'], path: '/_data_stream', parameters: EXPRESSION_PARAMETERS, handle: () => list('*') },
    {
      methods: ['GET'],
      path: '/_data_stream/{name}',
      parameters: [...EXPRESSION_PARAMETERS, 'master_timeout', 'include_defaults', 'verbose'],
      handle: ({ path }) => list(path.name!),
    },
    {
      methods: ['PUT'],
      path: '/_data_stream/{name}',
      parameters: WAIT_PARAMETERS,
      handle: ({ path }) => {
        indices.createDataStream(path.name!)
        return ACKNOWLEDGED
      },
    },
    {
      methods: ['DELETE'],
      path: '/_data_stream/{name}',
      parameters: [...EXPRESSION_PARAMETERS, ...WAIT_PARAMETERS],
      handle: ({ path }) => remove(options, dataStreams(indices, path.name!)),
    },
    {
      methods: ['DELETE'],
      path: '/{index}',
      parameters: [...EXPRESSION_PARAMETERS, ...WAIT_PARAMETERS],
      handle: ({ path }) => deleteIndices(options, path.index!),
    },
    {
      methods: ['HEAD'],
      path: '/{index}',
      parameters: [...EXPRESSION_PARAMETERS, 'local', 'flat_settings', 'include_defaults'],
      handle: ({ path }) => ({
        status: indices.resolve(path.index!, { ignoreUnavailable: true }).length === 0 ? 404 : 200,
        body: undefined,
      }),
    },
  ]
}

function dataStreams(indices: Indices, expression: string): readonly Index[] {
  return indices.resolve(expression).filter(({ kind }) => kind === 'data_stream')
}

function listDataStreams(indices: Indices, expression: string): ApiAnswer {
  return answer({ data_streams: dataStreams(indices, expression).map((index) => describeStream(indices, index)) })
}

function describeStream(indices: Indices, index: Index): Record<string, unknown> {
  const { template, lifecycle } = indices.planOf(index)
  return {
    name: index.name,
    timestamp_field: { name: '@timestamp' },
    indices: [{ index_name: index.shownName, index_uuid: index.uid.toString(36) }],
    generation: 1,
    status: 'GREEN',
    ...(template === undefined ? {} : { template }),
    ...(lifecycle === undefined ? {} : { lifecycle }),
    hidden: false,
    system: false,
    allow_custom_routing: false,
    replicated: false,
  }
}

/** A whole-store wildcard is a slip more often than a wish, and Elasticsearch refuses it too. */
function deleteIndices(options: IndexRoutesOptions, expression: string): ApiAnswer {
  if (expression.includes('*') || expression === '_all') {
    throw illegalArgument('Wildcard expressions or all indices are not allowed')
  }
  const found = options.indices.resolve(expression)
  const stream = found.find(
    ({ kind, name, shownName }) =>
      kind === 'data_stream' && [name, shownName].some((known) => expression.split(',').includes(known)),
  )
  if (stream !== undefined) {
    throw illegalArgument(
      `index [${stream.shownName}] is the write index for data stream [${stream.name}] and cannot be deleted; delete the data stream`,
    )
  }
  const alias = found.find(({ name }) => !expression.split(',').includes(name))
  if (alias !== undefined) {
    throw new ElasticsearchError(
      400,
      'illegal_argument_exception',
      `The provided expression [${expression}] matches an alias, specify the corresponding concrete indices instead.`,
    )
  }
  return remove(options, found)
}

function remove({ indices, onDelete }: IndexRoutesOptions, found: readonly Index[]): ApiAnswer {
  indices.delete(found)
  onDelete()
  return ACKNOWLEDGED
}

import { ApiError, illegalArgument } from './api-error.ts'
import { problemOfIndexName } from './index-name.ts'

export type Operation = 'create' | 'index' | 'update' | 'delete'

/** What an action line asks for. */
export interface Action {
  readonly operation: Operation
  readonly index: string
  readonly id: string | undefined
  /** What is handed on to Elasticsearch with the document. */
  readonly pipeline: string | undefined
  readonly routing: string | undefined
  readonly requireDataStream: boolean | undefined
  /** Why the item is refused. */
  readonly problem: ApiError | undefined
}

/** What the request says for all of its items. */
export interface ActionDefaults {
  readonly index: string | undefined
  readonly pipeline: string | undefined
  readonly routing: string | undefined
  readonly requireDataStream: boolean | undefined
}

const OPERATIONS: readonly string[] = ['create', 'index', 'update', 'delete'] satisfies Operation[]
const HANDED_ON = ['_index', '_id', 'pipeline', 'routing', 'require_data_stream']
/** No more is there to do for them here. */
const WITHOUT_MEANING = ['list_executed_pipelines', 'retry_on_conflict', '_source']
/** Elasticsearch would do them; a queue that answers first can't say how they ended. */
const REFUSED = ['version', 'version_type', 'if_seq_no', 'if_primary_term', 'dynamic_templates', 'require_alias']
/** What shippers for versions before 8 still write. */
const TYPE = '_type'
const MAX_ID_BYTES = 512

/**
 * Reads an action line.
 *
 * @param line its number in the body, from one
 * @throws ApiError for a line that makes no sense; then the whole request has none
 */
export function readAction(text: string, line: number, defaults: ActionDefaults): Action {
  const [operation, metadata] = parseLine(text, line)
  const index = readText(metadata, '_index', line) ?? defaults.index
  if (index === undefined) {
    throw new ApiError(400, 'action_request_validation_exception', `Validation Failed: ${line}: index is missing;`)
  }
  const id = typeof metadata._id === 'number' ? String(metadata._id) : readText(metadata, '_id', line)
  return {
    ...{ operation, index, id },
    pipeline: without(readText(metadata, 'pipeline', line) ?? defaults.pipeline, '_none'),
    routing: readText(metadata, 'routing', line) ?? defaults.routing,
    requireDataStream: readFlag(metadata, 'require_data_stream', line) ?? defaults.requireDataStream,
    problem: problemOf(operation, index, id, metadata),
  }
}

function problemOf(
  operation: Operation,
  index: string,
  id: string | undefined,
  metadata: Metadata,
): ApiError | undefined {
  if (operation === 'update' || operation === 'delete') {
    return illegalArgument(`this collector only adds documents; it does not [${operation}] them`)
  }
  const refused = REFUSED.find(
    (key) => metadata[key] !== undefined && metadata[key] !== null && metadata[key] !== false,
  )
  if (refused !== undefined) return illegalArgument(`this collector does not do [${refused}] of a bulk action`)
  const wrongName = problemOfIndexName(index)
  if (wrongName !== undefined) {
    return new ApiError(400, 'invalid_index_name_exception', `Invalid index name [${index}], ${wrongName}`)
  }
  if (id === '') return illegalArgument('if _id is specified it must not be empty')
  if (id !== undefined && Buffer.byteLength(id) > MAX_ID_BYTES) {
    return illegalArgument(
      `id is too long, must be no longer than ${MAX_ID_BYTES} bytes but was: ${Buffer.byteLength(id)}`,
    )
  }
  return undefined
}

type Metadata = Readonly<Record<string, unknown>>

function parseLine(text: string, line: number): readonly [Operation, Metadata] {
  const malformed = (why: string) => illegalArgument(`Malformed action/metadata line [${line}], ${why}`)
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    throw malformed('it is not JSON')
  }
  if (!isObject(parsed)) throw malformed('expected START_OBJECT')
  const [entry, ...others] = Object.entries(parsed)
  if (entry === undefined || others.length > 0) throw malformed('expected one action in it')
  const [operation, metadata] = entry
  if (!OPERATIONS.includes(operation)) {
    throw malformed(`expected field [create], [delete], [index] or [update] but found [${operation}]`)
  }
  if (!isObject(metadata)) throw malformed(`expected START_OBJECT for [${operation}]`)
  const known = [...HANDED_ON, ...WITHOUT_MEANING, ...REFUSED, TYPE]
  const unknown = Object.keys(metadata).find((key) => !known.includes(key))
  if (unknown !== undefined) {
    throw illegalArgument(`Action/metadata line [${line}] contains an unknown parameter [${unknown}]`)
  }
  return [operation as Operation, metadata]
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function readText(metadata: Metadata, key: string, line: number): string | undefined {
  const value = metadata[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'string') return value
  throw illegalArgument(`Malformed action/metadata line [${line}], expected a simple value for field [${key}]`)
}

function readFlag(metadata: Metadata, key: string, line: number): boolean | undefined {
  const value = metadata[key]
  if (value === undefined || value === null) return undefined
  if (typeof value === 'boolean') return value
  throw illegalArgument(`Malformed action/metadata line [${line}], expected a boolean for field [${key}]`)
}

function without(value: string | undefined, none: string): string | undefined {
  return value === none ? undefined : value
}

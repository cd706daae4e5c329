import { ElasticsearchError } from '../elasticsearch-error.ts'

const FORBIDDEN = ['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#', ':']
const MAX_NAME_BYTES = 255

/** @throws ElasticsearchError invalid_index_name_exception that says what is wrong with a name for a new index */
export function requireIndexName(name: string): void {
  const problem = problemOf(name)
  if (problem === undefined) return
  throw new ElasticsearchError(400, 'invalid_index_name_exception', `Invalid index name [${name}], ${problem}`, {
    extra: { index_uuid: '_na_', index: name },
  })
}

function problemOf(name: string): string | undefined {
  if (name === '') return 'must not be empty'
  if (name !== name.toLowerCase()) return 'must be lowercase'
  if (name === '.' || name === '..') return "must not be '.' or '..'"
  if (/^[_\-+]/.test(name)) return "must not start with '_', '-', or '+'"
  if (name.startsWith('.ds-')) return "must not start with '.ds-'"
  const forbidden = FORBIDDEN.find((character) => name.includes(character))
  if (forbidden !== undefined) return `must not contain the following characters ['${FORBIDDEN.join("','")}']`
  if (Buffer.byteLength(name) > MAX_NAME_BYTES)
    return `index name is too long, (${Buffer.byteLength(name)} > ${MAX_NAME_BYTES})`
  return undefined
}

/** The name that Elasticsearch would give to the index behind a data stream; answers carry it as `_index`. */
export function backingIndexName(stream: string, createdMs: number): string {
  const date = new Date(createdMs).toISOString().slice(0, 10).replaceAll('-', '.')
  return `.ds-${stream}-${date}-000001`
}

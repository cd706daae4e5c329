const FORBIDDEN = ['\\', '/', '*', '?', '"', '<', '>', '|', ' ', ',', '#', ':']
const MAX_NAME_BYTES = 255
/** Elasticsearch has templates of its own that make data streams of these. */
const DATA_STREAM = /^(?:logs|metrics|traces|synthetics|profiling)-[^-]+-.+$/

/** What is wrong with a name for an index or data stream, in Elasticsearch's words (its rules for `PUT /<index>`). */
export function problemOfIndexName(name: string): string | undefined {
  if (name === '') return 'must not be empty'
  if (name !== name.toLowerCase()) return 'must be lowercase'
  if (name === '.' || name === '..') return "must not be '.' or '..'"
  if (/^[_\-+]/.test(name)) return "must not start with '_', '-', or '+'"
  if (FORBIDDEN.some((character) => name.includes(character))) {
    return `must not contain the following characters ['${FORBIDDEN.join("','")}']`
  }
  const bytes = Buffer.byteLength(name)
  return bytes > MAX_NAME_BYTES ? `index name is too long, (${bytes} > ${MAX_NAME_BYTES})` : undefined
}

/** Whether a name is one of Elasticsearch's scheme for data streams, `<type>-<dataset>-<namespace>`. */
export function isDataStreamName(name: string): boolean {
  return DATA_STREAM.test(name)
}

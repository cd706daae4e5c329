import type { LogRecord } from '#lib/query/log-record.ts'
import { type Instant, parseInstant } from './instant.ts'

/** A hit of a search, as far as it is read. */
export interface Hit {
  readonly _id: string
  readonly _source?: unknown
  readonly fields?: Readonly<Record<string, unknown>>
}

type JsonObject = Readonly<Record<string, unknown>>

/** What a record has of its own and may lack. */
type Place = 'severity' | 'namespace' | 'pod' | 'container' | 'node' | 'stream' | 'trace_id' | 'span_id'

/** Attributes of the resource with a place of their own in a record. */
const PLACES_IN_RESOURCE: readonly (readonly [Place, string])[] = [
  ['namespace', 'k8s.namespace.name'],
  ['pod', 'k8s.pod.name'],
  ['container', 'k8s.container.name'],
  ['node', 'k8s.node.name'],
]
const STREAM = 'log.iostream'

/** The exact time of a hit, from the formatted field; undefined if there is none. */
export function timeOf(hit: Hit): Instant | undefined {
  const values = hit.fields?.['@timestamp']
  const value: unknown = Array.isArray(values) ? values[0] : values
  return typeof value === 'string' ? parseInstant(value) : undefined
}

/** Turns a document into the record that the API answers. Documents of other shippers are read as far as they go. */
export function toRecord(hit: Hit, time: Instant): LogRecord {
  const source = objectOf(hit._source)
  const resource = flatten(objectOf(objectOf(source.resource).attributes))
  const attributes = flatten(objectOf(source.attributes))
  const places: Partial<Record<Place, string>> = {}
  add(places, 'severity', source.severity_text)
  for (const [name, key] of PLACES_IN_RESOURCE) {
    add(places, name, resource.get(key))
    resource.delete(key)
  }
  add(places, 'stream', attributes.get(STREAM))
  attributes.delete(STREAM)
  const ids: Partial<Record<Place, string>> = {}
  add(ids, 'trace_id', source.trace_id)
  add(ids, 'span_id', source.span_id)
  return {
    ...{ id: hit._id, time, ...places, text: textOf(source), ...ids },
    ...(attributes.size > 0 && { attributes: Object.fromEntries(attributes) }),
    ...(resource.size > 0 && { resource: Object.fromEntries(resource) }),
  }
}

function add(places: Partial<Record<Place, string>>, name: Place, value: unknown): void {
  if (typeof value === 'string' && value !== '') places[name] = value
  else if (typeof value === 'number' || typeof value === 'boolean') places[name] = String(value)
}

function textOf(source: JsonObject): string {
  const body = source.body ?? source.message
  if (typeof body === 'string') return body
  const { text, structured } = objectOf(body)
  if (typeof text === 'string') return text
  return JSON.stringify(structured ?? text ?? body ?? '')
}

function objectOf(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
}

/** Keys with dots and objects in objects say the same thing; here all become keys with dots. */
function flatten(object: JsonObject, prefix = '', into = new Map<string, unknown>()): Map<string, unknown> {
  for (const [key, value] of Object.entries(object)) {
    const inner = objectOf(value)
    if (Object.keys(inner).length > 0) flatten(inner, `${prefix}${key}.`, into)
    else into.set(prefix + key, value)
  }
  return into
}

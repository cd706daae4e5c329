import { illegalArgument } from '../elasticsearch-error.ts'
import { isObject, type JsonObject } from './json-object.ts'

/** Index settings by their whole name, such as `index.number_of_replicas`; values are text, as Elasticsearch keeps them. */
export type IndexSettings = ReadonlyMap<string, string>

/**
 * Settings that are taken. But for `index.query.default_field` they are about shards, files and limits that a store on
 * one machine does not have; searches answer the same with and without them.
 */
const KNOWN = [
  'index.auto_expand_replicas',
  'index.codec',
  'index.hidden',
  'index.lifecycle.name',
  'index.lifecycle.prefer_ilm',
  'index.mapping.coerce',
  'index.mapping.depth.limit',
  'index.mapping.field_name_length.limit',
  'index.mapping.ignore_malformed',
  'index.mapping.nested_fields.limit',
  'index.mapping.nested_objects.limit',
  'index.mapping.total_fields.ignore_dynamic_beyond_limit',
  'index.mapping.total_fields.limit',
  'index.max_docvalue_fields_search',
  'index.max_result_window',
  'index.mode',
  'index.number_of_replicas',
  'index.number_of_shards',
  'index.query.default_field',
  'index.refresh_interval',
  'index.routing.allocation.include._tier_preference',
  'index.sort.field',
  'index.sort.missing',
  'index.sort.mode',
  'index.sort.order',
  'index.translog.durability',
  'index.translog.sync_interval',
  'index.translog.flush_threshold_size',
]

/** @throws ElasticsearchError that names a setting which this store does not have */
export function parseSettings(settings: unknown): IndexSettings {
  const flat = new Map<string, string>()
  if (settings === undefined || settings === null) return flat
  if (!isObject(settings)) throw illegalArgument('[settings] must be an object')
  flatten(settings, '', flat)
  for (const name of flat.keys()) {
    if (!KNOWN.includes(name)) {
      throw illegalArgument(
        `unknown setting [${name}] please check that any required plugins are installed, or check the breaking changes documentation for removed settings`,
      )
    }
  }
  return flat
}

function flatten(settings: JsonObject, prefix: string, into: Map<string, string>): void {
  for (const [key, value] of Object.entries(settings)) {
    const path = prefix === '' ? key : `${prefix}.${key}`
    if (isObject(value)) flatten(value, path, into)
    else if (value !== null)
      into.set(
        path.startsWith('index.') ? path : `index.${path}`,
        Array.isArray(value) ? value.join(',') : String(value),
      )
  }
}

/** As Elasticsearch shows settings: nested, with texts as values. */
export function printSettings(settings: IndexSettings): JsonObject {
  const root: Record<string, unknown> = {}
  for (const [name, value] of settings) {
    const keys = name.split('.')
    let here = root
    for (const key of keys.slice(0, -1)) {
      const next = isObject(here[key]) ? here[key] : {}
      here[key] = next
      here = next as Record<string, unknown>
    }
    here[keys.at(-1)!] = value
  }
  return root
}

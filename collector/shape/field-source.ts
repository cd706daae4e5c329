import { SEVERITIES } from '#lib/parse/severity-names.ts'
import type { RecordView } from './record-view.ts'
import type { ResourceView } from './resource-view.ts'

/** Names of fields that are written for short. */
const RESOURCE_FIELDS: Readonly<Record<string, string>> = {
  namespace: 'k8s.namespace.name',
  pod: 'k8s.pod.name',
  container: 'k8s.container.name',
  node: 'k8s.node.name',
  service: 'service.name',
}
const STREAM_KEY = Buffer.from('log.iostream')
const LEVEL_STEP = 4

/** A field of a record that a configuration names. */
export interface FieldSource {
  /** Whether it is the same for all records of a resource. */
  readonly isOfResource: boolean
  /** Its value; empty if there is none. */
  of(resource: ResourceView, record: RecordView): string
}

export const FIELD_SOURCES =
  '`namespace`, `pod`, `container`, `node`, `service`, `level`, `stream`, `label:<name>` of the pod, `resource:<attribute>`, `attribute:<name>` of the record, `json:<key>.<key>` of a text that is a JSON object'

/** The field that a name stands for, or undefined. */
export function parseFieldSource(name: string): FieldSource | undefined {
  const [kind, key] = split(name)
  if (key === undefined) {
    if (kind === 'level') return { isOfResource: false, of: (_resource, record) => levelOf(record.severityNumber) }
    if (kind === 'stream') return ofRecord(STREAM_KEY)
    return Object.hasOwn(RESOURCE_FIELDS, kind) ? ofResource(RESOURCE_FIELDS[kind]!) : undefined
  }
  if (key === '') return undefined
  if (kind === 'label') return ofResource(`k8s.pod.label.${key}`)
  if (kind === 'resource') return ofResource(key)
  if (kind === 'json') return ofJson(key.split('.'))
  return kind === 'attribute' ? ofRecord(Buffer.from(key)) : undefined
}

/** The name of a severity, as it is counted and filtered; empty if there is none. */
function levelOf(severityNumber: number): string {
  if (severityNumber < 1) return ''
  return SEVERITIES[Math.ceil(severityNumber / LEVEL_STEP) - 1] ?? ''
}

function ofResource(key: string): FieldSource {
  return { isOfResource: true, of: ({ texts }) => texts.get(key) ?? '' }
}

function ofRecord(key: Buffer): FieldSource {
  return { isOfResource: false, of: (_resource, { attributes }) => attributes.textOf(key) ?? '' }
}

/** A value in the object that the text is, by the keys on the way to it; lists, objects and what is not there are empty. */
function ofJson(keys: readonly string[]): FieldSource {
  return {
    isOfResource: false,
    of(_resource, record) {
      let value: unknown = record.json
      for (const key of keys) {
        if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return ''
        value = (value as Readonly<Record<string, unknown>>)[key]
      }
      return typeof value === 'object' ? '' : String(value)
    },
  }
}

function split(name: string): readonly [string, string | undefined] {
  const colon = name.indexOf(':')
  return colon < 0 ? [name, undefined] : [name.slice(0, colon), name.slice(colon + 1)]
}

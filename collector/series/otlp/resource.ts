import { RESOURCE, SCOPE } from '#lib/otlp/fields.ts'
import { ProtoReader } from '#lib/otlp/proto-reader.ts'
import { rangesOf } from '#lib/otlp/ranges.ts'
import type { SeriesFamily, SeriesSource } from '../series-sink.ts'
import { type Attributes, decodeAttributes } from './attributes.ts'
import type { BaseLabels } from './labels.ts'
import { translateLabel } from './translate-name.ts'

/** What of a resource and scope becomes labels. */
export interface LabelOptions {
  /** Attributes of resources that all of their series get as labels. */
  readonly promoted: readonly string[]
  /** Whether series have labels that name their scope. */
  readonly hasScopeLabels: boolean
}

/** A resource in Prometheus' terms. */
export interface ResourceDescription {
  readonly source: SeriesSource
  readonly attributes: Attributes
  /** Labels of its `target_info`; undefined if there is nothing to tell. */
  readonly info: readonly string[] | undefined
}

export const TARGET_INFO: SeriesFamily = {
  ...{ name: 'target_info', type: 'info', help: 'Attributes of the resource.', unit: '' },
}
/** They are in `job`, `instance` and `node`. */
const IDENTIFYING = new Set(['service.name', 'service.namespace', 'service.instance.id', 'k8s.node.name'])

/** Reads a Resource message; undefined if its attributes are malformed, too many or too deep. */
export function describeResource(bytes: Buffer): ResourceDescription | undefined {
  const ranges = rangesOf(bytes, 0, bytes.length, RESOURCE.attributes)
  const attributes = decodeAttributes(bytes, ranges, ranges.length / 2)
  if (attributes === undefined) return undefined
  const get = (key: string) => attributes.get(key) ?? ''
  const name = get('service.name')
  const namespace = get('service.namespace')
  const job = name === '' || namespace === '' ? name : `${namespace}/${name}`
  const instance = get('service.instance.id')
  const node = get('k8s.node.name') || get('host.name')
  const source: SeriesSource = { transport: 'otlp', job, instance, node, isKept: false }
  const others = [...attributes].filter(([key]) => !IDENTIFYING.has(key))
  const identity: [string, string][] = [
    ['instance', instance],
    ['job', job],
    ['node', node],
  ]
  const labels = new Map([...others.map(([key, value]) => [translateLabel(key), value] as const), ...identity])
  const info = [...labels].sort(([a], [b]) => (a < b ? -1 : 1)).flat()
  return { source, attributes, info: others.length === 0 || (job === '' && instance === '') ? undefined : info }
}

/** The labels that all series of a resource and scope have. */
export function baseLabels(
  { source, attributes }: ResourceDescription,
  scope: Buffer,
  { promoted, hasScopeLabels }: LabelOptions,
): BaseLabels {
  const firm = new Map<string, string>()
  if (source.job !== '') firm.set('job', source.job)
  if (source.instance !== '') firm.set('instance', source.instance)
  const yielding = new Map<string, string>()
  if (source.node !== '') yielding.set('node', source.node)
  for (const key of promoted) {
    const value = attributes.get(key)
    if (value !== undefined) yielding.set(translateLabel(key), value)
  }
  if (hasScopeLabels) addScope(firm, scope)
  return { firm, yielding }
}

function addScope(labels: Map<string, string>, scope: Buffer): void {
  const reader = new ProtoReader(scope)
  for (let field = reader.next(); field !== 0; field = reader.next()) {
    if (field === SCOPE.name) labels.set('otel_scope_name', reader.text())
    else if (field === SCOPE.version) labels.set('otel_scope_version', reader.text())
  }
  const ranges = rangesOf(scope, 0, scope.length, SCOPE.attributes)
  const attributes = decodeAttributes(scope, ranges, ranges.length / 2) ?? []
  for (const [key, value] of attributes) labels.set(`otel_scope_${translateLabel(key)}`, value)
}

/** Names that people type, and the fields of the documents that they stand for. */
const FIELD_ALIASES: Readonly<Record<string, string>> = {
  namespace: 'resource.attributes.k8s.namespace.name',
  pod: 'resource.attributes.k8s.pod.name',
  container: 'resource.attributes.k8s.container.name',
  node: 'resource.attributes.k8s.node.name',
  service: 'resource.attributes.service.name',
  stream: 'attributes.log.iostream',
  level: 'severity_text',
  severity: 'severity_text',
  severity_text: 'severity_text',
  severity_number: 'severity_number',
  trace_id: 'trace_id',
  span_id: 'span_id',
  event_name: 'event_name',
  text: 'body.text',
  message: 'body.text',
  'body.text': 'body.text',
}

export const TIME_FIELD = '@timestamp'
export const TEXT_FIELD = 'body.text'
export const SEVERITY_FIELD = 'severity_text'

/** Fields that can be filtered by a parameter of their name, and whose values can be listed. */
export const NAMED_FIELDS = ['namespace', 'pod', 'container', 'node', 'stream'] as const
export type NamedField = (typeof NAMED_FIELDS)[number]

export function isNamedField(name: string): name is NamedField {
  return (NAMED_FIELDS as readonly string[]).includes(name)
}

/** The field behind a name of {@link NAMED_FIELDS}. */
export function fieldOf(name: NamedField): string {
  return FIELD_ALIASES[name]!
}

/**
 * The field that a name in a query stands for, or undefined if it is no field: then `name:value` is meant as text, as
 * in `error: timeout` or `http://host`.
 */
export function resolveField(name: string): string | undefined {
  if (Object.hasOwn(FIELD_ALIASES, name)) return FIELD_ALIASES[name]
  if (/^k8s\.[a-z]/.test(name)) return `resource.attributes.${name}`
  return /^(attributes|resource\.attributes|body\.structured|scope)\.[\w.@/-]+$/.test(name) ? name : undefined
}

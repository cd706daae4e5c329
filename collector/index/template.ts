import type { Flavour } from './flavour.ts'

export interface TemplateOptions {
  /** Middle of the data streams' names, `logs-<dataset>-<namespace>`. */
  readonly dataset: string
  /** Patterns of other middles that records are routed to. */
  readonly routedDatasets?: readonly string[]
  /** Elasticsearch's own retention, as one of its time units (`30d`). */
  readonly retention: string
}

/** The name of our index template. */
export function templateName({ dataset }: TemplateOptions): string {
  return `vedette-logs-${dataset}`
}

/** Above the built-in `logs-*-*` (100) and `logs-*.otel-*` (120), which have another mapping and keep logs for ever. */
export const TEMPLATE_PRIORITY = 300
const MAX_FIELDS = 1_000
const KEYWORD = { type: 'keyword', ignore_above: 1024 } as const

/**
 * The index template of our data streams: OpenTelemetry's field names, nanosecond times, labels and structured bodies
 * as `flattened` so that no container can make the mapping explode, and aliases for the names that people type.
 */
export function indexTemplate({ dataset, routedDatasets = [], retention }: TemplateOptions, flavour?: Flavour): object {
  const isOpenSearch = flavour?.product === 'opensearch'
  const flattened = { type: isOpenSearch ? 'flat_object' : 'flattened' }
  return {
    index_patterns: [...new Set([dataset, ...routedDatasets])].map((middle) => `logs-${middle}-*`),
    priority: TEMPLATE_PRIORITY,
    data_stream: {},
    _meta: { description: 'Logs shipped by Vedette, in OpenTelemetry field names.' },
    template: {
      // OpenSearch keeps data by policies of its own, which are not part of a template.
      ...(isOpenSearch ? {} : { lifecycle: { data_retention: retention } }),
      settings: settingsFor(flavour),
      mappings: {
        date_detection: false,
        dynamic_templates: [{ strings: { match_mapping_type: 'string', mapping: KEYWORD } }],
        properties: {
          '@timestamp': { type: 'date_nanos' },
          observed_timestamp: { type: 'date_nanos' },
          severity_text: KEYWORD,
          severity_number: { type: 'byte' },
          body: {
            properties: { text: { type: 'text' }, structured: flattened },
          },
          attributes: { type: 'object', properties: { 'log.iostream': KEYWORD } },
          resource: {
            properties: {
              attributes: {
                type: 'object',
                properties: {
                  'k8s.namespace.name': KEYWORD,
                  'k8s.pod.name': KEYWORD,
                  'k8s.pod.uid': KEYWORD,
                  'k8s.container.name': KEYWORD,
                  'k8s.container.restart_count': { type: 'long' },
                  'k8s.node.name': KEYWORD,
                  'k8s.pod.label': flattened,
                  'k8s.pod.annotation': flattened,
                  'service.name': KEYWORD,
                },
              },
            },
          },
          scope: { properties: { name: KEYWORD, version: KEYWORD } },
          trace_id: KEYWORD,
          span_id: KEYWORD,
          event_name: KEYWORD,
          message: { type: 'alias', path: 'body.text' },
          'log.level': { type: 'alias', path: 'severity_text' },
          'kubernetes.namespace': { type: 'alias', path: 'resource.attributes.k8s.namespace.name' },
          'kubernetes.pod.name': { type: 'alias', path: 'resource.attributes.k8s.pod.name' },
          'kubernetes.container.name': { type: 'alias', path: 'resource.attributes.k8s.container.name' },
        },
      },
    },
  }
}

function settingsFor(flavour: Flavour | undefined): object {
  const limit = { 'index.mapping.total_fields.limit': MAX_FIELDS }
  const beyond = { 'index.mapping.total_fields.ignore_dynamic_beyond_limit': true }
  // Serverless decides about storage and refreshing itself.
  if (flavour?.product === 'serverless') return { ...limit, ...beyond }
  const storage = { 'index.codec': 'best_compression', 'index.refresh_interval': '1s' }
  return flavour?.product === 'opensearch' ? { ...storage, ...limit } : { ...storage, ...limit, ...beyond }
}

import { anything, list, mapping, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkGoDuration, timeoutKey } from './timeout.ts'

const template = (name: string) => `{{ template "pagerduty.default.${name}" . }}`
const some = (description: string) => optional(text({ description }))

const imageSchema = section('A picture.', {
  src: some('Its URL; a template. Where it renders to nothing, there is no picture.'),
  alt: some('Text in its place; a template.'),
  href: some('Link; a template.'),
})

const linkSchema = section('A link.', {
  href: some('Its URL; a template. Where it renders to nothing, there is no link.'),
  text: some('Its text; a template.'),
})

const pagerdutySchema = section('Opens and resolves incidents of PagerDuty.', {
  ...httpKeys(true),
  routing_key: optional(secret({ description: 'Integration key of the Events API v2; a template.' })),
  routing_key_file: some('File with the integration key, read at each notification.'),
  service_key: optional(secret({ description: 'Integration key of the Events API v1; a template.' })),
  service_key_file: some('File with the integration key of v1, read at each notification.'),
  url: optional(url({ description: 'Where events of v2 are posted.' })),
  client: text({ description: 'Name of the sender; a template.', default: template('client') }),
  client_url: text({ description: 'Link to the sender; a template.', default: template('clientURL') }),
  description: text({ description: 'What happened; a template.', default: template('description') }),
  details: mapping(anything({ description: 'Any YAML, whose texts are templates.' }), {
    description: 'Further facts, put over firing, resolved, num_firing and num_resolved.',
    default: {},
  }),
  images: list(imageSchema, { description: 'Pictures of the incident (v2).', default: [] }),
  links: list(linkSchema, { description: 'Links of the incident (v2).', default: [] }),
  source: some('What is affected; a template. By default client (v2).'),
  severity: some('One of critical, error, warning and info; a template. By default error (v2).'),
  class: some('Class of the event; a template (v2).'),
  component: some('Part of the source; a template (v2).'),
  group: some('Cluster of sources; a template (v2).'),
  ...timeoutKey(),
})

type PagerdutyOptions = Static<typeof pagerdutySchema>
export type PagerdutyConfig = PagerdutyOptions & { readonly http_config: HttpConfig; readonly url: string }

const DEFAULT_DETAILS = {
  firing: '{{ .Alerts.Firing | toJson }}',
  resolved: '{{ .Alerts.Resolved | toJson }}',
  num_firing: '{{ .Alerts.Firing | len }}',
  num_resolved: '{{ .Alerts.Resolved | len }}',
} as const

export const pagerdutyFormat: IntegrationFormat<PagerdutyOptions, PagerdutyConfig> = {
  schema: pagerdutySchema,
  read(options, context) {
    const { global, path, report } = context
    const { routing_key, routing_key_file, service_key, service_key_file, timeout } = options
    if (!routing_key && !routing_key_file && !service_key && !service_key_file) {
      report([...path, 'routing_key'], 'missing service or routing key in PagerDuty config', 'key')
    }
    atMostOne(options, ['routing_key', 'routing_key_file'], path, report)
    atMostOne(options, ['service_key', 'service_key_file'], path, report)
    checkGoDuration(timeout, [...path, 'timeout'], report)
    return {
      ...options,
      url: options.url ?? global.pagerduty_url,
      details: { ...DEFAULT_DETAILS, ...options.details },
      http_config: readHttp(options.http_config, context),
    }
  },
}

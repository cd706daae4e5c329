import { mapping, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { inheritSecret } from './inherit-secret.ts'

const template = (name: string) => `{{ template "victorops.default.${name}" . }}`

const victoropsSchema = section('Opens and resolves incidents of VictorOps (Splunk On-Call).', {
  ...httpKeys(true),
  api_key: optional(secret({ description: 'Key of the REST endpoint.' })),
  api_key_file: optional(text({ description: 'File with the key, read at each notification.' })),
  api_url: optional(url({ description: 'API of VictorOps.' })),
  routing_key: optional(text({ description: 'Team to tell; a template.' })),
  message_type: text({ description: 'CRITICAL, WARNING or INFO; a template.', default: 'CRITICAL' }),
  state_message: text({ description: 'Long text; a template.', default: template('state_message') }),
  entity_display_name: text({ description: 'Headline; a template.', default: template('entity_display_name') }),
  monitoring_tool: text({ description: 'Name of the sender; a template.', default: template('monitoring_tool') }),
  custom_fields: mapping(text({ description: 'A template.' }), { description: 'Further fields.', default: {} }),
})

type VictoropsOptions = Static<typeof victoropsSchema>
export type VictoropsConfig = VictoropsOptions & {
  readonly http_config: HttpConfig
  readonly api_url: string
  readonly routing_key: string
}

const RESERVED_FIELDS = [
  ...(['routing_key', 'message_type', 'state_message', 'entity_display_name', 'monitoring_tool'] as const),
  ...(['entity_id', 'entity_state'] as const),
]

export const victoropsFormat: IntegrationFormat<VictoropsOptions, VictoropsConfig> = {
  schema: victoropsSchema,
  read(options, context) {
    const { global, path, report } = context
    const { api_key, api_key_file, ...others } = options
    if (!options.routing_key) report([...path, 'routing_key'], 'missing Routing key in VictorOps config', 'key')
    atMostOne(options, ['api_key', 'api_key_file'], path, report)
    for (const name of RESERVED_FIELDS) {
      if (!Object.hasOwn(options.custom_fields, name)) continue
      const message = `victorOps config contains custom field ${name} which cannot be used as it conflicts with the fixed/static fields`
      report([...path, 'custom_fields', name], message, 'key')
    }
    const key = inheritSecret(options, 'api_key', global.victorops_api_key, global.victorops_api_key_file)
    if (Object.keys(key).length === 0) report([...path, 'api_key'], 'no global VictorOps API Key set', 'key')
    return {
      ...others,
      ...key,
      routing_key: options.routing_key ?? '',
      api_url: options.api_url ?? global.victorops_api_url,
      http_config: readHttp(options.http_config, context),
    }
  },
}

import { optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { checkGoDuration, timeoutKey } from './timeout.ts'
import { checkUrl, maxAlertsKey } from './webhook.ts'

const incidentioSchema = section('Tells an alert source of incident.io.', {
  ...httpKeys(true),
  url: optional(text({ description: 'Where to post.' })),
  url_file: optional(text({ description: 'File with the URL, read at each notification.' })),
  alert_source_token: optional(secret({ description: 'Token of the alert source.' })),
  alert_source_token_file: optional(text({ description: 'File with the token, read at each notification.' })),
  ...maxAlertsKey(),
  ...timeoutKey(),
})

type IncidentioOptions = Static<typeof incidentioSchema>
export type IncidentioConfig = IncidentioOptions & { readonly http_config: HttpConfig }

export const incidentioFormat: IntegrationFormat<IncidentioOptions, IncidentioConfig> = {
  schema: incidentioSchema,
  read(options, context) {
    const { path, report } = context
    const { alert_source_token, alert_source_token_file, http_config } = options
    checkUrl(options, path, report)
    atMostOne(options, ['alert_source_token', 'alert_source_token_file'], path, report)
    const hasToken = Boolean(alert_source_token || alert_source_token_file)
    if (http_config?.authorization !== undefined && hasToken) {
      const message =
        'cannot specify alert_source_token or alert_source_token_file when using http_config.authorization'
      report([...path, 'http_config', 'authorization'], message, 'key')
    }
    const effective = readHttp(http_config, context)
    // Upstream takes what has no http_config of its own either, and then is refused by the service.
    if (effective.authorization === undefined && !hasToken) {
      const message =
        'at least one of alert_source_token, alert_source_token_file or http_config.authorization must be configured'
      report([...path, 'alert_source_token'], message, 'key')
    }
    checkGoDuration(options.timeout, [...path, 'timeout'], report)
    return { ...options, http_config: effective }
  },
}

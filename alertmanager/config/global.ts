import type { Report } from '#lib/config/check.ts'
import { boolean, duration, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from './exclusive.ts'
import { checkHttpConfig, httpConfigSchema } from './http.ts'
import { allNotSupported } from './not-supported.ts'
import { parseSmarthost } from './smarthost.ts'
import { checkTlsConfig, tlsConfigSchema } from './tls.ts'

const OTHER_INTEGRATIONS = [
  ...['slack_api_url', 'slack_api_url_file', 'slack_app_token', 'slack_app_token_file', 'slack_app_url'],
  ...['pagerduty_url', 'opsgenie_api_url', 'opsgenie_api_key', 'opsgenie_api_key_file'],
  ...['wechat_api_url', 'wechat_api_secret', 'wechat_api_secret_file', 'wechat_api_corp_id'],
  ...['victorops_api_url', 'victorops_api_key', 'victorops_api_key_file'],
  ...['telegram_api_url', 'telegram_bot_token', 'telegram_bot_token_file', 'webex_api_url'],
  ...[
    'rocketchat_api_url',
    'rocketchat_token',
    'rocketchat_token_file',
    'rocketchat_token_id',
    'rocketchat_token_id_file',
  ],
  ...['mattermost_webhook_url', 'mattermost_webhook_url_file', 'jira_api_url'],
] as const

export const globalSchema = section('Settings that hold wherever a more specific one is missing.', {
  resolve_timeout: duration({ description: 'When an alert sent without an end counts as resolved.', default: '5m' }),
  http_config: httpConfigSchema,
  smtp_from: optional(text({ description: 'Address of the sender.' })),
  smtp_hello: text({ description: 'Name that this client gives to the mail server.', default: 'localhost' }),
  smtp_smarthost: optional(text({ description: 'Mail server, as host:port.' })),
  smtp_auth_username: optional(text({ description: 'User at the mail server.' })),
  smtp_auth_password: optional(secret({ description: 'Password of the user.' })),
  smtp_auth_password_file: optional(text({ description: 'File with the password, read at each notification.' })),
  smtp_auth_identity: optional(text({ description: 'Identity to act as, for AUTH PLAIN.' })),
  smtp_require_tls: boolean({ description: 'Send nothing without STARTTLS.', default: true }),
  smtp_force_implicit_tls: optional(boolean({ description: 'TLS from the first byte; by default only on port 465.' })),
  smtp_tls_config: optional(tlsConfigSchema),
  ...allNotSupported('CRAM-MD5', ['smtp_auth_secret', 'smtp_auth_secret_file']),
  ...allNotSupported('its integration', OTHER_INTEGRATIONS),
})

export type GlobalOptions = Static<typeof globalSchema>

export function checkGlobal(global: GlobalOptions, report: Report): void {
  checkHttpConfig(global.http_config, ['global', 'http_config'], report)
  atMostOne(global, ['smtp_auth_password', 'smtp_auth_password_file'], ['global'], report)
  if (global.smtp_tls_config !== undefined) {
    checkTlsConfig(global.smtp_tls_config, ['global', 'smtp_tls_config'], report)
  }
  if (global.smtp_smarthost !== undefined) parseSmarthost(global.smtp_smarthost, ['global', 'smtp_smarthost'], report)
}

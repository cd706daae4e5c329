import type { Report } from '#lib/config/check.ts'
import { boolean, duration, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from './exclusive.ts'
import { checkHttpConfig, httpConfigSchema } from './http.ts'
import { checkXoauth2, xoauth2Schema } from './receivers/xoauth2.ts'
import { parseSmarthost } from './smarthost.ts'
import { checkTlsConfig, tlsConfigSchema } from './tls.ts'

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
  smtp_auth_secret: optional(secret({ description: 'Secret for CRAM-MD5.' })),
  smtp_auth_secret_file: optional(
    text({ description: 'File with the secret for CRAM-MD5, read at each notification.' }),
  ),
  smtp_auth_xoauth2: optional(xoauth2Schema),
  slack_api_url: optional(secret({ description: 'Incoming webhook of Slack.' })),
  slack_api_url_file: optional(text({ description: 'File with the incoming webhook of Slack.' })),
  slack_app_token: optional(secret({ description: 'Token of a Slack app, in place of a webhook.' })),
  slack_app_token_file: optional(text({ description: 'File with the token of a Slack app.' })),
  slack_app_url: url({
    description: 'Where messages of a Slack app are posted.',
    default: 'https://slack.com/api/chat.postMessage',
  }),
  pagerduty_url: url({
    description: 'Where events of PagerDuty are posted.',
    default: 'https://events.pagerduty.com/v2/enqueue',
  }),
  opsgenie_api_url: url({ description: 'API of Opsgenie.', default: 'https://api.opsgenie.com/' }),
  opsgenie_api_key: optional(secret({ description: 'Key for the API of Opsgenie.' })),
  opsgenie_api_key_file: optional(text({ description: 'File with the key for the API of Opsgenie.' })),
  wechat_api_url: url({ description: 'API of WeChat.', default: 'https://qyapi.weixin.qq.com/cgi-bin/' }),
  wechat_api_secret: optional(secret({ description: 'Secret for the API of WeChat.' })),
  wechat_api_secret_file: optional(text({ description: 'File with the secret for the API of WeChat.' })),
  wechat_api_corp_id: optional(text({ description: 'Corporation for the API of WeChat.' })),
  victorops_api_url: url({
    description: 'API of VictorOps.',
    default: 'https://alert.victorops.com/integrations/generic/20131114/alert/',
  }),
  victorops_api_key: optional(secret({ description: 'Key for the API of VictorOps.' })),
  victorops_api_key_file: optional(text({ description: 'File with the key for the API of VictorOps.' })),
  telegram_api_url: url({ description: 'API of Telegram.', default: 'https://api.telegram.org' }),
  telegram_bot_token: optional(secret({ description: 'Token of a Telegram bot.' })),
  telegram_bot_token_file: optional(text({ description: 'File with the token of a Telegram bot.' })),
  webex_api_url: url({ description: 'API of Webex.', default: 'https://webexapis.com/v1/messages' }),
  rocketchat_api_url: url({ description: 'API of Rocket.Chat.', default: 'https://open.rocket.chat/' }),
  rocketchat_token: optional(secret({ description: 'Token for Rocket.Chat.' })),
  rocketchat_token_file: optional(text({ description: 'File with the token for Rocket.Chat.' })),
  rocketchat_token_id: optional(secret({ description: 'User that the token for Rocket.Chat belongs to.' })),
  rocketchat_token_id_file: optional(text({ description: 'File with the user of the token for Rocket.Chat.' })),
  mattermost_webhook_url: optional(secret({ description: 'Incoming webhook of Mattermost.' })),
  mattermost_webhook_url_file: optional(text({ description: 'File with the incoming webhook of Mattermost.' })),
  jira_api_url: optional(url({ description: 'API of Jira.' })),
})

/** Secrets that may stand in a file instead. */
const WITH_FILES = [
  ...(['smtp_auth_password', 'smtp_auth_secret', 'slack_api_url', 'slack_app_token', 'opsgenie_api_key'] as const),
  ...(['wechat_api_secret', 'victorops_api_key', 'telegram_bot_token', 'rocketchat_token'] as const),
  ...(['rocketchat_token_id', 'mattermost_webhook_url'] as const),
] as const

export type GlobalOptions = Static<typeof globalSchema>

export function checkGlobal(global: GlobalOptions, report: Report): void {
  checkHttpConfig(global.http_config, ['global', 'http_config'], report)
  for (const key of WITH_FILES) atMostOne(global, [key, `${key}_file`], ['global'], report)
  checkSlack(global, report)
  if (global.smtp_tls_config !== undefined) {
    checkTlsConfig(global.smtp_tls_config, ['global', 'smtp_tls_config'], report)
  }
  if (global.smtp_auth_xoauth2 !== undefined) {
    checkXoauth2(global.smtp_auth_xoauth2, ['global', 'smtp_auth_xoauth2'], report)
  }
  if (global.smtp_smarthost !== undefined) parseSmarthost(global.smtp_smarthost, ['global', 'smtp_smarthost'], report)
}

/** An app and a webhook exclude each other, unless the webhook is where apps post: so it was done before they had keys. */
function checkSlack(global: GlobalOptions, report: Report): void {
  const { slack_app_token, slack_app_token_file, slack_app_url, slack_api_url, slack_api_url_file } = global
  const [url, token] = [slack_api_url ?? slack_api_url_file, slack_app_token ?? slack_app_token_file]
  // A printed configuration does not say which URL it was.
  if (url === undefined || token === undefined || [slack_app_url, '<secret>'].includes(slack_api_url ?? '')) return
  const message = 'at most one of slack_app_token/slack_app_token_file & slack_api_url/slack_api_url_file'
  const key = slack_api_url === undefined ? 'slack_api_url_file' : 'slack_api_url'
  report(['global', key], `${message} must be configured`, 'key')
}

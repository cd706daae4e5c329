import { dingtalkFormat } from './dingtalk.ts'
import { discordFormat } from './discord.ts'
import { emailFormat } from './email.ts'
import { feishuFormat } from './feishu.ts'
import { googlechatFormat } from './googlechat.ts'
import { incidentioFormat } from './incidentio.ts'
import { jiraFormat } from './jira.ts'
import { mattermostFormat } from './mattermost.ts'
import { msteamsFormat } from './msteams.ts'
import { msteamsv2Format } from './msteamsv2.ts'
import { ntfyFormat } from './ntfy.ts'
import { opsgenieFormat } from './opsgenie.ts'
import { pagerdutyFormat } from './pagerduty.ts'
import { pushoverFormat } from './pushover.ts'
import { rocketchatFormat } from './rocketchat.ts'
import { slackFormat } from './slack.ts'
import { smsFormat } from './sms.ts'
import { snsFormat } from './sns.ts'
import { telegramFormat } from './telegram.ts'
import { victoropsFormat } from './victorops.ts'
import { webexFormat } from './webex.ts'
import { webhookFormat } from './webhook.ts'
import { wechatFormat } from './wechat.ts'

/** Every kind of integration; `<kind>_configs` is its key in a receiver. */
export const FORMATS = {
  webhook: webhookFormat,
  email: emailFormat,
  googlechat: googlechatFormat,
  ntfy: ntfyFormat,
  sms: smsFormat,
  jira: jiraFormat,
  sns: snsFormat,
  mattermost: mattermostFormat,
  rocketchat: rocketchatFormat,
  dingtalk: dingtalkFormat,
  feishu: feishuFormat,
  discord: discordFormat,
  msteams: msteamsFormat,
  msteamsv2: msteamsv2Format,
  telegram: telegramFormat,
  wechat: wechatFormat,
  webex: webexFormat,
  slack: slackFormat,
  pagerduty: pagerdutyFormat,
  opsgenie: opsgenieFormat,
  victorops: victoropsFormat,
  pushover: pushoverFormat,
  incidentio: incidentioFormat,
} as const

export type IntegrationKind = keyof typeof FORMATS

/** What an integration of this kind works with. */
export type ConfigOf<K extends IntegrationKind> = ReturnType<(typeof FORMATS)[K]['read']>

export const INTEGRATION_KINDS = Object.keys(FORMATS) as readonly IntegrationKind[]

/** Those that Alertmanager does not have. */
export const OWN_KINDS: readonly IntegrationKind[] = ['dingtalk', 'feishu', 'googlechat', 'ntfy', 'sms']

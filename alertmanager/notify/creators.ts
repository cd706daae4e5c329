import type { ConfigOf, IntegrationKind } from '../config/receivers/formats.ts'
import type { IntegrationDeps } from './integration.ts'
import type { Integration } from './receiver.ts'

type Create<K extends IntegrationKind> = (config: ConfigOf<K>, deps: IntegrationDeps) => Integration

/** Where each kind is made. None is loaded before a receiver needs it. */
export const CREATORS: { readonly [K in IntegrationKind]: () => Promise<Create<K>> } = {
  webhook: async () => (await import('./integrations/webhook.ts')).createWebhook,
  email: async () => (await import('./email/email.ts')).createEmail,
  googlechat: async () => (await import('./integrations/googlechat.ts')).createGooglechat,
  ntfy: async () => (await import('./integrations/ntfy.ts')).createNtfy,
  sms: async () => (await import('./integrations/sms.ts')).createSms,
  jira: async () => (await import('./integrations/jira.ts')).createJira,
  sns: async () => (await import('./integrations/sns.ts')).createSns,
  mattermost: async () => (await import('./integrations/mattermost.ts')).createMattermost,
  rocketchat: async () => (await import('./integrations/rocketchat.ts')).createRocketchat,
  dingtalk: async () => (await import('./integrations/dingtalk.ts')).createDingtalk,
  feishu: async () => (await import('./integrations/feishu.ts')).createFeishu,
  discord: async () => (await import('./integrations/discord.ts')).createDiscord,
  msteams: async () => (await import('./integrations/msteams.ts')).createMsteams,
  msteamsv2: async () => (await import('./integrations/msteamsv2.ts')).createMsteamsv2,
  telegram: async () => (await import('./integrations/telegram.ts')).createTelegram,
  wechat: async () => (await import('./integrations/wechat.ts')).createWechat,
  webex: async () => (await import('./integrations/webex.ts')).createWebex,
  slack: async () => (await import('./integrations/slack.ts')).createSlack,
  pagerduty: async () => (await import('./integrations/pagerduty.ts')).createPagerduty,
  opsgenie: async () => (await import('./integrations/opsgenie.ts')).createOpsgenie,
  victorops: async () => (await import('./integrations/victorops.ts')).createVictorops,
  pushover: async () => (await import('./integrations/pushover.ts')).createPushover,
  incidentio: async () => (await import('./integrations/incidentio.ts')).createIncidentio,
}

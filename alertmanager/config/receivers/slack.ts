import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, list, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationContext, IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { inheritSecret } from './inherit-secret.ts'
import { checkGoDuration, timeoutKey } from './timeout.ts'
import { isHttpUrl } from './webhook.ts'

const template = (name: string) => `{{ template "slack.default.${name}" . }}`
const some = (description: string) => optional(text({ description }))

const fieldSchema = section('A small table cell of a message.', {
  title: some('Heading; a template.'),
  value: some('Content; a template.'),
  short: optional(boolean({ description: 'Whether the next field may stand beside it; by default short_fields.' })),
})

const confirmSchema = section('Asks before a button does its work.', {
  text: some('The question; a template.'),
  title: some('Title of the dialog; a template.'),
  ok_text: some('Text of the button that goes on; a template.'),
  dismiss_text: some('Text of the button that does not; a template.'),
})

const actionSchema = section('A button or a menu under a message.', {
  type: some('Kind, such as button; a template.'),
  text: some('Label; a template.'),
  url: some('Link to open; a template. Then name, value and confirm do not count.'),
  style: some('Look, such as primary or danger; a template.'),
  name: some('Name of the action in what Slack sends to an app; a template.'),
  value: some('Value of the action; a template.'),
  confirm: optional(confirmSchema),
})

const slackSchema = section('Tells a channel of Slack, through an incoming webhook or as an app.', {
  ...httpKeys(false),
  api_url: optional(secret({ description: 'Incoming webhook.' })),
  api_url_file: some('File with the incoming webhook, read at each notification.'),
  app_token: optional(secret({ description: 'Token of an app, in place of a webhook.' })),
  app_token_file: some('File with the token of an app, read at each notification.'),
  app_url: optional(url({ description: 'Where messages of an app are posted.' })),
  channel: some('Channel, or @user; a template. An app needs it.'),
  username: text({ description: 'Name of the sender; a template.', default: template('username') }),
  color: text({ description: 'Colour of the bar beside the message; a template.', default: template('color') }),
  title: text({ description: 'Title; a template.', default: template('title') }),
  title_link: text({ description: 'Link of the title; a template.', default: template('titlelink') }),
  pretext: text({ description: 'Text above the title; a template.', default: template('pretext') }),
  text: text({ description: 'Text; a template.', default: template('text') }),
  message_text: some('Text outside of the coloured bar; a template.'),
  fields: list(fieldSchema, { description: 'Table cells under the text.', default: [] }),
  short_fields: boolean({ description: 'Put fields side by side.', default: false }),
  footer: text({ description: 'Text below; a template.', default: template('footer') }),
  fallback: text({ description: 'Text where no formats are shown; a template.', default: template('fallback') }),
  callback_id: text({ description: 'Name of the message for an app; a template.', default: template('callbackid') }),
  icon_emoji: text({ description: 'Emoji in place of a picture; a template.', default: template('iconemoji') }),
  icon_url: text({ description: 'Picture of the sender; a template.', default: template('iconurl') }),
  image_url: some('Picture below the text; a template.'),
  thumb_url: some('Picture beside the text; a template.'),
  link_names: boolean({ description: 'Make links of channels and users.', default: false }),
  mrkdwn_in: list(text({ description: 'A part.' }), {
    description: 'Parts in which Slack looks for its formats; by default fallback, pretext and text.',
    default: [],
  }),
  actions: list(actionSchema, { description: 'Buttons.', default: [] }),
  update_message: boolean({ description: 'Change the message of a group in place of posting anew.', default: false }),
  ...timeoutKey(),
})

type SlackOptions = Static<typeof slackSchema>
export type SlackField = Static<typeof fieldSchema>
export type SlackAction = Static<typeof actionSchema>
/** Either an incoming webhook or the token of an app is set. */
export type SlackConfig = SlackOptions & { readonly http_config: HttpConfig; readonly app_url: string }

/** Where tokens of apps are used in the place of a webhook, as was usual before there were keys for them. */
const POST_MESSAGE = 'https://slack.com/api/chat.postMessage'

export const slackFormat: IntegrationFormat<SlackOptions, SlackConfig> = {
  schema: slackSchema,
  read(options, context) {
    const { global, path, report } = context
    const { api_url, api_url_file, app_token, app_token_file, ...others } = options
    checkSlack(options, path, report)
    const secrets = readSecrets(options, context)
    const isApp = secrets.app_token !== undefined || secrets.app_token_file !== undefined
    if (options.update_message && !isApp && ![POST_MESSAGE, SECRET].includes(secrets.api_url ?? '')) {
      const message = `update_message can only be used with bot tokens. api_url must be set to ${POST_MESSAGE}`
      report([...path, 'update_message'], `${message}, or app_token`, 'key')
    }
    const http_config = readHttp(options.http_config, context)
    if (isApp && http_config.authorization !== undefined) {
      report([...path, 'app_token'], "http authorization can't be set when using Slack App tokens", 'key')
    }
    return { ...others, ...secrets, http_config, app_url: options.app_url ?? global.slack_app_url }
  },
}

type Secrets = Pick<SlackOptions, 'api_url' | 'api_url_file' | 'app_token' | 'app_token_file'>

/** What is nearer counts: own keys, then the app of `global`, then its webhook. */
function readSecrets(options: SlackOptions, { global, path, report }: IntegrationContext): Secrets {
  const ownUrl = inheritSecret(options, 'api_url')
  const isOwn = Object.keys(ownUrl).length > 0 || options.http_config?.authorization !== undefined
  const [text, file] = isOwn ? [] : [global.slack_app_token, global.slack_app_token_file]
  const token = inheritSecret(options, 'app_token', text, file)
  if (Object.keys(token).length > 0) return token
  const url = inheritSecret(options, 'api_url', global.slack_api_url, global.slack_api_url_file)
  if (Object.keys(url).length === 0) {
    report([...path, 'api_url'], 'no Slack API URL nor App token set either inline or in a file', 'key')
  }
  return url
}

/** How a secret prints; a printed configuration can be read again. */
const SECRET = '<secret>'

function checkSlack(options: SlackOptions, path: Path, report: Report): void {
  atMostOne(options, ['api_url', 'api_url_file'], path, report)
  atMostOne(options, ['app_token', 'app_token_file'], path, report)
  const hasUrl = options.api_url !== undefined || options.api_url_file !== undefined
  if (hasUrl && (options.app_token !== undefined || options.app_token_file !== undefined)) {
    const message = 'at most one of api_url/api_url_file & app_token/app_token_file must be configured'
    report([...path, options.app_token === undefined ? 'app_token_file' : 'app_token'], message, 'key')
  }
  if (options.api_url !== undefined && options.api_url !== SECRET && !isHttpUrl(options.api_url)) {
    report([...path, 'api_url'], 'api_url must be an http:// or https:// URL with a host')
  }
  checkGoDuration(options.timeout, [...path, 'timeout'], report)
  const missing = (what: string, of: string, at: Path) =>
    report(at, `missing ${what} in Slack ${of} configuration`, 'key')
  for (const [index, field] of options.fields.entries()) {
    const at = [...path, 'fields', index]
    if (!field.title) missing('title', 'field', at)
    else if (!field.value) missing('value', 'field', at)
  }
  for (const [index, action] of options.actions.entries()) {
    const at = [...path, 'actions', index]
    if (!action.url && !action.name) missing('name or url', 'action', at)
    else if (!action.type) missing('type', 'action', at)
    else if (!action.text) missing('text', 'action', at)
    else if (action.confirm !== undefined && !action.confirm.text) missing('text', 'confirmation', [...at, 'confirm'])
  }
}

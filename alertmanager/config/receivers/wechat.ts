import { optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { inheritSecret } from './inherit-secret.ts'

const wechatSchema = section('Tells users of WeChat Work through an application.', {
  ...httpKeys(false),
  api_url: optional(url({ description: 'API of WeChat Work.' })),
  api_secret: optional(secret({ description: 'Secret of the application.' })),
  api_secret_file: optional(text({ description: 'File with the secret, read when a token is asked for.' })),
  corp_id: optional(text({ description: 'Number of the corporation.' })),
  message: text({ description: 'What to say.', default: '{{ template "wechat.default.message" . }}' }),
  to_user: text({ description: 'Users, separated by |.', default: '{{ template "wechat.default.to_user" . }}' }),
  to_party: text({
    description: 'Departments, separated by |.',
    default: '{{ template "wechat.default.to_party" . }}',
  }),
  to_tag: text({ description: 'Tags, separated by |.', default: '{{ template "wechat.default.to_tag" . }}' }),
  agent_id: text({ description: 'The application.', default: '{{ template "wechat.default.agent_id" . }}' }),
  message_type: text({ description: 'text or markdown.', default: 'text' }),
})

type WechatOptions = Static<typeof wechatSchema>
export type WechatConfig = WechatOptions & {
  readonly http_config: HttpConfig
  /** Ends with a slash. */
  readonly api_url: string
  readonly corp_id: string
}

export const wechatFormat: IntegrationFormat<WechatOptions, WechatConfig> = {
  schema: wechatSchema,
  read(options, context) {
    const { global, path, report } = context
    atMostOne(options, ['api_secret', 'api_secret_file'], path, report)
    const own = inheritSecret(options, 'api_secret', global.wechat_api_secret, global.wechat_api_secret_file)
    if (Object.keys(own).length === 0) {
      report([...path, 'api_secret'], 'no global Wechat Api Secret set either inline or in a file', 'key')
    }
    const corpId = options.corp_id ?? global.wechat_api_corp_id ?? ''
    if (corpId === '') report([...path, 'corp_id'], 'no global Wechat CorpID set', 'key')
    const type = options.message_type || 'text'
    if (type !== 'text' && type !== 'markdown') {
      const valid = '^(text|markdown)$'
      report([...path, 'message_type'], `weChat message type "${type}" does not match valid options ${valid}`)
    }
    const apiUrl = options.api_url ?? global.wechat_api_url
    return {
      ...{ ...options, ...own, corp_id: corpId, message_type: type },
      api_url: apiUrl.endsWith('/') ? apiUrl : `${apiUrl}/`,
      http_config: readHttp(options.http_config, context),
    }
  },
}

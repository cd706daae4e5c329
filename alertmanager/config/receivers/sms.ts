import { integer, list, mapping, optional, type Static, secret, section, text, url } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationContext, IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'

const MAX_NUMBERS = 100

const aliyunSchema = section('Alibaba Cloud (Dysmsapi).', {
  api_url: url({ description: 'API of the service.', default: 'https://dysmsapi.aliyuncs.com/' }),
  access_key_id: text({ description: 'Key of the user.' }),
  access_key_secret: optional(secret({ description: 'Secret of the key.' })),
  access_key_secret_file: optional(text({ description: 'File with the secret, read at each notification.' })),
  sign_name: text({ description: 'Approved signature.' }),
  template_code: text({ description: 'Approved template, such as SMS_123456789.' }),
  template_params: mapping(text({ description: 'A value.' }), {
    description: 'Values of its variables, by name.',
    default: {},
  }),
})

const tencentSchema = section('Tencent Cloud SMS.', {
  api_url: url({ description: 'API of the service.', default: 'https://sms.tencentcloudapi.com/' }),
  region: text({ description: 'Region of the application.', default: 'ap-guangzhou' }),
  secret_id: text({ description: 'Key of the user.' }),
  secret_key: optional(secret({ description: 'Secret of the key.' })),
  secret_key_file: optional(text({ description: 'File with the secret, read at each notification.' })),
  sdk_app_id: text({ description: 'The application.' }),
  sign_name: optional(text({ description: 'Approved signature; not for numbers outside mainland China.' })),
  template_id: text({ description: 'Approved template.' }),
  template_params: list(text({ description: 'A value.' }), {
    description: 'Values of its variables, in their order.',
    default: [],
  }),
})

const twilioSchema = section('Twilio.', {
  api_url: url({ description: 'API of the service.', default: 'https://api.twilio.com/' }),
  account_sid: text({ description: 'The account.' }),
  auth_token: optional(secret({ description: 'Its token.' })),
  auth_token_file: optional(text({ description: 'File with the token, read at each notification.' })),
  from: optional(text({ description: 'Number that messages come from.' })),
  messaging_service_sid: optional(text({ description: 'Service that chooses the number.' })),
})

const smsSchema = section('Sends short messages through one of three services.', {
  ...httpKeys(true),
  to: list(text({ description: 'A telephone number, such as +4915112345678.' }), {
    description: 'Whom to tell.',
    default: [],
  }),
  message: text({ description: 'What Twilio sends.', default: '{{ template "sms.default.message" . }}' }),
  max_param_length: integer({
    description: 'Longest value of a variable of a template; what is longer is cut.',
    default: 35,
    minimum: 1,
    maximum: 1000,
  }),
  aliyun: optional(aliyunSchema),
  tencent: optional(tencentSchema),
  twilio: optional(twilioSchema),
})

type SmsOptions = Static<typeof smsSchema>
export type AliyunOptions = Static<typeof aliyunSchema>
export type TencentOptions = Static<typeof tencentSchema>
export type TwilioOptions = Static<typeof twilioSchema>
export type SmsConfig = SmsOptions & { readonly http_config: HttpConfig }

export const smsFormat: IntegrationFormat<SmsOptions, SmsConfig> = {
  schema: smsSchema,
  read(options, context) {
    const { path, report } = context
    const { to, aliyun, tencent, twilio } = options
    if (to.length === 0) report([...path, 'to'], 'missing to in sms_config', 'key')
    if (to.length > MAX_NUMBERS) report([...path, 'to'], `to may have ${MAX_NUMBERS} numbers at most`)
    atMostOne(options, ['aliyun', 'tencent', 'twilio'], path, report)
    if (aliyun === undefined && tencent === undefined && twilio === undefined) {
      report([...path, 'aliyun'], 'one of aliyun, tencent or twilio must be configured', 'key')
    }
    if (aliyun !== undefined) checkPair(aliyun, 'aliyun', 'access_key_secret', context)
    if (tencent !== undefined) checkPair(tencent, 'tencent', 'secret_key', context)
    if (twilio !== undefined) checkTwilio(twilio, context)
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}

function checkTwilio(twilio: TwilioOptions, context: IntegrationContext): void {
  const at = [...context.path, 'twilio']
  checkPair(twilio, 'twilio', 'auth_token', context)
  atMostOne(twilio, ['from', 'messaging_service_sid'], at, context.report)
  if (twilio.from === undefined && twilio.messaging_service_sid === undefined) {
    context.report([...at, 'from'], 'one of from or messaging_service_sid must be configured', 'key')
  }
}

function checkPair<K extends string>(
  options: { readonly [P in K | `${K}_file`]?: string },
  provider: string,
  key: K,
  { path, report }: IntegrationContext,
): void {
  atMostOne(options, [key, `${key}_file` as const], [...path, provider], report)
  if (options[key] === undefined && options[`${key}_file` as const] === undefined) {
    report([...path, provider, key], `one of ${key} or ${key}_file must be configured`, 'key')
  }
}

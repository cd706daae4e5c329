import { boolean, mapping, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import type { HttpConfig } from '../http.ts'
import type { IntegrationFormat } from './format.ts'
import { httpKeys, readHttp } from './http-keys.ts'
import { isHttpUrl } from './webhook.ts'

const said = (description: string) => optional(text({ description }))

const sigv4Schema = section('Who we are at AWS. What is left out comes from the environment or a shared profile.', {
  region: said('Region of the service.'),
  access_key: said('Key of the user.'),
  secret_key: optional(secret({ description: 'Secret of the key.' })),
  profile: said('Profile of the shared files of AWS.'),
  role_arn: said('Role to take on.'),
  external_id: said('External ID that the role asks for.'),
})

const snsSchema = section('Publishes to Amazon SNS.', {
  ...httpKeys(true),
  api_url: said('The service, in place of that of the region.'),
  sigv4: sigv4Schema,
  topic_arn: said('Topic to publish to.'),
  phone_number: said('Telephone to send an SMS to.'),
  target_arn: said('Device to push to.'),
  subject: text({ description: 'Subject of mails.', default: '{{ template "sns.default.subject" . }}' }),
  message: text({ description: 'What to say.', default: '{{ template "sns.default.message" . }}' }),
  attributes: mapping(text({ description: 'A value.' }), { description: 'Attributes of the message.', default: {} }),
  use_aws_http_client: optional(boolean({ description: 'Unused: all requests go the way of http_config.' })),
})

type SnsOptions = Static<typeof snsSchema>
export type SnsConfig = SnsOptions & { readonly http_config: HttpConfig }

const NO_TARGET = 'must provide either a Target ARN, Topic ARN, or Phone Number for SNS config'
const HALF_KEY = 'must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 config'

export const snsFormat: IntegrationFormat<SnsOptions, SnsConfig> = {
  schema: snsSchema,
  read(options, context) {
    const { path, report } = context
    const { sigv4, api_url, topic_arn, phone_number, target_arn } = options
    // Three of them pass upstream too, by the way it counts.
    const targets = [topic_arn, phone_number, target_arn].filter(Boolean).length
    if (targets % 2 === 0) report([...path, 'topic_arn'], NO_TARGET, 'key')
    if (!sigv4.access_key !== !sigv4.secret_key) report([...path, 'sigv4'], HALF_KEY, 'key')
    if (api_url && !api_url.includes('{{') && !isHttpUrl(api_url)) {
      report([...path, 'api_url'], 'api_url must be an http:// or https:// URL with a host')
    }
    return { ...options, http_config: readHttp(options.http_config, context) }
  },
}

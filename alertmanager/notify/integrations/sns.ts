import type { SnsConfig } from '../../config/receivers/sns.ts'
import { type Assumed, createAssumeRole, createWebIdentity } from '../aws/assume-role.ts'
import { readIdentity } from '../aws/credentials.ts'
import { awsEndpoint, elementOf, queryRequest } from '../aws/query-request.ts'
import { signSigv4 } from '../aws/sigv4.ts'
import { groupHash } from '../group-hash.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { Unsendable } from '../unsendable.ts'

/** Longest message, and longest SMS, in bytes. */
const MAX_MESSAGE_BYTES = 256 * 1024
const MAX_SMS_BYTES = 1600

const NO_CREDENTIALS =
  'sigv4: no credentials found; set access_key and secret_key, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile'

/** Publishes to Amazon SNS. */
export function createSns(config: SnsConfig, deps: IntegrationDeps): Integration {
  const { where, clock, env, readFile } = deps
  const { role_arn: roleArn, external_id: externalId } = config.sigv4
  const assumeRole = roleArn ? createAssumeRole({ where, clock, env, roleArn, externalId }) : undefined
  const webIdentity = createWebIdentity({ where, clock, env }, readFile)

  const credentialsFor = async (telling: Telling): Promise<{ readonly region: string; readonly assumed: Assumed }> => {
    const { region, credentials } = await readIdentity(config.sigv4, env, readFile)
    const own = credentials === undefined ? await webIdentity(region, telling) : { credentials }
    if (own === undefined) throw new Unsendable(NO_CREDENTIALS)
    if (!('credentials' in own)) return { region, assumed: own }
    telling.hide(own.credentials.secretKey)
    const assumed = assumeRole === undefined ? own : await assumeRole({ region, ...own }, telling)
    return { region, assumed }
  }

  return createHttpIntegration('sns', config, deps, async (telling) => {
    const { region, assumed } = await credentialsFor(telling)
    if (!('credentials' in assumed)) return assumed
    const elsewhere = telling.text(config.api_url ?? '', 'api_url') || env.AWS_ENDPOINT_URL_SNS
    const request = queryRequest(awsEndpoint('sns', region, elsewhere), publication(config, telling))
    const signed = signSigv4(request, assumed.credentials, { service: 'sns', region, nowMs: clock.nowMs() })
    return telling.send(signed, { isRetryable, credentials: 'the credentials and the policy of sigv4' })
  })
}

/** AWS says with a 400 too that it is asked too often. */
function isRetryable(status: number, body: string): boolean {
  return status === 429 || status >= 500 || /thrott|RequestLimitExceeded|SlowDown/i.test(elementOf(body, 'Code') ?? '')
}

function publication(config: SnsConfig, telling: Telling): Record<string, string> {
  const topic = telling.text(config.topic_arn ?? '', 'topic_arn')
  const phone = telling.text(config.phone_number ?? '', 'phone_number')
  const target = telling.text(config.target_arn ?? '', 'target_arn')
  const subject = telling.text(config.subject, 'subject')
  const message = telling.text(config.message, 'message')
  const cut = beginning(message, phone === '' ? MAX_MESSAGE_BYTES : MAX_SMS_BYTES)
  const hash = groupHash(telling.notification.groupKey)
  return {
    ...{ Action: 'Publish', Version: '2010-03-31', Message: cut },
    ...(topic === '' ? {} : { TopicArn: topic }),
    ...(topic.endsWith('.fifo') ? { MessageDeduplicationId: hash, MessageGroupId: hash } : {}),
    ...(phone === '' ? {} : { PhoneNumber: phone }),
    ...(target === '' ? {} : { TargetArn: target }),
    ...(subject === '' ? {} : { Subject: subject }),
    ...attributes(config, telling, cut !== message),
  }
}

function attributes(config: SnsConfig, telling: Telling, isCut: boolean): Record<string, string> {
  const rendered = new Map<string, string>()
  for (const [name, value] of Object.entries(config.attributes)) {
    rendered.set(telling.text(name, 'attributes'), telling.text(value, 'attributes'))
  }
  if (isCut) rendered.set('truncated', 'true')
  const entries = [...rendered].sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(
    entries.flatMap(([name, value], index) => {
      const entry = `MessageAttributes.entry.${index + 1}`
      return [
        [`${entry}.Name`, name],
        [`${entry}.Value.DataType`, 'String'],
        [`${entry}.Value.StringValue`, value],
      ]
    }),
  )
}

/** So many bytes of a text, without a piece of a character at the end. */
function beginning(text: string, limitBytes: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limitBytes) return text
  let end = limitBytes
  while ((bytes[end]! & 0xc0) === 0x80) end--
  return bytes.toString('utf8', 0, end)
}

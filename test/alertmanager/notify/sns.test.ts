import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signSigv4 } from '../../../alertmanager/notify/aws/sigv4.ts'
import { groupHash } from '../../../alertmanager/notify/group-hash.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import type { CapturedRequest } from '../support/capture-server.ts'
import { checkRetries, configErrors, FIRING, failed, toldIntegration } from '../support/told-integration.ts'

const SIGV4 = 'sigv4: {region: eu-west-1, access_key: AKID, secret_key: hunter2}'
const options = (url: string) =>
  `{api_url: "${url}", ${SIGV4}, topic_arn: "arn:aws:sns:eu-west-1:1:t", subject: "S {{ .Status }}", message: "M ü&"}`

const form = (request: CapturedRequest | undefined) => Object.fromEntries(new URLSearchParams(request?.body))

/** Which keys a request is signed with, once its signature is right. */
function signer(request: CapturedRequest, url: string, secretKey: string, nowMs: number): string {
  const { authorization = '', 'x-amz-security-token': token } = request.headers
  const [, accessKey = '', region = '', service = ''] =
    /Credential=(.*?)\/\d+\/(.*?)\/(.*?)\//.exec(authorization) ?? []
  const headers = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' }
  const credentials = { accessKey, secretKey, ...(typeof token === 'string' ? { sessionToken: token } : {}) }
  const unsigned = { url: `${url}${request.path}`, method: 'POST', headers, body: request.body } as const
  assert.equal(authorization, signSigv4(unsigned, credentials, { service, region, nowMs }).headers.authorization)
  return `${accessKey} ${region} ${service}`
}

test('a topic is published to, signed', async (t) => {
  const clock = new ManualClock()
  const { server, tell } = await toldIntegration(t, 'sns', { options, deps: { clock } })
  assert.deepEqual(await tell(), { ok: true })
  const request = server.requests[0]!
  assert.deepEqual([request.method, request.path], ['POST', '/'])
  assert.equal(request.headers['content-type'], 'application/x-www-form-urlencoded; charset=utf-8')
  assert.equal(
    request.body,
    'Action=Publish&Message=M+%C3%BC%26&Subject=S+firing&TopicArn=arn%3Aaws%3Asns%3Aeu-west-1%3A1%3At&Version=2010-03-31',
  )
  assert.equal(signer(request, server.url, 'hunter2', clock.nowMs()), 'AKID eu-west-1 sns')
})

test('queues with an order get the group, telephones a short text, and attributes are said', async (t) => {
  const rows: [string, Record<string, string>][] = [
    [
      'topic_arn: a.fifo, message: M, attributes: {b: "{{ .Status }}", a: x}',
      {
        ...{ TopicArn: 'a.fifo', Message: 'M' },
        MessageDeduplicationId: groupHash(FIRING.groupKey),
        MessageGroupId: groupHash(FIRING.groupKey),
        'MessageAttributes.entry.1.Name': 'a',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'x',
        'MessageAttributes.entry.2.Name': 'b',
        'MessageAttributes.entry.2.Value.DataType': 'String',
        'MessageAttributes.entry.2.Value.StringValue': 'firing',
      },
    ],
    [
      `phone_number: "+49123", message: "x${'ü'.repeat(1000)}"`,
      {
        ...{ PhoneNumber: '+49123', Message: `x${'ü'.repeat(799)}` },
        'MessageAttributes.entry.1.Name': 'truncated',
        'MessageAttributes.entry.1.Value.DataType': 'String',
        'MessageAttributes.entry.1.Value.StringValue': 'true',
      },
    ],
    ['target_arn: device, message: M', { TargetArn: 'device', Message: 'M' }],
  ]
  for (const [given, expected] of rows) {
    const { server, tell } = await toldIntegration(t, 'sns', {
      options: (url) => `{api_url: "${url}", ${SIGV4}, subject: "", ${given}}`,
    })
    await tell()
    assert.deepEqual(form(server.requests[0]), { Action: 'Publish', Version: '2010-03-31', ...expected })
  }
})

const FILES = {
  '/home/u/.aws/config': '[default]\nregion = ap-1\n\n[profile ops]\nregion=ap-2\n# a word\n',
  '/home/u/.aws/credentials':
    '[default]\naws_access_key_id = D\naws_secret_access_key = ds\n[ops]\naws_access_key_id=P\naws_secret_access_key=ps\naws_session_token=pt\n',
}

test('credentials come from the environment and shared files where the configuration has none', async (t) => {
  const clock = new ManualClock()
  const keys = { AWS_ACCESS_KEY_ID: 'E', AWS_SECRET_ACCESS_KEY: 'es', AWS_SESSION_TOKEN: 'et', AWS_REGION: 'us-9' }
  const rows: [string, Record<string, string>, secret: string, expected: string][] = [
    ['{}', { HOME: '/home/u' }, 'ds', 'D ap-1 sns'],
    ['{}', { HOME: '/home/u', ...keys }, 'es', 'E us-9 sns'],
    ['{profile: ops}', { HOME: '/home/u', ...keys }, 'ps', 'P us-9 sns'],
    ['{}', { HOME: '/home/u', AWS_PROFILE: 'ops' }, 'ps', 'P ap-2 sns'],
    ['{region: r, access_key: C, secret_key: cs}', { HOME: '/home/u', ...keys }, 'cs', 'C r sns'],
  ]
  for (const [sigv4, given, secret, expected] of rows) {
    const env: Record<string, string> = { ...given }
    const { server, tell } = await toldIntegration(t, 'sns', {
      options: () => `{sigv4: ${sigv4}, topic_arn: t}`,
      ...{ files: FILES, deps: { clock, env } },
    })
    env.AWS_ENDPOINT_URL_SNS = server.url
    assert.deepEqual(await tell(), { ok: true })
    assert.equal(signer(server.requests[0]!, server.url, secret, clock.nowMs()), expected)
  }
})

test('a role is taken on through STS, and kept until shortly before it ends', async (t) => {
  const clock = new ManualClock()
  const until = () => new Date(clock.nowMs() + 3_600_000).toISOString()
  const role = () =>
    '<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>R</AccessKeyId><SecretAccessKey>r&amp;s</SecretAccessKey>' +
    `<SessionToken>rt</SessionToken><Expiration>${until()}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`
  const env = { AWS_ENDPOINT_URL_STS: '' }
  const { server, tell } = await toldIntegration(t, 'sns', {
    options: (at) =>
      `{api_url: "${at}/sns/", sigv4: {region: r, access_key: A, secret_key: as, role_arn: "arn:role", external_id: x}, topic_arn: t}`,
    answer: ({ path }) => ({ body: path === '/sts/' ? role() : '' }),
    deps: { clock, env },
  })
  env.AWS_ENDPOINT_URL_STS = `${server.url}/sts/`
  const startMs = clock.nowMs()
  for (const waitMs of [0, 54 * 60_000, 60_000]) {
    await clock.advance(waitMs)
    assert.deepEqual(await tell(), { ok: true })
  }
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/sts/', '/sns/', '/sns/', '/sts/', '/sns/'],
  )
  assert.deepEqual(form(server.requests[0]), {
    ...{ Action: 'AssumeRole', Version: '2011-06-15', RoleArn: 'arn:role', ExternalId: 'x' },
    RoleSessionName: `alertmanager-${startMs}`,
  })
  assert.equal(signer(server.requests[0]!, server.url, 'as', startMs), 'A r sts')
  assert.equal(server.requests[1]?.headers['x-amz-security-token'], 'rt')
  assert.equal(signer(server.requests[1]!, server.url, 'r&s', startMs), 'R r sns')
})

test('a pod takes on the role of its token', async (t) => {
  const clock = new ManualClock()
  const role =
    '<Credentials><AccessKeyId>R</AccessKeyId><SecretAccessKey>rs</SecretAccessKey><SessionToken>rt</SessionToken>' +
    `<Expiration>${new Date(clock.nowMs() + 3_600_000).toISOString()}</Expiration></Credentials>`
  const env = {
    AWS_REGION: 'r',
    AWS_ROLE_ARN: 'arn:pod',
    AWS_WEB_IDENTITY_TOKEN_FILE: '/token',
    AWS_ENDPOINT_URL_STS: '',
  }
  const { server, tell } = await toldIntegration(t, 'sns', {
    options: (at) => `{api_url: "${at}/sns/", sigv4: {}, topic_arn: t}`,
    answer: ({ path }) => ({ body: path === '/sts/' ? role : '' }),
    ...{ files: { '/token': 'jwt' }, deps: { clock, env } },
  })
  env.AWS_ENDPOINT_URL_STS = `${server.url}/sts/`
  for (let round = 0; round < 2; round++) assert.deepEqual(await tell(), { ok: true })
  const [asked, published] = server.requests
  assert.deepEqual(
    server.requests.map(({ path }) => path),
    ['/sts/', '/sns/', '/sns/'],
  )
  assert.equal(asked?.headers.authorization, undefined)
  assert.deepEqual(form(asked), {
    ...{ Action: 'AssumeRoleWithWebIdentity', Version: '2011-06-15', RoleArn: 'arn:pod', WebIdentityToken: 'jwt' },
    RoleSessionName: `alertmanager-${clock.nowMs()}`,
  })
  assert.equal(signer(published!, server.url, 'rs', clock.nowMs()), 'R r sns')
})

const error = (code: string) => `<ErrorResponse><Error><Code>${code}</Code><Message>m</Message></Error></ErrorResponse>`

test('failures are told apart', (t) =>
  checkRetries(t, 'sns', { options }, [
    [{ status: 400, body: error('InvalidParameter') }, false, 'clientError', /InvalidParameter/],
    [{ status: 400, body: error('Throttling') }, true, 'clientError'],
    [{ status: 403, body: error('hunter2') }, false, 'authError', /<redacted>.*check the credentials and the policy/],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 500, body: error('InternalFailure') }, true, 'serverError'],
  ]))

test('who has no credentials or no region is told', async (t) => {
  for (const [sigv4, message] of [
    ['{access_key: a, secret_key: b}', /region not configured in sns\.sigv4\.region/],
    ['{region: r}', /no credentials found; set access_key and secret_key/],
  ] as const) {
    const { tell } = await toldIntegration(t, 'sns', { options: () => `{sigv4: ${sigv4}, topic_arn: t}` })
    const result = failed(await tell())
    assert.equal(result.retryable, false)
    assert.match(result.message, message)
  }
})

test('a configuration that cannot work is refused', () => {
  const none = 'must provide either a Target ARN, Topic ARN, or Phone Number for SNS config'
  assert.deepEqual(configErrors('sns', '{}'), [`4:3 ${none}`])
  assert.deepEqual(configErrors('sns', '{topic_arn: a, phone_number: b}'), [`4:4 ${none}`])
  assert.deepEqual(configErrors('sns', '{topic_arn: a, sigv4: {access_key: b}}'), [
    '4:18 must provide a AWS SigV4 Access key and Secret Key if credentials are specified in the SigV4 config',
  ])
  assert.deepEqual(configErrors('sns', '{topic_arn: a, api_url: b}'), [
    '4:27 api_url must be an http:// or https:// URL with a host',
  ])
})

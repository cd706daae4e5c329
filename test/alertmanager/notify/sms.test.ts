import assert from 'node:assert/strict'
import { test } from 'node:test'
import { signAcs3 } from '../../../alertmanager/notify/signing/acs3.ts'
import { signTc3 } from '../../../alertmanager/notify/signing/tc3.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { checkRetries, configErrors, FIRING, failed, RESOLVED, toldIntegration } from '../support/told-integration.ts'

const TO = 'to: ["+86 138-0000-0000", "+8613900000000"]'
const aliyun = (url: string) =>
  `{${TO}, max_param_length: 5, aliyun: {api_url: "${url}", access_key_id: AK, access_key_secret: hunter2, sign_name: "运 维", template_code: SMS_1, template_params: {status: "{{ .Status }}", b: "x*"}}}`
const tencent = (url: string) =>
  `{${TO}, tencent: {api_url: "${url}", secret_id: ID, secret_key: hunter2, sdk_app_id: "1400", sign_name: S, template_id: "7", template_params: ["{{ .Status }}", b]}}`
const twilio = (url: string) =>
  `{${TO}, message: "M {{ .Status }}", twilio: {api_url: "${url}/", account_sid: AC1, auth_token: hunter2, from: "+1555"}}`

test('Alibaba Cloud sends a template to all numbers at once', async (t) => {
  const clock = new ManualClock()
  const answer = () => ({ body: '{"Message":"OK","RequestId":"1","Code":"OK","BizId":"1"}' })
  const { server, tell } = await toldIntegration(t, 'sms', { options: aliyun, answer, deps: { clock } })
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(await tell(RESOLVED), { ok: true })
  const [request, second] = server.requests
  assert.equal(request?.method, 'POST')
  assert.equal(
    request?.path,
    '/?PhoneNumbers=%2B8613800000000%2C%2B8613900000000&SignName=%E8%BF%90%20%E7%BB%B4&TemplateCode=SMS_1' +
      '&TemplateParam=%7B%22status%22%3A%22firi%E2%80%A6%22%2C%22b%22%3A%22x%2A%22%7D',
  )
  assert.equal(request?.body, '')
  const nonce = String(request?.headers['x-acs-signature-nonce'])
  assert.notEqual(second?.headers['x-acs-signature-nonce'], nonce)
  const expected = signAcs3(
    { url: `${server.url}${request?.path}`, method: 'POST', headers: {}, body: '' },
    {
      ...{ accessKeyId: 'AK', accessKeySecret: 'hunter2', action: 'SendSms', version: '2017-05-25' },
      ...{ nowMs: clock.nowMs(), nonce },
    },
  )
  for (const [name, value] of Object.entries(expected.headers)) assert.equal(request?.headers[name], value, name)
})

test('failures of Alibaba Cloud are told apart', (t) =>
  checkRetries(t, 'sms', { options: aliyun }, [
    [{ body: '{"Code":"isv.BUSINESS_LIMIT_CONTROL","Message":"m"}' }, true, 'rateLimited', /BUSINESS_LIMIT_CONTROL: m/],
    [{ body: '{"Code":"isv.AMOUNT_NOT_ENOUGH","Message":"m"}' }, false, 'clientError', /top the account up/],
    [{ body: '{"Code":"isv.MOBILE_NUMBER_ILLEGAL","Message":"m"}' }, false, 'clientError'],
    [{ body: '{"Code":"isp.SYSTEM_ERROR","Message":"m"}' }, true, 'serverError'],
    [{ body: '' }, true, 'other', /the answer is none of Alibaba Cloud/],
    [{ status: 400, body: '{"Code":"Throttling.User","Message":"m"}' }, true, 'clientError'],
    [{ status: 403, body: '{"Code":"SignatureDoesNotMatch"}' }, false, 'authError', /check access_key_id/],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 503 }, true, 'serverError'],
  ]))

test('Tencent Cloud sends a template to all numbers at once', async (t) => {
  const clock = new ManualClock()
  const answer = () => ({ body: '{"Response":{"SendStatusSet":[{"Code":"Ok"},{"Code":"Ok"}],"RequestId":"1"}}' })
  const { server, tell } = await toldIntegration(t, 'sms', { options: tencent, answer, deps: { clock } })
  assert.deepEqual(await tell(), { ok: true })
  const request = server.requests[0]!
  assert.deepEqual([request.method, request.path], ['POST', '/'])
  assert.equal(
    request.body,
    '{"PhoneNumberSet":["+8613800000000","+8613900000000"],"SmsSdkAppId":"1400","SignName":"S","TemplateId":"7","TemplateParamSet":["firing","b"]}\n',
  )
  const headers = { 'content-type': 'application/json; charset=utf-8' }
  const expected = signTc3(
    { url: `${server.url}/`, method: 'POST', headers, body: request.body },
    {
      ...{ secretId: 'ID', secretKey: 'hunter2', service: 'sms', region: 'ap-guangzhou' },
      ...{ action: 'SendSms', version: '2021-01-11', nowMs: clock.nowMs() },
    },
  )
  for (const [name, value] of Object.entries(expected.headers)) assert.equal(request.headers[name], value, name)
})

const error = (code: string) => ({ body: `{"Response":{"Error":{"Code":"${code}","Message":"m"},"RequestId":"1"}}` })
const sent = (...codes: string[]) => ({
  body: JSON.stringify({ Response: { SendStatusSet: codes.map((Code) => ({ Code, Message: 'm' })) } }),
})

test('failures of Tencent Cloud are told apart', (t) =>
  checkRetries(t, 'sms', { options: tencent }, [
    [error('AuthFailure.SignatureFailure'), false, 'authError', /AuthFailure.SignatureFailure: m\); check secret_id/],
    [error('RequestLimitExceeded'), true, 'rateLimited'],
    [error('InternalError'), true, 'serverError'],
    [error('FailedOperation.TemplateIncorrectOrUnapproved'), false, 'clientError', /check sign_name, template_id/],
    [sent('LimitExceeded.PhoneNumberDailyLimit', 'LimitExceeded.x'), true, 'rateLimited'],
    [sent('FailedOperation.InsufficientBalanceInSmsPackage', 'x'), false, 'clientError', /top the account up/],
    [{ body: '<html>' }, true, 'other', /check the url/],
    [{ status: 500 }, true, 'serverError'],
  ]))

test('numbers that Tencent Cloud refuses are a warning where others were told', async (t) => {
  const answer = () => sent('Ok', 'FailedOperation.PhoneNumberInBlacklist')
  const { tell } = await toldIntegration(t, 'sms', { options: tencent, answer })
  assert.deepEqual(await tell(), {
    ok: true,
    warning: '1 of 2 numbers were refused: FailedOperation.PhoneNumberInBlacklist: m',
  })
})

test('Twilio sends a text number by number, and nobody is told twice', async (t) => {
  const statuses = [201, 503, 201, 201]
  const answer = () => ({ status: statuses.shift() ?? 0, body: '{"sid":"SM1"}' })
  const { server, tell } = await toldIntegration(t, 'sms', { options: twilio, answer })
  const first = failed(await tell())
  assert.deepEqual([first.retryable, first.reason], [true, 'serverError'])
  assert.deepEqual(await tell(), { ok: true })
  assert.deepEqual(
    server.requests.map(({ body }) => new URLSearchParams(body).get('To')),
    ['+8613800000000', '+8613900000000', '+8613900000000'],
  )
  const [request] = server.requests
  assert.deepEqual([request?.method, request?.path], ['POST', '/2010-04-01/Accounts/AC1/Messages.json'])
  assert.equal(request?.headers.authorization, `Basic ${btoa('AC1:hunter2')}`)
  assert.equal(request?.headers['content-type'], 'application/x-www-form-urlencoded')
  assert.equal(request?.body, 'To=%2B8613800000000&From=%2B1555&Body=M+firing')
})

test('a number that Twilio refuses for good is a warning where others were told; texts are cut', async (t) => {
  const answer = ({ body }: { body: string }) => ({ status: body.includes('139') ? 400 : 201, body: '{"code":21211}' })
  const { server, tell } = await toldIntegration(t, 'sms', {
    options: (url) =>
      `{${TO}, message: ${'x'.repeat(1601)}, twilio: {api_url: "${url}", account_sid: AC1, auth_token_file: t, messaging_service_sid: MG1}}`,
    ...{ answer, files: { t: 'token' } },
  })
  const result = await tell(FIRING)
  assert.match(result.ok ? (result.warning ?? '') : '', /^1 of 2 numbers were refused: .*21211/)
  const form = new URLSearchParams(server.requests[0]?.body)
  assert.equal(form.get('Body'), `${'x'.repeat(1599)}…`)
  assert.deepEqual([form.get('MessagingServiceSid'), form.get('From')], ['MG1', null])
  assert.equal(server.requests[0]?.headers.authorization, `Basic ${btoa('AC1:token')}`)
})

test('failures of Twilio are told apart', (t) =>
  checkRetries(t, 'sms', { options: twilio }, [
    [{ status: 400, body: '{"code":21211,"message":"not a number"}' }, false, 'clientError', /21211/],
    [{ status: 401 }, false, 'authError', /check account_sid and auth_token/],
    [{ status: 429, headers: { 'retry-after': '7' } }, true, 'rateLimited'],
    [{ status: 500 }, true, 'serverError'],
  ]))

test('what is no telephone number is said', async (t) => {
  const { tell } = await toldIntegration(t, 'sms', {
    options: () => '{to: ["{{ .Status }}"], twilio: {account_sid: a, auth_token: b, from: "1"}}',
  })
  const result = failed(await tell())
  assert.equal(result.retryable, false)
  assert.match(result.message, /to: "firing" is not a telephone number/)
})

test('a configuration that cannot work is refused', () => {
  const to = 'to: ["1"]'
  const whole = 'twilio: {account_sid: a, auth_token: b, from: c}'
  assert.deepEqual(configErrors('sms', `{${whole}}`), ['4:3 missing to in sms_config'])
  assert.deepEqual(configErrors('sms', `{${to}}`), ['4:3 one of aliyun, tencent or twilio must be configured'])
  assert.deepEqual(
    configErrors('sms', `{${to}, ${whole}, tencent: {secret_id: a, secret_key: b, sdk_app_id: c, template_id: d}}`),
    ['4:15 at most one of aliyun & tencent & twilio must be configured'],
  )
  assert.deepEqual(configErrors('sms', `{${to}, twilio: {account_sid: a, from: c}}`), [
    '4:15 one of auth_token or auth_token_file must be configured',
  ])
  assert.deepEqual(configErrors('sms', `{${to}, twilio: {account_sid: a, auth_token: c}}`), [
    '4:15 one of from or messaging_service_sid must be configured',
  ])
  assert.deepEqual(configErrors('sms', `{${to}, aliyun: {access_key_secret: c, sign_name: s, template_code: t}}`), [
    '4:15 receivers[0].sms_configs[0].aliyun.access_key_id is required',
  ])
})

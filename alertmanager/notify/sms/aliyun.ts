import { randomUUID } from 'node:crypto'
import type { AliyunOptions } from '../../config/receivers/sms.ts'
import { readMembers } from '../http/answer.ts'
import { judgeAnswer, type Verdict } from '../http/verdict.ts'
import type { NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { signAcs3 } from '../signing/acs3.ts'
import { encodeRfc3986 } from '../signing/digest.ts'
import type { ShortMessage } from './short-message.ts'

const CURES = {
  money: 'top the account up',
  sign: 'check sign_name',
  template: 'check template_code and template_params',
  rights: 'allow the user to send SMS',
}

/** https://www.alibabacloud.com/help/en/sms/developer-reference/api-error-codes */
const VERDICTS: ReadonlyMap<unknown, Verdict> = new Map([
  ['isv.BUSINESS_LIMIT_CONTROL', { reason: 'rateLimited', retryable: true }],
  ['isv.DAY_LIMIT_CONTROL', { reason: 'rateLimited', retryable: false, cure: 'the limit of the day is reached' }],
  ['isp.SYSTEM_ERROR', { reason: 'serverError', retryable: true }],
  ['isp.RAM_PERMISSION_DENY', { reason: 'authError', retryable: false, cure: CURES.rights }],
  ['isv.AMOUNT_NOT_ENOUGH', { reason: 'clientError', retryable: false, cure: CURES.money }],
  ['isv.SMS_SIGNATURE_ILLEGAL', { reason: 'clientError', retryable: false, cure: CURES.sign }],
  ['isv.SMS_TEMPLATE_ILLEGAL', { reason: 'clientError', retryable: false, cure: CURES.template }],
  ['isv.TEMPLATE_MISSING_PARAMETERS', { reason: 'clientError', retryable: false, cure: CURES.template }],
  ['isv.TEMPLATE_PARAMS_ILLEGAL', { reason: 'clientError', retryable: false, cure: CURES.template }],
])

/** Sends a message through Alibaba Cloud: one request for all numbers, its text a template of the service. */
export async function sendByAliyun(options: AliyunOptions, message: ShortMessage): Promise<NotifyResult> {
  const { telling, where, nowMs, numbers, param } = message
  const entries = Object.entries(options.template_params).map(([name, value]) => [name, param(value)])
  const parameters = {
    PhoneNumbers: numbers.join(','),
    SignName: options.sign_name,
    TemplateCode: options.template_code,
    ...(entries.length === 0 ? {} : { TemplateParam: JSON.stringify(Object.fromEntries(entries)) }),
  }
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeRfc3986(value)}`)
  const url = `${options.api_url.replace(/\/$/, '')}/?${query.join('&')}`
  const request = signAcs3(
    { url, method: 'POST', headers: {}, body: '' },
    {
      ...{ accessKeyId: options.access_key_id, action: 'SendSms', version: '2017-05-25', nowMs, nonce: randomUUID() },
      accessKeySecret: await telling.secret(secretAt(options, 'access_key_secret')),
    },
  )
  return telling.send(request, {
    credentials: 'access_key_id and access_key_secret',
    isRetryable: (status, body) => status === 429 || status >= 500 || isThrottled(body),
    readAnswer({ body }) {
      const { Code: code, Message: text } = readMembers(body)
      return judgeAnswer({ where, service: 'Alibaba Cloud', code, text, success: 'OK', verdicts: VERDICTS })
    },
  })
}

/** The gateway says with a 400 that it is asked too often. */
function isThrottled(body: string): boolean {
  return String(readMembers(body).Code).startsWith('Throttling')
}

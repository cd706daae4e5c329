import type { TencentOptions } from '../../config/receivers/sms.ts'
import { encodeJson } from '../../json.ts'
import { readMembers } from '../http/answer.ts'
import { type FailureReason, failure, type NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import { signTc3 } from '../signing/tc3.ts'
import type { ShortMessage } from './short-message.ts'

/** Sends a message through Tencent Cloud: one request for all numbers, its text a template of the service. */
export async function sendByTencent(options: TencentOptions, message: ShortMessage): Promise<NotifyResult> {
  const { telling, where, nowMs, numbers, param } = message
  const request = signTc3(
    {
      ...{ url: new URL(options.api_url).href, method: 'POST' },
      headers: { 'content-type': 'application/json; charset=utf-8' },
      body: encodeJson({
        PhoneNumberSet: numbers,
        SmsSdkAppId: options.sdk_app_id,
        SignName: options.sign_name,
        TemplateId: options.template_id,
        TemplateParamSet: options.template_params.map(param),
      }),
    },
    {
      ...{ secretId: options.secret_id, service: 'sms', region: options.region, nowMs },
      ...{ action: 'SendSms', version: '2021-01-11' },
      secretKey: await telling.secret(secretAt(options, 'secret_key')),
    },
  )
  return telling.send(request, { readAnswer: ({ body }) => readTencentAnswer(body, where) })
}

interface Problem {
  readonly Code?: unknown
  readonly Message?: unknown
}

/** An error of the request, or a code for each number. Some numbers that did not get through are a warning. */
function readTencentAnswer(body: string, where: string): NotifyResult {
  const { Response: answer } = readMembers(body)
  const { Error: error, SendStatusSet: sent } = (answer ?? {}) as { Error?: Problem; SendStatusSet?: unknown }
  if (error !== undefined) return refused(error, where)
  if (!Array.isArray(sent) || sent.length === 0) {
    return failure('other', true, `${where}: the answer is none of Tencent Cloud; check the url`)
  }
  const problems = (sent as readonly Problem[]).filter(({ Code }) => Code !== 'Ok')
  const [first] = problems
  if (first === undefined) return { ok: true }
  if (problems.length === sent.length) return refused(first, where)
  // Sending all of it again would tell the others twice.
  return { ok: true, warning: `${problems.length} of ${sent.length} numbers were refused: ${describe(first)}` }
}

function refused(problem: Problem, where: string): NotifyResult {
  const [reason, retryable, cure] = verdictOf(String(problem.Code))
  return failure(reason, retryable, `${where}: Tencent Cloud refused the message (${describe(problem)})${cure}`)
}

function describe({ Code, Message }: Problem): string {
  return `${String(Code)}: ${String(Message)}`
}

/** https://www.tencentcloud.com/document/product/382/40588 */
function verdictOf(code: string): readonly [FailureReason, boolean, string] {
  if (/^(RequestLimitExceeded|LimitExceeded)/.test(code)) return ['rateLimited', true, '']
  if (/^(InternalError|ResourceUnavailable)/.test(code)) return ['serverError', true, '']
  if (/^(AuthFailure|UnauthorizedOperation)/.test(code)) return ['authError', false, '; check secret_id and secret_key']
  if (/InsufficientBalance/.test(code)) return ['clientError', false, '; top the account up']
  if (/Signature|Template/.test(code))
    return ['clientError', false, '; check sign_name, template_id and template_params']
  return ['clientError', false, '']
}

import type { SmsConfig } from '../../config/receivers/sms.ts'
import { cutToRunes } from '../cut-text.ts'
import { createHttpIntegration, type Telling } from '../http/http-integration.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration } from '../receiver.ts'
import { sendByAliyun } from '../sms/aliyun.ts'
import type { ShortMessage } from '../sms/short-message.ts'
import { sendByTencent } from '../sms/tencent.ts'
import { createTwilio } from '../sms/twilio.ts'
import { Unsendable } from '../unsendable.ts'

/** Sends short messages through the service that the configuration chooses. */
export function createSms(config: SmsConfig, deps: IntegrationDeps): Integration {
  const sendByTwilio = createTwilio()
  return createHttpIntegration('sms', config, deps, async (telling) => {
    const message: ShortMessage = {
      ...{ telling, where: deps.where, nowMs: deps.clock.nowMs(), numbers: numbersOf(config, telling) },
      param: (source) => cutToRunes(telling.text(source, 'template_params'), config.max_param_length),
    }
    const { aliyun, tencent, twilio } = config
    if (aliyun !== undefined) return sendByAliyun(aliyun, message)
    if (tencent !== undefined) return sendByTencent(tencent, message)
    if (twilio !== undefined) return sendByTwilio(twilio, telling.text(config.message, 'message'), message)
    throw new Unsendable('no service is configured')
  })
}

function numbersOf({ to }: SmsConfig, telling: Telling): readonly string[] {
  const numbers = to.map((number) => telling.text(number, 'to').replace(/[\s()-]/g, ''))
  const wrong = numbers.find((number) => !/^\+?\d{3,20}$/.test(number))
  if (wrong !== undefined) throw new Unsendable(`to: ${JSON.stringify(wrong)} is not a telephone number`)
  return [...new Set(numbers)]
}

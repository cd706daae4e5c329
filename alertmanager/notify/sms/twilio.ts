import type { TwilioOptions } from '../../config/receivers/sms.ts'
import { cutToRunes } from '../cut-text.ts'
import type { Notification, NotifyFailure, NotifyResult } from '../receiver.ts'
import { secretAt } from '../secret-source.ts'
import type { ShortMessage } from './short-message.ts'

/** Longest text, in code points. */
const MAX_TEXT = 1600

type SendByTwilio = (options: TwilioOptions, text: string, message: ShortMessage) => Promise<NotifyResult>

/** Sends messages through Twilio, number by number. Who has got one is not told again when others are tried again. */
export function createTwilio(): SendByTwilio {
  const told = new WeakMap<Notification, Set<string>>()

  return async (options, text, { telling, numbers }) => {
    const token = await telling.secret(secretAt(options, 'auth_token'))
    const url = `${options.api_url.replace(/\/$/, '')}/2010-04-01/Accounts/${options.account_sid}/Messages.json`
    const headers = {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: `Basic ${Buffer.from(`${options.account_sid}:${token}`).toString('base64')}`,
    }
    const sender = options.messaging_service_sid
      ? { MessagingServiceSid: options.messaging_service_sid }
      : { From: options.from ?? '' }
    const done = told.getOrInsertComputed(telling.notification, () => new Set())
    const failures: NotifyFailure[] = []
    for (const number of numbers) {
      if (done.has(number)) continue
      const body = new URLSearchParams({ To: number, ...sender, Body: cutToRunes(text, MAX_TEXT) }).toString()
      const credentials = 'account_sid and auth_token'
      const result = await telling.send({ url, method: 'POST', headers, body }, { credentials })
      if (result.ok) done.add(number)
      else failures.push(result)
    }
    return outcome(failures, numbers.length)
  }
}

/** What may pass is tried again; what was refused for good is a warning if somebody was told. */
function outcome(failures: readonly NotifyFailure[], numbers: number): NotifyResult {
  const [first] = failures
  if (first === undefined) return { ok: true }
  const retryable = failures.find((failed) => failed.retryable)
  if (retryable !== undefined) return retryable
  if (failures.length === numbers) return first
  return { ok: true, warning: `${failures.length} of ${numbers} numbers were refused: ${first.message}` }
}

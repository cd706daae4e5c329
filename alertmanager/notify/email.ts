import { randomInt } from 'node:crypto'
import type { Clock } from '#lib/clock.ts'
import type { EmailConfig } from '../config/email.ts'
import { notificationData } from './data.ts'
import { defaultHtml } from './default-html.ts'
import { defaultSubject, defaultText } from './default-texts.ts'
import type { Integration, Notification, NotifyResult } from './receiver.ts'

export interface Mail {
  /** Addresses of the envelope. */
  readonly from: string
  readonly to: string
  /** All headers but those that describe the body. */
  readonly headers: Readonly<Record<string, string>>
  /** A body that is empty is left out. */
  readonly text: string
  readonly html: string
}

/** Hands a mail to the mail server. Does not throw for what the server or the network does. */
export type MailTransport = (mail: Mail, signal: AbortSignal) => Promise<NotifyResult>

export interface EmailDeps {
  readonly index: number
  readonly externalUrl: () => string
  readonly hostname: string
  readonly clock: Clock
  readonly transport: MailTransport
}

/** Sends notifications as mails: a plain text and an HTML with the same content. */
export function createEmail(config: EmailConfig, deps: EmailDeps): Integration {
  return {
    kind: 'email',
    index: deps.index,
    sendResolved: config.send_resolved,
    notify: (notification, signal) => deps.transport(composeMail(config, notification, deps), signal),
  }
}

function composeMail(config: EmailConfig, notification: Notification, deps: EmailDeps): Mail {
  const data = notificationData(notification, deps.externalUrl())
  const unique = `${deps.clock.nowMs()}000000.${randomInt(2 ** 48 - 1)}@${deps.hostname}`
  return {
    from: config.from,
    to: config.to,
    headers: {
      Subject: defaultSubject(data),
      To: config.to,
      From: config.from,
      'Message-Id': `<${unique}>`,
      Date: rfc1123(deps.clock.nowMs()),
      ...config.headers,
    },
    text: config.text ?? defaultText(data),
    html: config.html ?? defaultHtml(data),
  }
}

/** `Sat, 21 Nov 2026 11:48:39 +0000` */
function rfc1123(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace('GMT', '+0000')
}

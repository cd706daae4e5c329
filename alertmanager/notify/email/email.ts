import { randomInt } from 'node:crypto'
import type { EmailConfig } from '../../config/receivers/email.ts'
import { notificationData } from '../data.ts'
import type { IntegrationDeps } from '../integration.ts'
import type { Integration, Notification, NotifyResult } from '../receiver.ts'
import { composeAndSend, render } from '../unsendable.ts'
import { threadHeaders } from './thread.ts'

export interface Mail {
  /** The address of the sender, with a name perhaps. */
  readonly from: string
  /** The addresses of the recipients, separated by commas. */
  readonly to: string
  /** All headers but those that describe the body, in order. */
  readonly headers: Readonly<Record<string, string>>
  /** A body that is empty is left out. */
  readonly text: string
  readonly html: string
}

/** Hands a mail to the mail server. Does not throw for what the server or the network does. */
export type MailTransport = (mail: Mail, signal: AbortSignal) => Promise<NotifyResult>

/** Sends notifications as mails, all of whose parts are templates. */
export function createEmail(config: EmailConfig, deps: IntegrationDeps): Integration {
  const transport = deps.mail(config)
  return {
    kind: 'email',
    index: deps.index,
    sendResolved: config.send_resolved,
    notify(notification, signal) {
      return composeAndSend(deps.where, async () => transport(composeMail(config, notification, deps), signal))
    },
  }
}

const DEFAULT_SUBJECT = '{{ template "email.default.subject" . }}'

function composeMail(config: EmailConfig, notification: Notification, deps: IntegrationDeps): Mail {
  const { templates, clock, hostname } = deps
  const data = notificationData(notification, deps.externalUrl())
  const text = (source: string, key: string) => render(key, () => templates.text(source, data))
  const from = text(config.from, 'from')
  const to = text(config.to, 'to')
  const written = Object.entries(config.headers).map(([name, source]) => [name, text(source, `headers.${name}`)])
  const headers: Record<string, string> = Object.fromEntries(written)
  headers.Subject ??= text(DEFAULT_SUBJECT, 'headers.Subject')
  headers.To ??= to
  headers.From ??= from
  headers['Message-Id'] ??= `<${clock.nowMs()}000000.${randomInt(2 ** 48 - 1)}@${hostname}>`
  return {
    ...{ from, to },
    headers: {
      ...headers,
      ...threadHeaders(config.threading, notification.groupKey, clock.nowMs()),
      Date: rfc1123(clock.nowMs()),
    },
    text: text(config.text, 'text'),
    html: render('html', () => templates.html(config.html, data)),
  }
}

/** `Sat, 21 Nov 2026 11:48:39 +0000` */
function rfc1123(epochMs: number): string {
  return new Date(epochMs).toUTCString().replace('GMT', '+0000')
}

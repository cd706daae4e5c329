import type { Clock } from '#lib/clock.ts'
import type { HttpConfig } from '../../config/http.ts'
import type { HttpTransport } from '../http/request.ts'
import { createAccessTokenSource } from './access-token.ts'
import type { MailTransport } from './email.ts'
import { createSmtpTransport, type SmtpTransportOptions } from './smtp-transport.ts'

export interface MailTransportOptions extends Omit<SmtpTransportOptions, 'accessToken'> {
  readonly clock: Clock
  /** For where access tokens are issued. */
  readonly http: (config: HttpConfig) => HttpTransport
}

/** Sends mails as an `email_configs` entry says. */
export function createMailTransport({ clock, http, ...options }: MailTransportOptions): MailTransport {
  const { auth_xoauth2 } = options.config
  if (auth_xoauth2 === undefined) return createSmtpTransport(options)
  const transport = http(auth_xoauth2.http_config)
  const accessToken = createAccessTokenSource({ ...options, config: auth_xoauth2, http: transport, clock })
  return createSmtpTransport({ ...options, accessToken })
}

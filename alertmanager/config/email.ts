import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, mapping, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne, refuseTemplate } from './exclusive.ts'
import type { GlobalOptions } from './global.ts'
import { allNotSupported, notSupported } from './not-supported.ts'
import { parseSmarthost, type Smarthost } from './smarthost.ts'
import { checkTlsConfig, type TlsConfig, tlsConfigSchema } from './tls.ts'

export const emailSchema = section('Sends notifications by email. What is left out comes from global.', {
  send_resolved: boolean({ description: 'Also tell when alerts are resolved.', default: false }),
  to: optional(text({ description: 'Addresses, separated by commas.' })),
  from: optional(text({ description: 'Address of the sender.' })),
  hello: optional(text({ description: 'Name that this client gives to the mail server.' })),
  smarthost: optional(text({ description: 'Mail server, as host:port.' })),
  auth_username: optional(text({ description: 'User at the mail server; without it there is no authentication.' })),
  auth_password: optional(secret({ description: 'Password of the user.' })),
  auth_password_file: optional(text({ description: 'File with the password, read at each notification.' })),
  auth_identity: optional(text({ description: 'Identity to act as, for AUTH PLAIN.' })),
  require_tls: optional(boolean({ description: 'Send nothing without STARTTLS.' })),
  force_implicit_tls: optional(boolean({ description: 'TLS from the first byte; by default only on port 465.' })),
  tls_config: optional(tlsConfigSchema),
  headers: optional(mapping(text({ description: 'A value.' }), { description: 'Headers of the mail.' })),
  html: optional(text({ description: 'HTML body in place of the default; an empty one leaves it out.' })),
  text: optional(text({ description: 'Plain body in place of the default; an empty one leaves it out.' })),
  ...allNotSupported('CRAM-MD5', ['auth_secret', 'auth_secret_file']),
  threading: notSupported('threading'),
})

export type EmailOptions = Static<typeof emailSchema>

/** What an email integration works with: its own options over the global ones. */
export interface EmailConfig {
  readonly send_resolved: boolean
  readonly to: string
  readonly from: string
  readonly hello: string
  readonly smarthost: Smarthost
  readonly auth_username: string | undefined
  readonly auth_password: string | undefined
  readonly auth_password_file: string | undefined
  readonly auth_identity: string | undefined
  readonly require_tls: boolean
  readonly force_implicit_tls: boolean | undefined
  readonly tls_config: TlsConfig | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly html: string | undefined
  readonly text: string | undefined
}

/** The options of one email integration with those of global under them; reports what is missing or wrong. */
export function readEmail(email: EmailOptions, global: GlobalOptions, path: Path, report: Report): EmailConfig {
  const smarthost = email.smarthost ?? global.smtp_smarthost
  const from = email.from ?? global.smtp_from
  if (smarthost === undefined) report([...path, 'smarthost'], 'no global SMTP smarthost set', 'key')
  if (from === undefined) report([...path, 'from'], 'no global SMTP from set', 'key')
  if (email.to === undefined || email.to === '') report([...path, 'to'], 'missing to address in email config', 'key')
  atMostOne(email, ['auth_password', 'auth_password_file'], path, report)
  const ownPassword = email.auth_password !== undefined || email.auth_password_file !== undefined
  if (email.tls_config !== undefined) checkTlsConfig(email.tls_config, [...path, 'tls_config'], report)
  for (const key of ['to', 'from', 'html', 'text'] as const) refuseTemplate(email[key], [...path, key], report)
  return {
    send_resolved: email.send_resolved,
    to: email.to ?? '',
    from: from ?? '',
    hello: email.hello ?? global.smtp_hello,
    smarthost: parseSmarthost(
      smarthost ?? '',
      [...path, 'smarthost'],
      email.smarthost === undefined ? () => {} : report,
    ),
    auth_username: email.auth_username ?? global.smtp_auth_username,
    auth_password: ownPassword ? email.auth_password : global.smtp_auth_password,
    auth_password_file: ownPassword ? email.auth_password_file : global.smtp_auth_password_file,
    auth_identity: email.auth_identity ?? global.smtp_auth_identity,
    require_tls: email.require_tls ?? global.smtp_require_tls,
    force_implicit_tls: email.force_implicit_tls ?? global.smtp_force_implicit_tls,
    tls_config: email.tls_config ?? global.smtp_tls_config,
    headers: readHeaders(email.headers ?? {}, [...path, 'headers'], report),
    html: email.html,
    text: email.text,
  }
}

/** Names in the spelling `Reply-To`; two spellings of one name are an error. */
function readHeaders(headers: Readonly<Record<string, string>>, path: Path, report: Report): Record<string, string> {
  const result: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    const canonical = name.toLowerCase().replace(/(?:^|-)[a-z]/g, (start) => start.toUpperCase())
    if (Object.hasOwn(result, canonical)) {
      report([...path, name], `duplicate header "${canonical}" in email config`, 'key')
    }
    refuseTemplate(value, [...path, name], report)
    result[canonical] = value
  }
  return result
}

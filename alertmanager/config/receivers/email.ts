import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, choice, mapping, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne } from '../exclusive.ts'
import { parseSmarthost, type Smarthost } from '../smarthost.ts'
import { checkTlsConfig, type TlsConfig, tlsConfigSchema } from '../tls.ts'
import type { IntegrationContext, IntegrationFormat } from './format.ts'
import { checkXoauth2, type Xoauth2Config, xoauth2Schema } from './xoauth2.ts'

const threadingSchema = section('Headers that make readers show the mails of a group as one conversation.', {
  enabled: boolean({ description: 'Whether mails carry them.', default: false }),
  thread_by_date: choice(['daily', 'none'], {
    description: 'A conversation for each day, or one for all time.',
    default: 'daily',
  }),
})

const emailSchema = section('Sends notifications by email. What is left out comes from global.', {
  send_resolved: boolean({ description: 'Also tell when alerts are resolved.', default: false }),
  to: optional(text({ description: 'Addresses, separated by commas; a template.' })),
  from: optional(text({ description: 'Address of the sender; a template.' })),
  hello: optional(text({ description: 'Name that this client gives to the mail server.' })),
  smarthost: optional(text({ description: 'Mail server, as host:port.' })),
  auth_username: optional(text({ description: 'User at the mail server; without it there is no authentication.' })),
  auth_password: optional(secret({ description: 'Password of the user.' })),
  auth_password_file: optional(text({ description: 'File with the password, read at each notification.' })),
  auth_identity: optional(text({ description: 'Identity to act as, for AUTH PLAIN.' })),
  require_tls: optional(boolean({ description: 'Send nothing without STARTTLS.' })),
  force_implicit_tls: optional(boolean({ description: 'TLS from the first byte; by default only on port 465.' })),
  tls_config: optional(tlsConfigSchema),
  headers: optional(mapping(text({ description: 'A template.' }), { description: 'Headers of the mail.' })),
  html: text({
    description: 'HTML body, a template; an empty one leaves it out.',
    default: '{{ template "email.default.html" . }}',
  }),
  text: text({ description: 'Plain body, a template; an empty one leaves it out.', default: '' }),
  auth_secret: optional(secret({ description: 'Secret for CRAM-MD5.' })),
  auth_secret_file: optional(text({ description: 'File with the secret for CRAM-MD5, read at each notification.' })),
  auth_xoauth2: optional(xoauth2Schema),
  threading: optional(threadingSchema),
})

type EmailOptions = Static<typeof emailSchema>

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
  readonly auth_secret: string | undefined
  readonly auth_secret_file: string | undefined
  readonly auth_xoauth2: Xoauth2Config | undefined
  readonly auth_identity: string | undefined
  readonly require_tls: boolean
  readonly force_implicit_tls: boolean | undefined
  readonly tls_config: TlsConfig | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly html: string
  readonly text: string
  readonly threading: Static<typeof threadingSchema>
}

export const emailFormat: IntegrationFormat<EmailOptions, EmailConfig> = { schema: emailSchema, read: readEmail }

function readEmail(email: EmailOptions, { global, path, report }: IntegrationContext): EmailConfig {
  const smarthost = email.smarthost ?? global.smtp_smarthost
  const from = email.from ?? global.smtp_from
  if (smarthost === undefined) report([...path, 'smarthost'], 'no global SMTP smarthost set', 'key')
  if (from === undefined) report([...path, 'from'], 'no global SMTP from set', 'key')
  if (email.to === undefined || email.to === '') report([...path, 'to'], 'missing to address in email config', 'key')
  atMostOne(email, ['auth_password', 'auth_password_file'], path, report)
  atMostOne(email, ['auth_secret', 'auth_secret_file'], path, report)
  const ownPassword = email.auth_password !== undefined || email.auth_password_file !== undefined
  const ownSecret = email.auth_secret !== undefined || email.auth_secret_file !== undefined
  if (email.auth_xoauth2 !== undefined) checkXoauth2(email.auth_xoauth2, [...path, 'auth_xoauth2'], report)
  if (email.tls_config !== undefined) checkTlsConfig(email.tls_config, [...path, 'tls_config'], report)
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
    auth_secret: ownSecret ? email.auth_secret : global.smtp_auth_secret,
    auth_secret_file: ownSecret ? email.auth_secret_file : global.smtp_auth_secret_file,
    auth_xoauth2: email.auth_xoauth2 ?? global.smtp_auth_xoauth2,
    auth_identity: email.auth_identity ?? global.smtp_auth_identity,
    require_tls: email.require_tls ?? global.smtp_require_tls,
    force_implicit_tls: email.force_implicit_tls ?? global.smtp_force_implicit_tls,
    tls_config: email.tls_config ?? global.smtp_tls_config,
    headers: readHeaders(email.headers ?? {}, [...path, 'headers'], report),
    html: email.html,
    text: email.text,
    threading: email.threading ?? { enabled: false, thread_by_date: 'daily' },
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
    result[canonical] = value
  }
  return result
}

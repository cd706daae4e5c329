import addressparser from 'nodemailer/lib/addressparser'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import type { EmailConfig } from '../../config/receivers/email.ts'
import { tlsOptions } from '../http/tls-options.ts'
import type { ReadFile } from '../integration.ts'
import { failure, type NotifyFailure } from '../receiver.ts'
import { readSecret, secretAt } from '../secret-source.ts'
import { Unsendable } from '../unsendable.ts'
import type { MailTransport } from './email.ts'
import { buildMessage } from './message.ts'
import { type Authenticate, authenticateWith } from './smtp-auth.ts'
import { type SessionOptions, sendOverSmtp } from './smtp-session.ts'

export interface SmtpTransportOptions {
  readonly config: EmailConfig
  readonly index: number
  /** Reads a file that the configuration names; trimmed. */
  readonly readFile: ReadFile
  /** A token for XOAUTH2, where the configuration says how to get one. */
  readonly accessToken?: () => Promise<string>
}

/** Sends mails through the smarthost, one connection each. A recipient that is refused does not cost the others theirs. */
export function createSmtpTransport(options: SmtpTransportOptions): MailTransport {
  const where = `email_configs[${options.index}]`
  return async (mail, signal) => {
    const [from, ...others] = addressesIn(mail.from)
    const to = addressesIn(mail.to)
    if (from === undefined || others.length > 0) {
      return failure('other', false, `${where}: from must be exactly one address`)
    }
    if (to.length === 0) return failure('other', false, `${where}: to holds no address`)
    try {
      const message = await buildMessage(mail)
      const session = await sessionOptions(options)
      const refused = await sendOverSmtp(session, authentication(options), { from, to }, message, signal)
      return refused.length === 0 ? { ok: true } : { ok: true, warning: `${where}: refused ${refused.join(', ')}` }
    } catch (error) {
      return describeFailure(error, where, signal)
    }
  }
}

function addressesIn(list: string): string[] {
  return addressparser(list, { flatten: true }).flatMap(({ address }) => (address.includes('@') ? [address] : []))
}

function isImplicit({ force_implicit_tls, smarthost }: EmailConfig): boolean {
  return force_implicit_tls ?? smarthost.port === 465
}

async function sessionOptions({ config, readFile }: SmtpTransportOptions): Promise<SessionOptions> {
  const secure = isImplicit(config)
  return {
    ...{ host: config.smarthost.host, port: config.smarthost.port, secure, name: config.hello },
    requireTLS: !secure && config.require_tls,
    // Upstream does not use STARTTLS unless it is required.
    ignoreTLS: !config.require_tls,
    tls: config.tls_config === undefined ? { minVersion: 'TLSv1.2' } : await tlsOptions(config.tls_config, readFile),
  }
}

const LOCAL_HOSTS = ['localhost', '127.0.0.1', '::1']

function authentication({ config, readFile, accessToken }: SmtpTransportOptions): Authenticate | undefined {
  const { auth_username: user, auth_identity: identity = '' } = config
  if (!user) return undefined
  const password = secretAt(config, 'auth_password')
  const secret = secretAt(config, 'auth_secret')
  const has = ({ text, file }: typeof password) => Boolean(text) || file !== undefined
  return authenticateWith({
    ...{ user, identity },
    ...(has(password) ? { password: () => readSecret(password, readFile) } : {}),
    ...(has(secret) ? { secret: () => readSecret(secret, readFile) } : {}),
    ...(accessToken === undefined ? {} : { accessToken }),
    isPrivate: isImplicit(config) || config.require_tls || LOCAL_HOSTS.includes(config.smarthost.host),
  })
}

const CURES: Readonly<Record<string, string>> = {
  EAUTH: '; check auth_username and auth_password',
  ETLS: '; set require_tls: false if the server offers no STARTTLS, or check tls_config',
  EDNS: '; check the host of smarthost and the DNS of this machine',
  ECONNREFUSED: '; nothing listens there, check smarthost',
  ESOCKET: '; check smarthost, and force_implicit_tls if the port speaks TLS from the start',
  EENVELOPE: '; the server refuses the addresses, check from and to',
}

/** Upstream tries again after nearly every failure: mail servers say no for a while, and for odd reasons. */
function describeFailure(error: unknown, where: string, signal: AbortSignal): NotifyFailure {
  if (signal.aborted) {
    const reason = signal.reason === 'contextDeadlineExceeded' ? 'contextDeadlineExceeded' : 'contextCanceled'
    return failure(reason, true, `${where}: no answer in time`)
  }
  const code = systemErrorCode(error)
  const isPermanent = error instanceof Unsendable || code === 'ENOENT' || code === 'EACCES'
  const reason = code === 'EAUTH' ? 'authError' : 'other'
  return failure(reason, !isPermanent, `${where}: ${messageOf(error)}${CURES[code] ?? ''}`)
}

import { createTransport, type SMTPTransportOptions } from 'nodemailer'
import addressparser from 'nodemailer/lib/addressparser'
import { messageOf, systemErrorCode } from '#lib/errors.ts'
import type { EmailConfig } from '../config/email.ts'
import type { Mail, MailTransport } from './email.ts'
import { failure, type NotifyFailure } from './receiver.ts'
import { tlsOptions } from './tls-options.ts'

export interface SmtpTransportOptions {
  readonly config: EmailConfig
  readonly index: number
  /** Reads a file that the configuration names; trimmed. */
  readonly readFile: (path: string) => Promise<string>
}

/** Sends mails through the smarthost, one connection each. A recipient that is refused does not cost the others theirs. */
export function createSmtpTransport(options: SmtpTransportOptions): MailTransport {
  const where = `email_configs[${options.index}]`
  return async (mail, signal) => {
    if (addressesIn(mail.from).length !== 1)
      return failure('other', false, `${where}: from must be exactly one address`)
    if (addressesIn(mail.to).length === 0) return failure('other', false, `${where}: to holds no address`)
    try {
      const server = createTransport(await connectionOptions(options))
      const { rejected } = await server.sendMail({ ...messageOptions(mail), signal })
      return rejected.length === 0 ? { ok: true } : { ok: true, warning: `${where}: refused ${rejected.join(', ')}` }
    } catch (error) {
      return describeFailure(error, where, signal)
    }
  }
}

function addressesIn(list: string): string[] {
  return addressparser(list, { flatten: true }).flatMap(({ address }) => (address.includes('@') ? [address] : []))
}

function messageOptions({ from, to, headers, text, html }: Mail) {
  const { Subject: subject, To, From, 'Message-Id': messageId, Date: date, ...others } = headers
  return {
    envelope: { from: addressesIn(from)[0]!, to: addressesIn(to) },
    ...{ subject, to: To, from: From, messageId, date },
    headers: others,
    ...(text === '' ? {} : { text }),
    ...(html === '' ? {} : { html }),
    // A text of the configuration must not name a file or a URL to be sent along.
    disableFileAccess: true,
    disableUrlAccess: true,
    xMailer: false as const,
  }
}

async function connectionOptions({ config, readFile }: SmtpTransportOptions): Promise<SMTPTransportOptions> {
  const { host, port } = config.smarthost
  const secure = config.force_implicit_tls ?? port === 465
  const encrypted = secure || config.require_tls
  return {
    ...{ host, port, secure, name: config.hello },
    requireTLS: !secure && config.require_tls,
    // Upstream does not use STARTTLS unless it is required.
    ignoreTLS: !config.require_tls,
    tls: config.tls_config === undefined ? { minVersion: 'TLSv1.2' } : await tlsOptions(config.tls_config, readFile),
    ...(config.auth_username ? await authOptions(config, config.auth_username, encrypted, readFile) : {}),
  }
}

async function authOptions(
  config: EmailConfig,
  user: string,
  encrypted: boolean,
  readFile: SmtpTransportOptions['readFile'],
): Promise<Pick<SMTPTransportOptions, 'auth' | 'customAuth'>> {
  const { auth_password, auth_password_file, auth_identity = '', smarthost } = config
  const pass = auth_password_file === undefined ? (auth_password ?? '') : await readFile(auth_password_file)
  const isLocal = ['localhost', '127.0.0.1', '::1'].includes(smarthost.host)
  return {
    auth: { user, pass },
    customAuth: {
      // nodemailer's own PLAIN knows no identity and would send the password over any connection.
      async PLAIN(context) {
        if (!encrypted && !isLocal) {
          throw new Error('refusing to send the password over a connection without TLS; set require_tls: true')
        }
        const token = Buffer.from([auth_identity, user, pass].join('\0')).toString('base64')
        const { status, response } = await context.sendCommand(`AUTH PLAIN ${token}`)
        if (status !== 235) throw new Error(response)
      },
    },
  }
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
  const isFile = code === 'ENOENT' || code === 'EACCES'
  const reason = code === 'EAUTH' ? 'authError' : 'other'
  return failure(reason, !isFile, `${where}: ${messageOf(error)}${CURES[code] ?? ''}`)
}

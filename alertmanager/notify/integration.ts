import type { Clock } from '#lib/clock.ts'
import type { HttpConfig } from '../config/http.ts'
import type { EmailConfig } from '../config/receivers/email.ts'
import type { Templates } from '../template/templates.ts'
import type { MailTransport } from './email/email.ts'
import type { HttpTransport } from './http/request.ts'

/** Reads a file that the configuration names; trimmed. */
export type ReadFile = (path: string) => Promise<string>

/** What an integration is made with. */
export interface IntegrationDeps {
  /** Among those of its kind in its receiver. */
  readonly index: number
  /** Its name in messages, such as `webhook_configs[0]`. */
  readonly where: string
  readonly clock: Clock
  readonly templates: Templates
  /** Base of links back to this router, without a slash at the end. */
  readonly externalUrl: () => string
  readonly hostname: string
  /** Variables of the process, for services whose own clients look there. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly readFile: ReadFile
  http(config: HttpConfig): HttpTransport
  mail(config: EmailConfig): MailTransport
}

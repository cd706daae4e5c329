import type { Clock } from '#lib/clock.ts'
import type { AlertmanagerConfig } from '../config/alertmanager-yml.ts'
import type { EmailConfig } from '../config/email.ts'
import { createFileReader } from '../config/files.ts'
import type { HttpConfig } from '../config/http.ts'
import type { IntegrationConfig } from '../config/receivers.ts'
import { createEmail, type MailTransport } from './email.ts'
import type { HttpTransport } from './http-request.ts'
import type { Integration, Receiver } from './receiver.ts'
import { createWebhook } from './webhook.ts'

type ReadFile = (path: string) => Promise<string>

/** How notifications leave the process. */
export interface Transports {
  http(config: HttpConfig, readFile: ReadFile): Promise<HttpTransport>
  mail(config: EmailConfig, index: number, readFile: ReadFile): Promise<MailTransport>
}

export interface BuildDeps {
  readonly clock: Clock
  readonly transports: Transports
  /** Base of links back to this router, without a slash at the end. */
  readonly externalUrl: () => string
  readonly hostname: string
}

/** The transports of the real world. Each brings its libraries, so none is loaded before a receiver needs it. */
export function createTransports(userAgent: string): Transports {
  return {
    async http(config, readFile) {
      const { createHttpTransport } = await import('./http-transport.ts')
      return createHttpTransport({ config, userAgent, readFile })
    },
    async mail(config, index, readFile) {
      const { createSmtpTransport } = await import('./smtp-transport.ts')
      return createSmtpTransport({ config, index, readFile })
    },
  }
}

/** The receivers with these names, ready to notify. */
export async function buildReceivers(
  config: AlertmanagerConfig,
  names: ReadonlySet<string>,
  deps: BuildDeps,
): Promise<ReadonlyMap<string, Receiver>> {
  const readFile = createFileReader(config.directory)
  const receivers = new Map<string, Receiver>()
  for (const { name, integrations } of config.receivers) {
    if (!names.has(name)) continue
    const built = await Promise.all(integrations.map((integration) => buildIntegration(integration, readFile, deps)))
    receivers.set(name, { name, integrations: built })
  }
  return receivers
}

async function buildIntegration(
  { kind, index, options }: IntegrationConfig,
  readFile: ReadFile,
  { clock, transports, externalUrl, hostname }: BuildDeps,
): Promise<Integration> {
  switch (kind) {
    case 'webhook': {
      const transport = await transports.http(options.http_config, readFile)
      return createWebhook(options, { index, externalUrl, clock, transport, readFile })
    }
    case 'email': {
      const transport = await transports.mail(options, index, readFile)
      return createEmail(options, { index, externalUrl, hostname, clock, transport })
    }
  }
}

import type { Clock } from '#lib/clock.ts'
import type { AlertmanagerConfig } from '../config/alertmanager-yml.ts'
import { createFileReader } from '../config/files.ts'
import type { HttpConfig } from '../config/http.ts'
import type { EmailConfig } from '../config/receivers/email.ts'
import type { IntegrationConfig } from '../config/receivers/receivers.ts'
import { loadTemplates } from '../template/load-templates.ts'
import { LITERAL_TEMPLATES, type TemplateLibrary, type Templates } from '../template/templates.ts'
import { CREATORS } from './creators.ts'
import type { MailTransport } from './email/email.ts'
import type { HttpTransport } from './http/request.ts'
import type { IntegrationDeps, ReadFile } from './integration.ts'
import type { Integration, Receiver } from './receiver.ts'

/** How notifications leave the process. */
export interface Transports {
  http(config: HttpConfig, readFile: ReadFile): HttpTransport
  mail(config: EmailConfig, index: number, readFile: ReadFile, clock: Clock): MailTransport
}

export interface BuildDeps {
  readonly clock: Clock
  readonly transports: Transports
  /** Base of links back to this router, without a slash at the end. */
  readonly externalUrl: () => string
  readonly hostname: string
  readonly env: Readonly<Record<string, string | undefined>>
}

/**
 * The transports of the real world. Each brings its libraries, so none is loaded before a receiver needs it; then at
 * once, so that the first notification doesn't wait for it.
 */
export function createTransports(userAgent: string): Transports {
  const http: Transports['http'] = (config, readFile) => {
    const loading = import('./http/transport.ts').then(({ createHttpTransport }) => {
      return createHttpTransport({ config, userAgent, readFile })
    })
    loading.catch(() => {})
    return async (request, signal) => (await loading)(request, signal)
  }
  return {
    http,
    mail(config, index, readFile, clock) {
      const loading = import('./email/create-mail-transport.ts').then(({ createMailTransport }) => {
        return createMailTransport({
          config,
          index,
          readFile,
          clock,
          http: (http_config) => http(http_config, readFile),
        })
      })
      loading.catch(() => {})
      return async (mail, signal) => (await loading)(mail, signal)
    },
  }
}

/** The receivers with these names, ready to notify. */
export async function buildReceivers(
  config: AlertmanagerConfig,
  names: ReadonlySet<string>,
  templates: Templates,
  deps: BuildDeps,
): Promise<ReadonlyMap<string, Receiver>> {
  const readFile = createFileReader(config.directory)
  const used = config.receivers.filter(({ name }) => names.has(name))
  const receivers = new Map<string, Receiver>()
  for (const { name, integrations } of used) {
    const built = await Promise.all(
      integrations.map((integration) => buildIntegration(integration, templates, readFile, deps)),
    )
    receivers.set(name, { name, integrations: built })
  }
  return receivers
}

/** The texts of a configuration. Who tells nobody and has no template files to check needs no engine. */
export async function buildTemplates(
  { templates: patterns, directory, receivers }: AlertmanagerConfig,
  names: ReadonlySet<string>,
  { clock }: Pick<BuildDeps, 'clock'>,
): Promise<Templates> {
  const isTelling = receivers.some(({ name, integrations }) => names.has(name) && integrations.length > 0)
  const isNeeded = patterns.length > 0 || isTelling
  return isNeeded ? loadTemplates({ patterns, directory, clock }) : LITERAL_TEMPLATES
}

/** These texts where they are such, or the default ones, by which somebody may try something out. */
export async function templateLibrary(
  templates: Templates | TemplateLibrary,
  { clock }: Pick<BuildDeps, 'clock'>,
): Promise<TemplateLibrary> {
  return 'extendedBy' in templates ? templates : loadTemplates({ patterns: [], directory: '.', clock })
}

async function buildIntegration(
  { kind, index, options }: IntegrationConfig,
  templates: Templates,
  readFile: ReadFile,
  { clock, transports, externalUrl, hostname, env }: BuildDeps,
): Promise<Integration> {
  const create: (config: never, deps: IntegrationDeps) => Integration = await CREATORS[kind]()
  // A kind and its options belong together, which a union of pairs cannot say to the one who calls by the kind.
  return create(options as never, {
    ...{
      index,
      where: `${kind}_configs[${index}]`,
      clock,
      templates,
      externalUrl,
      hostname,
      env,
      readFile,
    },
    http: (http) => transports.http(http, readFile),
    mail: (mail) => transports.mail(mail, index, readFile, clock),
  })
}

import type { Report } from '#lib/config/check.ts'
import type { ConfigModule } from '#lib/config/load.ts'
import { duration, integer, listenAddress, optional, type Static, section, text, url } from '#lib/config/schema.ts'
import { logSection, shutdownSection } from '#lib/config/sections.ts'
import type { FlagKeys } from '#lib/process/flags.ts'

/** The settings of the process, which upstream has as flags. What happens to alerts is in `alertmanager.yml`. */
const schema = section('The process of the alert router.', {
  config: section('Where the routing configuration is.', {
    file: optional(
      text({ description: 'An alertmanager.yml; without one everything goes to a receiver without integrations.' }),
    ),
  }),
  web: section('The HTTP server of the router.', {
    listen_address: listenAddress({ description: 'Address that serves the API and the metrics.', default: ':9093' }),
    external_url: optional(
      url({ description: 'URL under which people reach the router, for links in notifications.' }),
    ),
  }),
  cluster: section('Routers that share their state, which this version does not have.', {
    listen_address: text({ description: 'Must be empty: this router runs alone.', default: '' }),
  }),
  storage: section('Where the state is kept.', {
    path: text({
      description: 'Directory of the state; created if missing.',
      default: 'data/alertmanager',
      minLength: 1,
    }),
  }),
  data: section('How long the state is kept.', {
    retention: duration({ description: 'How long entries of the notification log are kept at most.', default: '120h' }),
  }),
  alerts: section('What is taken in.', {
    limit: integer({
      description: 'Most alerts that are kept. Beyond it new ones are refused with status 503, and known ones go on.',
      default: 200_000,
      minimum: 1,
    }),
  }),
  log: logSection(),
  shutdown: shutdownSection('10s'),
})

export type ProcessConfig = Static<typeof schema>

function check(config: ProcessConfig, report: Report): void {
  const { external_url } = config.web
  if (external_url !== undefined && new URL(external_url).pathname !== '/') {
    report(['web', 'external_url'], 'a path in web.external_url is not supported yet')
  }
  if (config.cluster.listen_address !== '') {
    report(['cluster', 'listen_address'], 'clusters are not supported yet; leave it out or set it to ""')
  }
  if (config.data.retention === 0) report(['data', 'retention'], 'data.retention must be above zero')
}

export const configModule: ConfigModule<ProcessConfig> = { schema, check }

/** The flags that upstream has, under upstream's names. */
export const FLAGS: FlagKeys = {
  'config.file': { key: 'config.file', help: 'alertmanager.yml, in the format of Alertmanager' },
  'web.listen-address': { key: 'web.listen_address', help: 'address of the API and the metrics (:9093)' },
  'web.external-url': { key: 'web.external_url', help: 'URL under which people reach the router' },
  'storage.path': { key: 'storage.path', help: 'directory of the state (data/alertmanager)' },
  'cluster.listen-address': { key: 'cluster.listen_address', help: 'must be empty: clusters are not supported yet' },
  'data.retention': { key: 'data.retention', help: 'how long the notification log is kept (120h)' },
  'log.level': { key: 'log.level', help: 'debug, info, warn or error (info)' },
  'log.format': { key: 'log.format', help: 'logfmt or json (logfmt)' },
}

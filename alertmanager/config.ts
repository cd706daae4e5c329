import type { Report } from '#lib/config/check.ts'
import { parseListenAddress } from '#lib/config/formats.ts'
import type { ConfigModule } from '#lib/config/load.ts'
import {
  boolean,
  choice,
  duration,
  integer,
  list,
  listenAddress,
  number,
  type Static,
  section,
  size,
  text,
} from '#lib/config/schema.ts'
import { logSection, shutdownSection } from '#lib/config/sections.ts'
import { historySection } from './journal/config.ts'
import { clusterSection } from './process/cluster-section.ts'
import { FEATURES } from './process/features.ts'
import { silencesSection } from './silence/config.ts'

/** The settings of the process, which upstream has as flags. What happens to alerts is in `alertmanager.yml`. */
const schema = section('The process of the alert router.', {
  config: section('Where the routing configuration is.', {
    file: text({
      description: 'An alertmanager.yml; with an empty name everything goes to a receiver without integrations.',
      default: 'alertmanager.yml',
    }),
    expand_env: boolean({
      description: `Replace \${NAME} and \${file:/path} in its values; $\${ then stands for a literal \${.`,
      default: false,
    }),
  }),
  web: section('The HTTP server of the router.', {
    listen_addresses: list(listenAddress({ description: 'host:port' }), {
      description: 'Addresses that serve the API and the metrics.',
      default: [':9093'],
      minItems: 1,
    }),
    systemd_socket: boolean({ description: 'Take the listening sockets from systemd.', default: false }),
    config_file: text({ description: 'File that can switch on TLS and authentication.', default: '' }),
    external_url: text({
      description: 'URL under which people reach the router, for links; its path becomes the prefix of all routes.',
      default: '',
    }),
    route_prefix: text({
      description: 'Prefix of all routes; the path of the external URL unless given.',
      default: '',
    }),
    get_concurrency: integer({
      description: 'Most GET requests of the API at a time; 0 for the number of processors, at least 8.',
      default: 0,
      minimum: 0,
    }),
    timeout: duration({ description: 'Longest that a request may take; 0 for no limit.', default: '0s' }),
  }),
  cluster: clusterSection(),
  storage: section('Where the state is kept.', {
    path: text({ description: 'Directory of the state; created if missing.', default: 'data/', minLength: 1 }),
  }),
  data: section('How long the state is kept.', {
    retention: duration({
      description: 'How long expired silences, and entries of the notification log, are kept at most.',
      default: '120h',
    }),
    maintenance_interval: duration({
      description: 'How often silences and the notification log are cleared of what is past its time.',
      default: '15m',
    }),
  }),
  silences: silencesSection(),
  history: historySection(),
  alerts: section('What is taken in.', {
    limit: integer({
      description: 'Most alerts that are kept. Beyond it new ones are refused with status 503, and known ones go on.',
      default: 200_000,
      minimum: 1,
      maximum: 2_000_000,
    }),
    limit_bytes: size({
      description:
        'Most that the labels, annotations and links of all alerts are together. Beyond it new ones are refused with status 503, and known ones go on with what they said before. One request may go beyond it by what it brings.',
      default: '1GiB',
      minimum: 1,
    }),
    gc_interval: duration({
      description: 'How often resolved alerts that everybody was told of are forgotten.',
      default: '30m',
    }),
    per_alertname_limit: integer({
      description: 'Most alerts of one alertname, beyond which new ones are dropped; 0 for no limit.',
      default: 0,
      minimum: 0,
    }),
  }),
  receivers: section('Receivers that somebody tries out.', {
    test_drafts: boolean({
      description:
        'Let the API test a receiver that a request brings along. Whoever may use the API can then have the router send requests anywhere, with files that it may read and secrets of `global`.',
      default: false,
    }),
  }),
  dispatch: section('The groups in which alerts are told.', {
    maintenance_interval: duration({
      description: 'Of no effect: a finished group is removed at once.',
      default: '30s',
    }),
    start_delay: duration({ description: 'How long after the start no group notifies.', default: '0s' }),
  }),
  auto_gomemlimit: section('Of no effect: V8 sizes its heap by the memory of the container itself.', {
    ratio: number({ description: 'Share of the memory.', default: 0.9 }),
  }),
  features: list(choice(FEATURES, { description: 'Name of an experiment.' }), {
    description: 'Experiments to switch on, under the names of `--enable-feature`.',
    default: [],
  }),
  log: logSection(),
  shutdown: shutdownSection('10s'),
})

export type ProcessConfig = Static<typeof schema>

function check(config: ProcessConfig, report: Report): void {
  const { cluster, data, alerts, dispatch, history } = config
  const periods = [
    ...[['data', 'retention'] as const, ['data', 'maintenance_interval'] as const],
    ...[['alerts', 'gc_interval'] as const, ['dispatch', 'maintenance_interval'] as const],
    ['history', 'retention'] as const,
  ]
  const values = [data.retention, data.maintenance_interval, alerts.gc_interval, dispatch.maintenance_interval]
  values.push(history.retention)
  for (const [index, path] of periods.entries()) {
    if (values[index] === 0) report(path, `${path.join('.')} must be above zero`)
  }
  if (cluster.listen_address !== '' && parseListenAddress(cluster.listen_address) === undefined) {
    const message = `unable to initialize gossip mesh: invalid listen address: ${JSON.stringify(cluster.listen_address)}`
    report(['cluster', 'listen_address'], `${message}; write host:port, or nothing to run alone`)
  }
  const advertised = cluster.advertise_address
  if (advertised !== '' && parseListenAddress(advertised)?.host === undefined) {
    const message = `unable to initialize gossip mesh: invalid advertise address: ${JSON.stringify(advertised)}`
    report(['cluster', 'advertise_address'], `${message}; write host:port as other members reach this one`)
  }
  for (const key of ['peer_name', 'label'] as const) {
    if (cluster[key].length > 200) report(['cluster', key], `cluster.${key} has more than 200 characters`)
  }
  for (const [index, peer] of cluster.peers.entries()) {
    const isAddress = /^(?:\[[^\]]+\]|[^\s:]+):\d{1,5}$/.test(peer)
    if (!isAddress) report(['cluster', 'peers', index], `--cluster.peer ${JSON.stringify(peer)} is not host:port`)
  }
}

export const configModule: ConfigModule<ProcessConfig> = { schema, check }

import { LOG_FORMATS, LOG_LEVELS } from '#lib/log.ts'
import type { KingpinFlag, KingpinFlags } from '#lib/process/kingpin.ts'
import { CLUSTER_FLAGS } from './cluster-flags.ts'
import {
  anyText,
  featureList,
  goDuration,
  httpUrl,
  limit,
  listenAddressText,
  oneOf,
  positiveGoDuration,
  ratio,
} from './flag-values.ts'

const flag = (key: string, shownDefault: string, read: KingpinFlag['read'], help: string): KingpinFlag => ({
  ...{ key, shownDefault, help },
  ...(read === undefined ? {} : { read }),
})
const toggle = (key: string, help: string): KingpinFlag => ({ key, help })

/** The flags of upstream's release 0.34, under its names and with its defaults; and a few that upstream lacks. */
export const FLAGS: KingpinFlags = {
  'config.file': flag(
    'config.file',
    '"alertmanager.yml"',
    anyText,
    'Configuration file, in the format of Alertmanager; with an empty name everything goes to a receiver that tells nobody.',
  ),
  'config.expand-env': toggle(
    'config.expand_env',
    `Not upstream: replace \${NAME} and \${file:/path} in the values of the configuration file.`,
  ),
  'storage.path': flag('storage.path', '"data/"', anyText, 'Directory of the state.'),
  'data.retention': flag(
    'data.retention',
    '120h',
    positiveGoDuration,
    'How long expired silences and the notification log are kept.',
  ),
  'data.maintenance-interval': flag(
    'data.maintenance_interval',
    '15m',
    positiveGoDuration,
    'How often silences and the notification log are cleared of what is past its time.',
  ),
  'silences.max-silences': flag(
    'silences.max_silences',
    '0',
    limit,
    'Most silences, expired ones included; 0 for no limit.',
  ),
  'silences.max-silence-size-bytes': flag(
    'silences.max_silence_size_bytes',
    '0',
    limit,
    'Largest silence, in bytes; 0 for no limit.',
  ),
  'log.silences': toggle('silences.log', 'Log when silences are made, changed or expired.'),
  'alerts.gc-interval': flag(
    'alerts.gc_interval',
    '30m',
    positiveGoDuration,
    'How often resolved alerts that everybody was told of are forgotten.',
  ),
  'alerts.per-alertname-limit': flag(
    'alerts.per_alertname_limit',
    '0',
    limit,
    'Most alerts of one alertname; 0 for no limit.',
  ),
  'dispatch.maintenance-interval': flag(
    'dispatch.maintenance_interval',
    '30s',
    positiveGoDuration,
    'Taken and of no effect: a finished group is removed at once.',
  ),
  'dispatch.start-delay': flag(
    'dispatch.start_delay',
    '0s',
    goDuration,
    'How long after the start no group notifies; as long as Prometheus takes to send everything again.',
  ),
  'web.systemd-socket': toggle('web.systemd_socket', 'Take the listening sockets from systemd.'),
  'web.listen-address': {
    ...flag('web.listen_addresses', ':9093', listenAddressText, 'Address of the API and the metrics.'),
    isRepeatable: true,
  },
  'web.config.file': flag('web.config_file', '""', anyText, 'File that can switch on TLS and authentication.'),
  'web.external-url': flag(
    'web.external_url',
    '""',
    httpUrl,
    'URL under which people reach the router, for links; its path becomes the prefix of all routes.',
  ),
  'web.route-prefix': flag(
    'web.route_prefix',
    '""',
    anyText,
    'Prefix of all routes; the path of --web.external-url unless given.',
  ),
  'web.get-concurrency': flag(
    'web.get_concurrency',
    '0',
    limit,
    'Most GET requests of the API at a time; 0 for the number of processors, at least 8.',
  ),
  'web.timeout': flag('web.timeout', '0', goDuration, 'Longest that a request may take; 0 for no limit.'),
  'auto-gomemlimit.ratio': flag(
    'auto_gomemlimit.ratio',
    '0.9',
    ratio,
    'Taken and of no effect: V8 sizes its heap by the memory of the container itself.',
  ),
  ...CLUSTER_FLAGS,
  'enable-feature': flag('features', '""', featureList, 'Comma-separated names of experiments to switch on.'),
  'log.level': flag(
    'log.level',
    'info',
    oneOf(LOG_LEVELS, 'log level'),
    `Least severe level that is logged: ${LOG_LEVELS.join(', ')}.`,
  ),
  'log.format': flag(
    'log.format',
    'logfmt',
    oneOf(LOG_FORMATS, 'log format'),
    `Form of the log: ${LOG_FORMATS.join(', ')}.`,
  ),
}

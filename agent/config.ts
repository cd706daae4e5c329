import type { Report } from '#lib/config/check.ts'
import { boolean, choice, duration, type Static, section, size, text } from '#lib/config/schema.ts'
import { logSection, shutdownSection } from '#lib/config/sections.ts'
import { checkRedact, redactSection } from '#lib/redact/config.ts'
import { LOG_FORMATS } from './decode/detect.ts'
import { checkSelection, selectionRules } from './discover/config.ts'
import { checkFiles, filesSection } from './files/config.ts'
import { checkRules, rulesList } from './filter/config.ts'
import { checkRateLimit, rateLimitSection } from './filter/rate-limit-config.ts'
import { checkGather, gatherSection } from './gather/config.ts'
import { annotationsSection, TIME_SOURCES } from './handling/config.ts'
import { checkJournald, journaldSection } from './journald/config.ts'
import { metadataSection } from './metadata/config.ts'
import { checkMultiline, multilineSection } from './multiline/config.ts'
import { metricsSection, observedWebSection } from './observe/config.ts'
import { CONTENT_FORMATS } from './parse/detect.ts'
import { checkShip, shipSection } from './ship/config.ts'
import { checkSpoolDirectory, spoolSection } from './tail/config.ts'

export const schema = section(
  'Configuration of the agent: one per node, reads log files, gathers metrics, and ships both to a collector.',
  {
    logs: section('Which logs of containers are read, and how.', {
      enabled: boolean({
        description:
          'Whether logs of containers are read; without, only `files` are, and nobody is asked for metadata.',
        default: true,
      }),
      pods_dir: text({
        description: "The kubelet's directory of pod logs, `<namespace>_<pod>_<uid>/<container>/<restart count>.log`.",
        default: '/var/log/pods',
        minLength: 1,
      }),
      format: choice(LOG_FORMATS, {
        description: 'Format of the lines: `cri` (containerd, CRI-O), `docker` (json-file), or found out line by line.',
        default: 'auto',
      }),
      reconcile_interval: duration({
        description:
          'Within which time every directory is looked at, because directory events can be lost without a sign, or not be had at all.',
        default: '10s',
      }),
      flush_after: duration({
        description: 'How long the missing rest of a record or line is waited for once there is nothing more to read.',
        default: '5s',
      }),
      max_record_bytes: size({
        description: 'Longest body of a record after joining; a longer one is cut and says so.',
        default: '1MiB',
        minimum: 1024,
        maximum: 64 * 1024 ** 2,
      }),
      multiline: multilineSection(),
      parse: choice([...CONTENT_FORMATS, 'off'], {
        description:
          'Format of the texts, in which the severity, trace id and span id are looked for; `auto` tells it by the first bytes of each record, `off` looks for nothing.',
        default: 'auto',
      }),
      time: choice(TIME_SOURCES, {
        description:
          "Time of the records: the runtime's, or the one that their texts state where the parser finds one that is not before 1971 nor a day beyond the runtime's. Ids have the runtime's, so that records stay in their order.",
        default: 'runtime',
      }),
      redact: redactSection('Secrets in the text of records that are replaced before it leaves the node.'),
      spool: spoolSection(),
      rules: rulesList(),
      rate_limit: rateLimitSection(),
      include: selectionRules('Containers that are read; all if none is named.'),
      exclude: selectionRules('Containers that are not read, even if they are included.'),
      own_pod_uid: text({
        description:
          "UID of the agent's own pod, whose log is never read. In a DaemonSet take it from the downward API.",
        default: '',
      }),
    }),
    files: filesSection(),
    journald: journaldSection(),
    gather: gatherSection(),
    metadata: metadataSection(),
    annotations: annotationsSection(),
    node_name: text({
      description: 'Value of `k8s.node.name`; by default the host name. In a DaemonSet take it from the downward API.',
      default: '',
    }),
    state_dir: text({
      description: 'Directory of the checkpoints. On a node a hostPath, or a restarted agent sends everything again.',
      default: './data/agent',
      minLength: 1,
    }),
    ship: shipSection(),
    web: observedWebSection('127.0.0.1:9465'),
    metrics: metricsSection(),
    log: logSection(),
    shutdown: shutdownSection('20s'),
  },
)

export type AgentConfig = Static<typeof schema>

export function check(config: AgentConfig, report: Report): void {
  checkMultiline(config.logs.multiline, ['logs', 'multiline'], report)
  checkFiles(config.files, config.logs.multiline, report)
  checkJournald(config.journald, report)
  checkRedact(config.logs.redact, ['logs', 'redact'], report)
  checkRules(config.logs.rules, ['logs', 'rules'], report)
  checkRateLimit(config.logs.rate_limit, ['logs', 'rate_limit'], report)
  checkGather(config.gather, report)
  checkSpoolDirectory(config.logs.pods_dir, config.logs.spool.dir, report)
  checkShip(config.ship, report)
  checkSelection(config, report)
}

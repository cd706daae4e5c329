import type { Report } from '#lib/config/check.ts'
import { bearerTokenFile, checkTls, tlsSection } from '#lib/config/client.ts'
import {
  boolean,
  choice,
  duration,
  integer,
  list,
  mapping,
  optional,
  type Static,
  section,
  size,
  text,
  url,
} from '#lib/config/schema.ts'
import { checkRelabel, relabelList } from '../relabel/config.ts'

const FALLBACKS = ['text', 'openmetrics', 'none'] as const

/** The part of the agent's configuration that is about scraping pods and other targets. */
export function scrapeSection() {
  return section('Targets with pages of metrics on this node: pods that ask for it by annotation, and others by URL.', {
    enabled: boolean({ description: 'Whether targets are scraped.', default: true }),
    interval: optional(
      duration({ description: 'How often a target is scraped; by default as often as `gather.interval`.' }),
    ),
    timeout: duration({
      description: 'Longest time for a scrape, and never longer than its interval.',
      default: '10s',
    }),
    max_concurrent: integer({ description: 'Scrapes at once.', default: 16, minimum: 1, maximum: 1024 }),
    max_targets: integer({ description: 'Targets of pods; more are not scraped.', default: 500, minimum: 0 }),
    max_body_bytes: size({
      description: 'Longest page, decompressed. One beyond this or another limit counts as down.',
      default: '16MiB',
      minimum: 1024,
    }),
    max_samples: integer({ description: 'Samples of a page at the most.', default: 50_000, minimum: 1 }),
    max_labels: integer({ description: 'Labels of a sample at the most.', default: 64, minimum: 1 }),
    max_label_value_bytes: size({
      description: 'Longest value of a label.',
      default: '4KiB',
      minimum: 1,
    }),
    fallback_format: choice(FALLBACKS, {
      description: 'What a page is taken for whose Content-Type is blank or of something else.',
      default: 'text',
    }),
    pods: podsSection(),
    targets: targetsList(),
  })
}

function podsSection() {
  return section(
    'Pods of this node with the annotation `prometheus.io/scrape: "true"`, and `prometheus.io/port` (several by comma), `/path`, `/scheme`, `/param_<name>` and `/interval`. They choose a port of their own address and nothing else.',
    {
      enabled: boolean({ description: 'Whether they are scraped.', default: true }),
      job_labels: list(text({ description: 'Key of a label.', minLength: 1 }), {
        description: 'Labels of the pod of which the first becomes `job`; without any, the name of its workload does.',
        default: ['app.kubernetes.io/name', 'k8s-app', 'app'],
      }),
      tls: tlsSection('Pods with the scheme `https`.'),
      relabel: relabelList(
        'Rules for targets. There are `__address__`, `__scheme__`, `__metrics_path__`, `__param_<name>` and the `__meta_kubernetes_*` labels of Prometheus for pods. The address must stay that of the pod.',
      ),
      metric_relabel: relabelList('Rules for samples.'),
      honor_labels: boolean({
        description:
          'Whether labels of a sample win over those of its pod; otherwise they are renamed `exported_…`, as `job` and `instance` always are.',
        default: false,
      }),
      honor_timestamps: boolean({ description: 'Whether the times on a page are taken.', default: false }),
    },
  )
}

function targetsList() {
  return list(
    section('Targets that are read alike.', {
      job: text({ description: 'Label `job`.', minLength: 1 }),
      urls: list(url({ description: 'Of a page of metrics; without a path, `/metrics` is read.' }), {
        description: 'Their pages. In `instance`, a loopback address is replaced by that of the node.',
        minItems: 1,
      }),
      labels: mapping(text({ description: 'Value of the label.' }), {
        description: 'Labels of all series.',
        default: {},
      }),
      interval: optional(duration({ description: 'As `gather.scrape.interval`.' })),
      timeout: optional(duration({ description: 'As `gather.scrape.timeout`.' })),
      tls: tlsSection('Connections to `https://` targets.'),
      bearer_token_file: bearerTokenFile(),
      basic_auth: section('A user and a password, in place of a token.', {
        username: text({ description: 'Name of the user; empty for none.', default: '' }),
        password_file: text({ description: 'File with the password, read again when it changes.', default: '' }),
      }),
      relabel: relabelList('Rules for targets, as those of `gather.scrape.pods` without `__meta_kubernetes_*`.'),
      metric_relabel: relabelList('Rules for samples.'),
      honor_labels: boolean({ description: 'As for pods.', default: false }),
      honor_timestamps: boolean({ description: 'Whether the times on a page are taken.', default: false }),
    }),
    { description: 'Targets by URL, as `http://127.0.0.1:9100/metrics` for one on each node.', default: [] },
  )
}

export type ScrapeConfig = Static<ReturnType<typeof scrapeSection>>
type StaticTargetConfig = ScrapeConfig['targets'][number]

const LABEL_NAME = /^[a-zA-Z_]\w*$/

/** What the schema cannot say. */
export function checkScrape(scrape: ScrapeConfig, report: Report): void {
  const path = ['gather', 'scrape']
  checkRelabel(scrape.pods.relabel, [...path, 'pods', 'relabel'], report)
  checkRelabel(scrape.pods.metric_relabel, [...path, 'pods', 'metric_relabel'], report)
  for (const [index, target] of scrape.targets.entries()) checkTarget(target, [...path, 'targets', index], report)
}

function checkTarget(target: StaticTargetConfig, path: readonly (string | number)[], report: Report): void {
  const { urls, labels, bearer_token_file, basic_auth, relabel, metric_relabel, tls } = target
  checkRelabel(relabel, [...path, 'relabel'], report)
  checkRelabel(metric_relabel, [...path, 'metric_relabel'], report)
  for (const name of Object.keys(labels)) {
    const isOurs = name === 'job' || name === 'instance' || name.startsWith('__')
    if (isOurs || !LABEL_NAME.test(name)) {
      report([...path, 'labels', name], `${JSON.stringify(name)} cannot be the name of a label here`, 'key')
    }
  }
  const hasBasic = basic_auth.username !== '' || basic_auth.password_file !== ''
  if (hasBasic && bearer_token_file !== '') {
    report([...path, 'bearer_token_file'], 'bearer_token_file and basic_auth cannot both be sent')
  }
  checkTls(tls, [...path, 'tls'], report)
  for (const [place, given] of urls.entries()) {
    const parsed = URL.parse(given)
    if (parsed === null) continue
    if (parsed.username !== '' || parsed.password !== '') {
      report([...path, 'urls', place], 'a URL has no user and password; write basic_auth')
    }
    const isOpen = parsed.protocol === 'http:' && !isLoopback(parsed.hostname)
    if (isOpen && (hasBasic || bearer_token_file !== '')) {
      report([...path, 'urls', place], 'credentials are not sent over plain http to another machine')
    }
  }
}

/** Whether a host, as a URL has it, is this machine. */
export function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(?:\.\d{1,3}){3}$/.test(hostname)
}

import { hostname } from 'node:os'
import type { Report } from '#lib/config/check.ts'
import {
  backoffSection,
  bearerTokenFile,
  caFile,
  checkHeaders,
  headersMapping,
  insecureSkipVerify,
} from '#lib/config/client.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { parseListenAddress } from '#lib/config/formats.ts'
import {
  boolean,
  choice,
  duration,
  integer,
  list,
  mapping,
  type Static,
  secret,
  section,
  size,
  text,
  url,
} from '#lib/config/schema.ts'
import { parseMatchers } from '#lib/matcher-syntax.ts'
import { PROTOCOLS } from '../protocol.ts'

const NAME = '^[a-zA-Z0-9][a-zA-Z0-9_-]{0,62}$'
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/
const MIB = 1024 ** 2

/** The part of the collector's configuration that says where all series are written to. */
export function remoteWriteSection() {
  return list(
    section('One receiver of Prometheus remote write.', {
      url: url({ description: 'Where to write to: `http://prometheus:9090/api/v1/write`.' }),
      name: text({
        description: 'Its name in metrics and in the log, and of the directory of its queue.',
        default: 'default',
        pattern: NAME,
      }),
      protocol: choice(PROTOCOLS, {
        description:
          'Version of remote write. `2.0` says with each sample what the metric is and since when a counter counts; where the other side does not know it, `1.0` is used until the next start.',
        default: '1.0',
      }),
      headers: headersMapping('Headers of each request, such as `X-Scope-OrgID`.'),
      basic_auth: section('Basic authentication; none without a user.', {
        username: text({ description: 'User.', default: '' }),
        password: secret({ description: 'Password.', default: '' }),
        password_file: text({ description: 'File with the password, in place of it.', default: '' }),
      }),
      bearer_token: secret({ description: 'Bearer token.', default: '' }),
      bearer_token_file: bearerTokenFile(),
      tls: section('How the certificate of the other side is checked.', {
        ca_file: caFile(),
        insecure_skip_verify: insecureSkipVerify(),
      }),
      timeout: duration({ description: 'Longest wait for an answer.', default: '30s' }),
      external_labels: mapping(text({ description: 'Value of the label.' }), {
        description: 'Labels that each series gets, unless it has one of the name: `cluster: eu-1`.',
        default: {},
      }),
      write_relabel: list(
        section('A rule: `drop` leaves out what matches, `keep` what does not.', {
          action: choice(['keep', 'drop'], { description: 'What is done.', default: 'keep' }),
          match: text({
            description:
              'Matchers of labels, all of which must match: `{__name__=~"container_.*", namespace!="test"}`. Patterns are RE2 and match the whole value.',
          }),
        }),
        {
          description: 'Which series are written. Each rule sees what those before it leave; external labels are seen.',
          default: [],
        },
      ),
      max_shards: integer({
        description: 'Most requests under way at once; there are as many as are needed to keep up.',
        default: 10,
        minimum: 1,
        maximum: 200,
      }),
      max_samples_per_send: integer({
        description: 'Most samples of a request.',
        default: 2_000,
        minimum: 1,
        maximum: 100_000,
      }),
      max_request_bytes: size({
        description: 'A request has no more samples once it has about this many bytes, before compression.',
        default: '4MiB',
        minimum: 1024,
        maximum: 64 * MIB,
      }),
      batch_deadline: duration({ description: 'Samples wait at most this long for others to go with.', default: '1s' }),
      backoff: backoffSection(
        'Waits between attempts: exponential with full jitter, until samples are too old.',
        '100ms',
      ),
      queue: section('The queue on disk, in `remote-write/<name>` of `data_dir`.', {
        max_bytes: size({
          description: 'Beyond this size, the oldest samples are given up, file by file.',
          default: '4GiB',
          minimum: MIB,
        }),
        max_age: duration({
          description: 'Samples that are older are given up. Prometheus takes none of more than an hour or so.',
          default: '24h',
        }),
      }),
      send_metadata: boolean({
        description: 'Whether types and help texts are sent too, with 1.0 in requests of their own.',
        default: true,
      }),
      metadata_interval: duration({ description: 'How often, with 1.0.', default: '1m' }),
    }),
    {
      description:
        'Receivers of Prometheus remote write (Prometheus, Mimir, VictoriaMetrics) to which all series are written.',
      default: [],
    },
  )
}

export type RemoteWriteConfig = Static<ReturnType<typeof remoteWriteSection>>[number]

/** Paths at which a collector itself receives remote write. */
const OWN_PATHS = ['/api/v1/write', '/api/v1/push']

/** Checks what the schema does not say. */
export function checkRemoteWrite(
  remotes: readonly RemoteWriteConfig[],
  web: { readonly listen_address: string },
  report: Report,
): void {
  const names = new Set<string>()
  for (const [index, remote] of remotes.entries()) {
    const here: Path = ['remote_write', index]
    const { name, headers, external_labels: labels, basic_auth: basic } = remote
    if (names.has(name)) report([...here, 'name'], `there is another remote_write "${name}"`)
    names.add(name)
    checkHeaders(headers, [...here, 'headers'], report)
    for (const label of Object.keys(labels)) {
      if (LABEL_NAME.test(label)) continue
      report([...here, 'external_labels', label], `"${label}" cannot be the name of a label`)
    }
    for (const [place, { match }] of remote.write_relabel.entries()) {
      const parsed = parseMatchers(match)
      if (!parsed.ok) report([...here, 'write_relabel', place, 'match'], parsed.problem)
    }
    const hasToken = remote.bearer_token !== '' || remote.bearer_token_file !== ''
    if (basic.username !== '' && hasToken) report(here, 'either basic_auth or a bearer token, not both')
    if (isOwn(remote.url, web.listen_address)) {
      report([...here, 'url'], 'this is the address of the collector itself, which would write to itself for ever')
    }
  }
}

function isOwn(target: string, listenAddress: string): boolean {
  const { port, pathname, hostname: host, protocol } = new URL(target)
  const own = parseListenAddress(listenAddress)
  const isOwnPath = OWN_PATHS.includes(pathname.replace(/\/$/, ''))
  if (own === undefined || own.port === 0 || !isOwnPath || protocol !== 'http:') return false
  const isOwnHost = ['localhost', '127.0.0.1', '[::1]', hostname(), own.host].includes(host)
  return Number(port === '' ? 80 : port) === own.port && isOwnHost
}

import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { loadConfig } from '#lib/config/load.ts'
import { CodedError } from '#lib/errors.ts'
import { parseKingpinFlags } from '#lib/process/kingpin.ts'
import { configModule } from '../../../alertmanager/config.ts'
import { FLAGS } from '../../../alertmanager/process/flags.ts'
import { launchOf } from '../../../cli/launch.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { Child } from '../support/child.ts'
import { spawnRouter } from '../support/router-process.ts'

const CLI = join(import.meta.dirname, '../../../cli/main.ts')
const EXECUTABLE = join(import.meta.dirname, '../../../cli/alertmanager')

const configFrom = (...argv: readonly string[]) => loadConfig(configModule, parseKingpinFlags(argv, FLAGS).sources)

test('without a flag everything is as upstream has it', () => {
  const config = configFrom()
  assert.deepEqual(config.config, { file: 'alertmanager.yml', expand_env: false })
  assert.deepEqual(config.storage, { path: 'data/' })
  assert.deepEqual(config.data, { retention: 120 * 3_600_000, maintenance_interval: 900_000 })
  assert.deepEqual(config.web.listen_addresses, [':9093'])
  assert.deepEqual(config.cluster, {
    ...{ listen_address: '0.0.0.0:9094', advertise_address: '', peer_name: '', peers: [], tls_config: '', label: '' },
    key_file: '',
    ...{ peer_timeout: 15_000, peers_resolve_timeout: 15_000, gossip_interval: 200, pushpull_interval: 60_000 },
    ...{ tcp_timeout: 10_000, probe_timeout: 500, probe_interval: 1_000, settle_timeout: 60_000 },
    ...{ reconnect_interval: 10_000, reconnect_timeout: 6 * 3_600_000 },
    allow_insecure_public_advertise_address_discovery: false,
  })
})

test('every flag sets its key', () => {
  const config = configFrom(
    ...[
      '--config.file',
      'c.yml',
      '--config.expand-env',
      '--storage.path=d',
      '--data.retention=1h30m',
      '--data.maintenance-interval',
      '1.5s',
    ],
    ...['--silences.max-silences=3', '--silences.max-silence-size-bytes=-1', '--log.silences'],
    ...['--alerts.gc-interval=1m', '--alerts.per-alertname-limit=7', '--dispatch.maintenance-interval=2s'],
    ...['--dispatch.start-delay=5s', '--web.listen-address=127.0.0.1:1', '--web.listen-address', '[::1]:2'],
    ...['--web.systemd-socket', '--web.config.file=w.yml', '--web.external-url=http://h/p', '--web.route-prefix=/q'],
    ...['--web.get-concurrency=9', '--web.timeout=500ms', '--auto-gomemlimit.ratio=0.5'],
    ...['--cluster.listen-address=', '--cluster.advertise-address=1.2.3.4:5', '--cluster.peer-name=me'],
    ...['--cluster.peer=a:1', '--cluster.peer=b:2', '--cluster.settle-timeout=0s', '--cluster.label=x'],
    ...['--cluster.allow-insecure-public-advertise-address-discovery', '--cluster.tls-config=t.yml'],
    '--cluster.key-file=k',
    ...['--cluster.peer-timeout=1s', '--cluster.peers-resolve-timeout=2s', '--cluster.gossip-interval=3ms'],
    ...['--cluster.pushpull-interval=4s', '--cluster.tcp-timeout=5s', '--cluster.probe-timeout=6ms'],
    ...['--cluster.probe-interval=7s', '--cluster.reconnect-interval=8s', '--cluster.reconnect-timeout=9h'],
    ...['--enable-feature=classic-mode,receiver-name-in-metrics', '--log.level=debug', '--log.format=json'],
  )
  assert.deepEqual(config, {
    config: { file: 'c.yml', expand_env: true },
    storage: { path: 'd' },
    data: { retention: 5_400_000, maintenance_interval: 1_500 },
    silences: {
      ...{ max_silences: 3, max_silence_size_bytes: 0, log: true },
      ...{ min_matchers: 0, max_duration: 0, require_comment: false, denied_labels: [] },
    },
    alerts: { limit: 200_000, limit_bytes: 2 ** 30, gc_interval: 60_000, per_alertname_limit: 7 },
    history: { limit: 50_000, retention: 30 * 24 * 3_600_000 },
    receivers: { test_drafts: false },
    dispatch: { maintenance_interval: 2_000, start_delay: 5_000 },
    web: {
      ...{ listen_addresses: ['127.0.0.1:1', '[::1]:2'], systemd_socket: true, config_file: 'w.yml' },
      ...{ external_url: 'http://h/p', route_prefix: '/q', get_concurrency: 9, timeout: 500 },
    },
    cluster: {
      ...{ listen_address: '', advertise_address: '1.2.3.4:5', peer_name: 'me', peers: ['a:1', 'b:2'], label: 'x' },
      ...{ peer_timeout: 1_000, peers_resolve_timeout: 2_000, gossip_interval: 3, pushpull_interval: 4_000 },
      ...{ tcp_timeout: 5_000, probe_timeout: 6, probe_interval: 7_000, settle_timeout: 0, tls_config: 't.yml' },
      ...{ reconnect_interval: 8_000, reconnect_timeout: 9 * 3_600_000 },
      key_file: 'k',
      allow_insecure_public_advertise_address_discovery: true,
    },
    auto_gomemlimit: { ratio: 0.5 },
    features: ['classic-mode', 'receiver-name-in-metrics'],
    log: { level: 'debug', format: 'json' },
    shutdown: { drain_timeout: 10_000 },
  })
})

const REFUSED: Readonly<Record<string, RegExp>> = {
  '--enable-feature=nope': /^unknown option 'nope' for --enable-feature$/,
  '--enable-feature=auto-gomaxprocs': /^unknown option 'auto-gomaxprocs' for --enable-feature$/,
  '--enable-feature=classic-mode,utf8-strict-mode': /^cannot have both classic and UTF-8 modes enabled$/,
  '--data.retention=1d': /^time: unknown unit "d" in duration "1d"$/,
  '--data.retention=5': /^time: missing unit in duration "5"$/,
  '--data.retention=': /^time: invalid duration ""$/,
  '--data.retention=0s': /above zero/,
  '--data.retention=-1h': /above zero/,
  '--alerts.gc-interval=0': /above zero/,
  '--cluster.probe-interval=x': /^time: invalid duration "x"$/,
  '--web.get-concurrency=x': /^strconv\.ParseFloat: parsing "x": invalid syntax$/,
  '--auto-gomemlimit.ratio=0': /above 0 and at most 1/,
  '--log.level=bad': /^unrecognized log level "bad"$/,
  '--log.format=xml': /^unrecognized log format "xml"$/,
  '--web.external-url=ftp://x': /^failed to determine external URL: "ftp:\/\/x": invalid "ftp" scheme, only 'http' and/,
  '--web.external-url=:x': /^failed to determine external URL: parse ":x"/,
  '--web.listen-address=vsock://:9093': /^vsock:\/\/:9093: Node\.js has no vsock sockets/,
  '--web.listen-address=nowhere': /"nowhere" is not a listen address/,
  '--cluster.listen-address=bad': /invalid listen address/,
  '--cluster.advertise-address=bad': /invalid advertise address: "bad"/,
  '--cluster.advertise-address=:9094': /invalid advertise address: ":9094"/,
  '--cluster.peer=bad': /--cluster\.peer "bad" is not host:port/,
}

test('a value that does not fit its flag is refused', () => {
  for (const [argument, problem] of Object.entries(REFUSED)) {
    assert.throws(
      () => configFrom(argument),
      (error) => error instanceof CodedError && problem.test(error.message),
      argument,
    )
  }
})

test('a duration that may be zero may be less', () => {
  for (const text of ['0', '0s', '-5m']) assert.equal(configFrom(`--web.timeout=${text}`).web.timeout, 0)
})

test('a wrong command line is one line on standard error, and exit code 1', async (t) => {
  const exit = await spawnRouter(t, ['--nope']).exit()
  assert.deepEqual(exit, {
    code: 1,
    stdout: '',
    stderr: "alertmanager: error: unknown long flag '--nope', try --help\n",
  })
})

test('the executable finds its Node, also through a link, and says which release it stands in for', async (t) => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'bin'))
  symlinkSync(EXECUTABLE, join(directory, 'bin', 'alertmanager'))
  const version = await new Child(t, join(directory, 'bin', 'alertmanager'), ['--version']).exit()
  assert.equal(version.code, 0)
  assert.match(version.stdout, /^alertmanager, version 0\.34\.0 \(branch: \S*, revision: \S+\)\n {2}build user: /)
  const help = await new Child(t, EXECUTABLE, ['-h']).exit()
  assert.deepEqual([help.code, help.stderr], [0, ''])
  for (const name of Object.keys(FLAGS)) assert.match(help.stdout, new RegExp(`--(\\[no-\\])?${name}\\b`))
})

test('vedette takes the same command line', async (t) => {
  const vedette = (...args: readonly string[]) => new Child(t, process.execPath, [CLI, 'alertmanager', ...args]).exit()
  const version = await vedette('--version')
  assert.match(version.stdout, /^alertmanager, version 0\.34\.0 /)
  const wrong = await vedette('--config.file')
  assert.deepEqual([wrong.code, wrong.stdout], [1, ''])
  assert.match(wrong.stderr, /^alertmanager: error: expected argument for flag '--config\.file', try --help\n/m)
})

test('a signal to the executable reaches the router, which is the same process', async (t) => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'a.yml'), 'route: {receiver: a}\nreceivers: [{name: a}]\n')
  const child = new Child(t, EXECUTABLE, [
    ...['--config.file', join(directory, 'a.yml'), '--storage.path', join(directory, 'data'), '--log.level', 'debug'],
    ...['--web.listen-address', '127.0.0.1:0', '--cluster.listen-address', '127.0.0.1:0'],
    ...['--cluster.settle-timeout', '0s', '--enable-feature', 'classic-mode'],
  ])
  await child.printed(/msg="Starting Alertmanager" version=0\.34\.0 /)
  await child.printed(/msg="Listening on" address=127\.0\.0\.1:\d+\n/)
  assert.match(child.stderr, /level=info [^\n]*"cluster port open"[^\n]* listens=127\.0\.0\.1:\d+/)
  assert.match(child.stderr, /level=warn [^\n]*classic mode.* feature=classic-mode/)
  const exit = await child.kill('SIGTERM')
  assert.equal(exit.code, 0)
})

test('the executable starts the router as the launcher does', () => {
  const script = readFileSync(EXECUTABLE, 'utf8')
  const { args, env } = launchOf('alertmanager', [])
  for (const flag of args.slice(0, -1)) assert.ok(script.includes(` ${flag} `), flag)
  for (const [name, value] of Object.entries(env)) {
    if (name === 'NODE_COMPILE_CACHE') continue
    assert.ok(script.includes(`export ${name}="\${${name}:-${value}}"`), name)
  }
})

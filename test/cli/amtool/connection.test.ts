import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { type TestContext, test } from 'node:test'
import { captureServer } from '../../alertmanager/support/capture-server.ts'
import { proxyServer } from '../../alertmanager/support/proxy-server.ts'
import { AMTOOL } from '../../alertmanager/support/upstream.ts'
import { temporaryDirectory } from '../../support/temporary.ts'
import { runner, runOurs } from './run.ts'

interface Seen {
  readonly line: string
  readonly authorization: string | undefined
  readonly extra: string | string[] | undefined
  readonly body: string
}

const STATUS = {
  cluster: {
    name: 'b',
    status: 'ready',
    peers: ['10.0.0.9:9094', '10.0.0.10:9094', '10.0.0.9:94'].map((address) => ({ address, name: 'n' })),
  },
  config: { original: 'route: {receiver: far}\nreceivers: [{name: far}]\n' },
  uptime: '2026-01-02T03:04:05.678901+02:00',
  versionInfo: { branch: 'b', buildDate: 'd', buildUser: 'u', goVersion: 'g', revision: 'r', version: '0.33.1' },
}

/** A server that remembers what it was asked. */
async function startServer(t: TestContext, answer: (seen: Seen) => readonly [status: number, body: unknown]) {
  const seen: Seen[] = []
  const server = createServer(async (request, response) => {
    const { authorization, 'x-extra': extra } = request.headers
    const one = { line: `${request.method} ${request.url}`, authorization, extra, body: await text(request) }
    seen.push(one)
    const [status, body] = answer(one)
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(body === undefined ? '' : JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

test('credentials of the URL are sent, the prefix is kept, and another release is remarked upon', async (t) => {
  const { host, seen } = await startServer(t, () => [200, STATUS])
  const amtool = runOurs(t)
  const asked = await amtool([`--alertmanager.url=http://me:p%40ss@${host}/am/`, 'cluster', '-o', 'extended'])
  assert.equal(asked.stderr, 'Warning: amtool version (0.34.0) and alertmanager version (0.33.1) are different.\n')
  assert.equal(
    asked.stdout,
    'Cluster Status:  ready\nNode Name:       b\n\nAddress         Name\n10.0.0.9:94     n  \n10.0.0.9:9094   n  \n10.0.0.10:9094  n  \n',
  )
  assert.deepEqual(
    seen.map(({ line, authorization }) => [line, authorization]),
    Array(2).fill(['GET /am/api/v2/status', `Basic ${Buffer.from('me:p@ss').toString('base64')}`]),
  )
  const config = await amtool([`--alertmanager.url=http://${host}`, '--no-version-check', 'config', '-o', 'extended'])
  assert.match(
    config.stdout,
    /^route: .*\n\nbuildUser u\ngoVersion g\nrevision r\nversion 0.33.1\nbranch b\nbuildDate d\nuptime 2026-01-02T03:04:05.678\+02:00\n$/s,
  )
  const routes = await amtool([
    `--alertmanager.url=http://${host}`,
    '--no-version-check',
    'config',
    'routes',
    'test',
    'a=b',
  ])
  assert.deepEqual([routes.stdout, routes.stderr, routes.code], ['far\n', '', 0])
})

test('flags come from files too, and the command line wins', async (t) => {
  const { host, seen } = await startServer(t, ({ line }) => [200, line.startsWith('POST') ? { silenceID: 'new' } : []])
  const amtool = runOurs(t)
  const home = temporaryDirectory(t)
  mkdirSync(join(home, '.config/amtool'), { recursive: true })
  const file = join(home, '.config/amtool/config.yml')
  writeFileSync(
    file,
    `alertmanager.url: http://${host}\nauthor: ops\ncomment_required: false\noutput: json\nversion-check: false\n`,
  )
  assert.equal((await amtool(['alert'], { home })).stdout, '[]\n')
  assert.equal((await amtool(['alert', '-o', 'simple'], { home })).stdout, 'Alertname  Starts At  Summary  State  \n')
  const added = await amtool(['silence', 'add', 'Disk', '-d', '1h'], { home })
  assert.deepEqual([added.stdout, added.stderr], ['new\n', ''])
  const { createdBy, comment, matchers } = JSON.parse(seen.at(-1)!.body) as Readonly<Record<string, unknown>>
  assert.deepEqual([createdBy, comment], ['ops', ''])
  assert.deepEqual(matchers, [{ isEqual: true, isRegex: false, name: 'alertname', value: 'Disk' }])
  assert.equal(seen.length, 3)
  writeFileSync(file, 'a: [1')
  const torn = await amtool(['alert'], { home })
  assert.equal(torn.code, 1)
  assert.match(torn.stderr, /could not load config file: .*config\.yml/)
})

test('an http_config has credentials and headers, and a mistake in it is refused', async (t) => {
  const { host, seen } = await startServer(t, () => [200, []])
  const amtool = runOurs(t)
  const cwd = temporaryDirectory(t)
  writeFileSync(join(cwd, 'token'), 'secret\n')
  writeFileSync(
    join(cwd, 'http.yml'),
    'authorization: {credentials_file: token}\nhttp_headers: {X-Extra: {values: [why]}}\n',
  )
  const online = [`--alertmanager.url=http://${host}`, '--no-version-check', '--http.config.file=http.yml', 'alert']
  assert.equal((await amtool(online, { cwd })).code, 0)
  assert.deepEqual([seen[0]?.authorization, seen[0]?.extra], ['Bearer secret', 'why'])
  writeFileSync(join(cwd, 'http.yml'), 'authorisation: {}\n')
  assert.match((await amtool(online, { cwd })).stderr, /http\.yml:1:1 .*authorisation/s)
  assert.equal(seen.length, 1)
})

test('an http_config leads through a proxy, and gets tokens', async (t) => {
  const { host, seen } = await startServer(t, ({ line }) => {
    return line === 'POST /token' ? [200, { access_token: 'token', token_type: 'bearer', expires_in: 60 }] : [200, []]
  })
  const proxy = await proxyServer(t)
  const refusing = await proxyServer(t, { refuse: 407 })
  const url = `http://me:secret@${proxy.address}`
  const cwd = temporaryDirectory(t)
  const programs = [runOurs(t), ...(AMTOOL === undefined ? [] : [runner(t, AMTOOL)])]
  for (const amtool of programs) {
    const from = { seen: seen.length, relayed: proxy.requests.length }
    const ask = async (config: string) => {
      writeFileSync(join(cwd, 'http.yml'), config)
      const flags = [
        `--alertmanager.url=http://${host}/am`,
        '--no-version-check',
        '--http.config.file=http.yml',
        '-o',
        'json',
      ]
      return await amtool([...flags, 'alert'], { cwd })
    }
    assert.deepEqual(await ask(`proxy_url: ${url}\n`), { stdout: '[]\n', stderr: '', code: 0 })
    const oauth2 = `client_id: me, client_secret: s, scopes: [a, b], token_url: "http://${host}/token"`
    assert.equal((await ask(`oauth2: {${oauth2}}\n`)).code, 0)
    assert.equal((await ask(`oauth2: {${oauth2}, proxy_url: "${url}"}\n`)).code, 0)
    assert.equal((await ask(`proxy_url: http://${refusing.address}\n`)).code, 1)
    const alerts = 'GET /am/api/v2/alerts?active=true&inhibited=false&silenced=false&unprocessed=false'
    assert.deepEqual(
      seen.slice(from.seen).map(({ line, authorization, body }) => [line, authorization, body]),
      [
        [alerts, undefined, ''],
        ['POST /token', `Basic ${btoa('me:s')}`, 'grant_type=client_credentials&scope=a+b'],
        [alerts, 'Bearer token', ''],
        ['POST /token', `Basic ${btoa('me:s')}`, 'grant_type=client_credentials&scope=a+b'],
        [alerts, 'Bearer token', ''],
      ],
    )
    assert.deepEqual(
      proxy.requests.slice(from.relayed).map(([line, headers]) => [line, headers['proxy-authorization']]),
      [
        [alerts.replace('/', `http://${host}/`), `Basic ${btoa('me:secret')}`],
        [`POST http://${host}/token`, `Basic ${btoa('me:secret')}`],
      ],
    )
  }
})

test('without a file the proxies of the environment hold, but not for this machine', async (t) => {
  const { host, seen } = await startServer(t, () => [200, []])
  const proxy = await captureServer(t, () => ({ headers: { 'content-type': 'application/json' }, body: '[]' }))
  const env = { HTTP_PROXY: proxy.url, http_proxy: proxy.url, NO_PROXY: '', no_proxy: '' }
  for (const amtool of [runOurs(t), ...(AMTOOL === undefined ? [] : [runner(t, AMTOOL)])]) {
    const from = proxy.requests.length
    const ask = (url: string) =>
      amtool([`--alertmanager.url=${url}`, '--no-version-check', '-o', 'json', 'alert'], { env })
    assert.deepEqual(await ask('http://router.test:9093'), { stdout: '[]\n', stderr: '', code: 0 })
    assert.equal((await ask(`http://${host}`)).code, 0)
    assert.deepEqual(
      proxy.requests.slice(from).map(({ path }) => path.replace(/\?.*/, '')),
      ['http://router.test:9093/api/v2/alerts'],
    )
  }
  assert.ok(seen.length > 0)
})

test('silences are imported several at a time, and those that the server does not know anew', async (t) => {
  const { host, seen } = await startServer(t, ({ body }) => {
    const { id, comment } = JSON.parse(body) as { id: string; comment: string }
    if (comment === 'refused') return [400, 'bad silence: no']
    return id === 'gone' ? [404, 'silence not found'] : [200, { silenceID: `is-${comment}` }]
  })
  const amtool = runOurs(t)
  const silence = (id: string, comment: string) => ({
    ...{ id, status: { state: 'active' }, updatedAt: '2026-01-01T00:00:00Z', comment, createdBy: 'me' },
    ...{ startsAt: '2026-01-01T00:00:00Z', endsAt: '2027-01-01T00:00:00Z', matchers: [] },
  })
  const stdin = JSON.stringify([silence('gone', 'one'), silence('here', 'two'), silence('x', 'refused')])
  const online = [`--alertmanager.url=http://${host}`, '--no-version-check', 'silence', 'import']
  const done = await amtool(online, { stdin })
  assert.equal(done.code, 1)
  assert.deepEqual(done.stdout.trim().split('\n').sort(), ['is-one', 'is-two'])
  assert.equal(
    done.stderr.trimEnd(),
    `Error adding silence id='x': [POST /silences][400] postSilencesBadRequest "bad silence: no"
amtool: error: couldn't import 1 out of 3 silences`,
  )
  assert.equal(seen.length, 4)
  assert.ok(seen.every(({ body }) => !/updatedAt|status/.test(body)))
  const forced = await amtool([...online, '--force', '-w', '1'], { stdin: JSON.stringify([silence('gone', 'three')]) })
  assert.deepEqual([forced.stdout, forced.code, seen.length], ['is-three\n', 0, 5])
  assert.match((await amtool(online, { stdin: '{' })).stderr, /couldn't unmarshal input data, is it JSON\?: /)
})

test('dates are printed by Go layouts, shells are helped, and help is there for every command', async (t) => {
  const alert = {
    ...{ annotations: {}, endsAt: '2026-01-02T03:04:05Z', fingerprint: 'f', receivers: [], labels: { alertname: 'A' } },
    ...{ startsAt: '2026-01-02T15:04:05+02:00', status: { inhibitedBy: [], silencedBy: [], state: 'active' } },
    updatedAt: '2026-01-02T03:04:05Z',
  }
  const { host } = await startServer(t, () => [200, [alert]])
  const amtool = runOurs(t)
  const online = [`--alertmanager.url=http://${host}`, '--no-version-check', 'alert']
  assert.match((await amtool(online)).stdout, /2026-01-02 15:04:05 \+0200/)
  assert.match((await amtool([...online, '--date.format=Mon 2 Jan 3:04PM -07:00'])).stdout, /Fri 2 Jan 3:04PM \+02:00/)
  assert.deepEqual((await amtool(['--completion-bash', 'silence', ''])).stdout.trim().split('\n'), [
    'add',
    'expire',
    'import',
    'query',
    'update',
  ])
  assert.equal((await amtool(['--completion-bash', 'alert', '-o', ''])).stdout, 'simple\nextended\njson\n')
  assert.match((await amtool(['--completion-script-bash'])).stdout, /complete .*amtool\n$/)
  assert.match(
    (await amtool(['silence', 'add', '--help'])).stdout,
    /^usage: amtool silence add \[<flags>\] \[<matcher-groups>...\]\n/,
  )
  assert.match((await amtool(['--help-long'])).stdout, /\nconfig routes test \[<flags>\] \[<labels>...\]\n/)
  assert.match((await amtool(['--version'])).stdout, /^amtool, version 0\.34\.0 \(/)
})

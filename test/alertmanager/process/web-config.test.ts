import assert from 'node:assert/strict'
import { execFile, execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { DetailedPeerCertificate, TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { hashSync } from 'bcryptjs'
import { temporaryDirectory } from '../../support/temporary.ts'
import { type RouterClient, routerFlags, spawnRouter, startRouter } from '../support/router-process.ts'
import { AMTOOL, missing } from '../support/upstream.ts'

const YAML = 'route: {receiver: a}\nreceivers: [{name: a}]\n'
const basic = (text: string) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}` })

interface Certified {
  readonly directory: string
  /** Makes a certificate, signed by the authority of the directory, for this subject alternative name. */
  readonly issue: (name: string, san: string) => void
}

/** A directory with an authority; undefined where there is no openssl. */
function authority(t: TestContext): Certified | undefined {
  const directory = temporaryDirectory(t)
  const openssl = (...args: readonly string[]) =>
    execFileSync('openssl', [...args], { cwd: directory, stdio: 'ignore' })
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  try {
    openssl('req', '-x509', ...curve, '-subj', '/CN=authority', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '2')
  } catch {
    return undefined
  }
  return {
    directory,
    issue(name, san) {
      const own = ['-keyout', `${name}.key`, '-out', `${name}.pem`, '-days', '2']
      const signed = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-addext', `subjectAltName=${san}`]
      openssl('req', '-x509', ...curve, '-subj', `/CN=${name}`, ...own, ...signed)
    },
  }
}

interface Answer {
  readonly status: number
  readonly body: string
  readonly headers: Readonly<Record<string, unknown>>
  readonly certificate: DetailedPeerCertificate
}

/** One request over a connection of its own, with a client certificate where one is named. */
function ask(router: RouterClient, directory: string, path: string, client?: string): Promise<Answer> {
  const file = (name: string) => readFileSync(join(directory, name))
  const own = client === undefined ? {} : { cert: file(`${client}.pem`), key: file(`${client}.key`) }
  return new Promise((resolve, reject) => {
    const options = { agent: false, ca: file('ca.pem'), servername: 'localhost', ...own } as const
    const sent = request(router.url.replace('http:', 'https:') + path, options, (response) => {
      const certificate = (response.socket as TLSSocket).getPeerCertificate(true)
      let body = ''
      response.on('data', (chunk) => (body += String(chunk)))
      response.on('end', () => resolve({ status: response.statusCode!, body, headers: response.headers, certificate }))
    })
    sent.on('error', reject)
    sent.end()
  })
}

async function startWith(t: TestContext, directory: string, webYaml: string) {
  const file = join(directory, 'web.yml')
  writeFileSync(file, webYaml)
  const router = await startRouter(t, directory, YAML, [`--web.config.file=${file}`])
  return { router, rewrite: (yaml: string) => writeFileSync(file, yaml) }
}

test('users guard everything, and change without a restart; a mistake changes nothing', async (t) => {
  const alice = hashSync('secret', 4)
  const { router, rewrite } = await startWith(t, temporaryDirectory(t), `basic_auth_users: {alice: ${alice}}\n`)
  const ask = (headers: Record<string, string>, path = '/api/v2/status') => fetch(router.url + path, { headers })
  for (const path of ['/', '/metrics', '/-/healthy', '/api/v2/alerts', '/nope']) {
    const refused = await ask({}, path)
    assert.deepEqual([refused.status, await refused.text()], [401, 'Unauthorized\n'], path)
    assert.equal(refused.headers.get('www-authenticate'), 'Basic')
  }
  assert.equal((await ask(basic('alice:secret'))).status, 200)
  assert.equal((await ask(basic('alice:guess'))).status, 401)
  const posted = await fetch(`${router.url}/api/v2/alerts`, {
    method: 'POST',
    headers: { ...basic('alice:secret'), 'content-type': 'application/json' },
    body: JSON.stringify([{ labels: { alertname: 'A' } }]),
  })
  assert.equal(posted.status, 200, 'the body waits for the password to be checked')

  rewrite(`basic_auth_users: {bob: ${alice}}\nhttp_server_config: {headers: {X-Frame-Options: deny}}\n`)
  assert.equal((await ask(basic('alice:secret'))).status, 401)
  const bob = await ask(basic('bob:secret'))
  assert.deepEqual([bob.status, bob.headers.get('x-frame-options')], [200, 'deny'])

  rewrite('basic_auth_users: {bob: plain}\n')
  assert.equal((await ask(basic('bob:secret'))).status, 200)
  await router.child.printed(/level=error [^\n]*web configuration not reloaded[^\n]*no hash of bcrypt/)
  assert.doesNotMatch(router.child.stderr, /plain/)
  assert.equal((await router.child.kill('SIGTERM')).code, 0)
})

test('requests beyond the rate are refused', async (t) => {
  const { router } = await startWith(t, temporaryDirectory(t), 'rate_limit: {interval: 1h, burst: 2}\n')
  const answers: (string | number)[] = []
  for (let count = 0; count < 3; count++) {
    const response = await fetch(`${router.url}/-/healthy`)
    answers.push(response.status, await response.text())
  }
  assert.deepEqual(answers, [200, 'OK\n', 200, 'OK\n', 429, 'Too Many Requests\n'])
})

test('a certificate is replaced while the router runs', async (t) => {
  const made = authority(t)
  if (made === undefined) return t.skip('openssl is not installed')
  const { directory } = made
  made.issue('server', 'DNS:localhost,IP:127.0.0.1')
  const { router } = await startWith(t, directory, 'tls_server_config: {cert_file: server.pem, key_file: server.key}\n')
  await router.child.printed(/msg="TLS is enabled\." http2=false address=127\.0\.0\.1:\d+\n/)
  const before = await ask(router, directory, '/api/v2/status')
  assert.equal(before.status, 200)
  made.issue('server', 'DNS:localhost,IP:127.0.0.1,DNS:renewed.test')
  const after = await ask(router, directory, '/-/ready')
  assert.match(String(after.certificate.subjectaltname), /renewed\.test/)
  await assert.rejects(fetch(router.url), 'plain HTTP is not understood')
  assert.equal((await ask(router, directory, '/-/ready')).status, 200)
})

test('clients need the certificate that the policy asks for, and one of the names', async (t) => {
  const made = authority(t)
  const stranger = authority(t)
  if (made === undefined || stranger === undefined) return t.skip('openssl is not installed')
  const { directory } = made
  made.issue('server', 'DNS:localhost')
  made.issue('named', 'URI:spiffe://test/prometheus,DNS:p.test')
  made.issue('other', 'DNS:other.test')
  stranger.issue('strange', 'DNS:p.test')
  for (const name of ['strange.pem', 'strange.key']) {
    writeFileSync(join(directory, name), readFileSync(join(stranger.directory, name)))
  }
  const yaml = (policy: string, sans = '') => `tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: ${policy}
  ${policy === 'NoClientCert' ? '' : 'client_ca_file: ca.pem'}
  client_allowed_sans: [${sans}]
`
  const { router, rewrite } = await startWith(
    t,
    directory,
    yaml('RequireAndVerifyClientCert', 'spiffe://test/prometheus'),
  )
  const clients = ['none', 'named', 'other', 'strange']
  const welcome = async () => {
    const taken: string[] = []
    for (const client of clients) {
      const answer = ask(router, directory, '/-/ready', client === 'none' ? undefined : client)
      if (
        await answer.then(
          () => true,
          () => false,
        )
      )
        taken.push(client)
    }
    return taken
  }
  assert.deepEqual(await welcome(), ['named'])
  const cases: Readonly<Record<string, readonly string[]>> = {
    RequireAndVerifyClientCert: ['named', 'other'],
    RequireAnyClientCert: ['named', 'other', 'strange'],
    VerifyClientCertIfGiven: ['none', 'named', 'other'],
    RequestClientCert: clients,
    NoClientCert: clients,
  }
  for (const [policy, expected] of Object.entries(cases)) {
    rewrite(yaml(policy))
    assert.deepEqual(await welcome(), expected, policy)
  }
})

test('amtool comes in with its certificate, its user and its password', missing(AMTOOL, 'amtool'), async (t) => {
  const made = authority(t)
  if (made === undefined) return t.skip('openssl is not installed')
  const { directory } = made
  made.issue('server', 'DNS:localhost,IP:127.0.0.1')
  made.issue('client', 'DNS:amtool.test')
  const { router } = await startWith(
    t,
    directory,
    `basic_auth_users: {alice: ${hashSync('secret', 4)}}
tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
`,
  )
  const client = join(directory, 'client.yml')
  writeFileSync(
    client,
    `basic_auth: {username: alice, password: secret}
tls_config: {ca_file: ${directory}/ca.pem, cert_file: ${directory}/client.pem, key_file: ${directory}/client.key}
`,
  )
  const url = ['--alertmanager.url', router.url.replace('http:', 'https:'), '--http.config.file', client]
  const amtool = (...args: readonly string[]) => promisify(execFile)(AMTOOL!, [...url, ...args])
  await amtool('alert', 'add', 'Disk', 'team=a')
  assert.match((await amtool('alert', 'query', '-o', 'json')).stdout, /"alertname":"Disk"/)
})

test('a file that is wrong or missing keeps it from starting', async (t) => {
  const directory = temporaryDirectory(t)
  const file = join(directory, 'web.yml')
  const start = () => spawnRouter(t, [...routerFlags(directory), '--config.file=', `--web.config.file=${file}`]).exit()
  const gone = await start()
  assert.equal(gone.code, 1)
  assert.match(gone.stderr, /cannot read the configuration file .*web\.yml: ENOENT/)
  writeFileSync(file, 'basic_auth_user: {}\n')
  const wrong = await start()
  assert.equal(wrong.code, 1)
  assert.match(
    wrong.stderr,
    /web\.yml:1:1 {2}error .*no option "basic_auth_user"; did you mean "basic_auth_users"\?\n.*\n.*\^/,
  )
})

import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CodedError } from '#lib/errors.ts'
import { readWebConfig } from '#lib/http/web-config/read.ts'
import { cipherList, cipherOf } from '#lib/http/web-config/tls-names.ts'
import { selfSigned } from '../../../alertmanager/support/self-signed.ts'
import { temporaryDirectory } from '../../../support/temporary.ts'

const HASH = '$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi'

function fileWith(t: TestContext, yaml: string): string {
  const file = join(temporaryDirectory(t), 'web.yml')
  writeFileSync(file, yaml)
  return file
}

test('an empty file asks for nothing', (t) => {
  for (const yaml of [
    '',
    '# nothing\n',
    'basic_auth_users:\ntls_server_config: {}\n',
    'rate_limit: {interval: 0s}\n',
  ]) {
    const file = fileWith(t, yaml)
    const { files, ...config } = readWebConfig(file)
    assert.deepEqual(config, { tls: undefined, headers: [], users: new Map(), rateLimit: undefined })
    assert.deepEqual(files, [file])
  }
})

test('users, headers and the rate limit are read', (t) => {
  const yaml = `
basic_auth_users: {alice: ${HASH}}
http_server_config:
  http2: no
  headers: {X-Frame-Options: deny, Content-Security-Policy: "default-src 'self'", X-XSS-Protection: ''}
rate_limit: {interval: 100ms, burst: 20}
`
  const { users, headers, rateLimit } = readWebConfig(fileWith(t, yaml))
  assert.deepEqual([...users], [['alice', HASH]])
  assert.deepEqual(headers, [
    ['X-Frame-Options', 'deny'],
    ['Content-Security-Policy', "default-src 'self'"],
  ])
  assert.deepEqual(rateLimit, { intervalMs: 100, burst: 20 })
})

const WRONG: readonly (readonly [yaml: string, message: string])[] = [
  [
    'tls_server_conf: {}',
    '1:1  error  the configuration has no option "tls_server_conf"; did you mean "tls_server_conf',
  ],
  ['basic_auth_users: {a: plain}', '1:23  error  this is no hash of bcrypt; make one with htpasswd -nB'],
  ['http_server_config: {headers: {Server: x}}', '1:32  error  HTTP header "Server" can not be configured'],
  [
    'http_server_config: {headers: {X-Frame-Options: allow}}',
    '1:49  error  invalid value for X-Frame-Options. Expected one of: ["deny" "sameorigin"], but got: "allow"',
  ],
  ['rate_limit: {burst: 0}', '1:21  error  rate_limit.burst must be at least 1, not 0'],
  ['tls_server_config: {key: k}', '1:1  error  missing one of cert or cert_file'],
  ['tls_server_config: {cert: c, cert_file: f}', '1:30  error  only one of cert and cert_file may be there'],
  ['tls_server_config: {cert_file: gone.pem, key: k}', '1:32  error  cannot be read: ENOENT'],
  ['tls_server_config: {cert: c, key: k}', '1:1  error  the certificate and the key cannot be used: '],
  ['tls_server_config: {cipher_suites: [RC4]}', '1:37  error  unknown cipher: "RC4"'],
  ['tls_server_config: {curve_preferences: [P1]}', '1:41  error  unknown curve: "P1"'],
  ['tls_server_config: {client_auth_type: Ask}', '1:39  error  tls_server_config.client_auth_type must be one of NoCl'],
  [
    'tls_server_config: {min_version: TLS13, max_version: TLS12}',
    '1:54  error  max_version TLS12 is below min_version',
  ],
  ['tls_server_config: {client_ca: c}', "1:21  error  client CA's have been configured without a client auth policy"],
  ['tls_server_config: {client_allowed_sans: [a]}', '1:21  error  client_allowed_sans needs a client_auth_type of Req'],
]

test('what is wrong is said with file, line and caret, and secrets are not', (t) => {
  for (const [yaml, message] of WRONG) {
    const file = fileWith(t, yaml)
    assert.throws(
      () => readWebConfig(file),
      (error) => {
        assert.ok(error instanceof CodedError && error.code === 'CONFIG_INVALID')
        assert.ok(error.message.includes(`${file}:${message}`), `${yaml}\n${error.message}`)
        assert.match(error.message, /\n {5}\| +\^/)
        return true
      },
    )
  }
  const secret = fileWith(t, 'basic_auth_users: {a: hunter2}')
  assert.throws(
    () => readWebConfig(secret),
    (error) => error instanceof Error && !error.message.includes('hunter2'),
  )
})

test('certificates are read beside the file and checked', (t) => {
  const directory = temporaryDirectory(t)
  if (selfSigned(directory) === undefined) return t.skip('openssl is not installed')
  const file = join(directory, 'web.yml')
  writeFileSync(
    file,
    `tls_server_config:
  cert_file: cert.pem
  key_file: key.pem
  client_ca_file: cert.pem
  client_auth_type: RequireAndVerifyClientCert
  client_allowed_sans: [a.test]
  min_version: TLS13
  cipher_suites: [TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305]
  curve_preferences: [X25519, CurveP256]
`,
  )
  const { tls, files } = readWebConfig(file)
  assert.equal(files.length, 4)
  assert.equal(tls?.clientAuth, 'RequireAndVerifyClientCert')
  assert.deepEqual(tls.allowedSans, ['a.test'])
  assert.equal(tls.context.minVersion, 'TLSv1.3')
  assert.equal(tls.context.ecdhCurve, 'X25519:P-256')
  assert.match(
    String(tls.context.ciphers),
    /^ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:TLS_AES_128_GCM/,
  )
})

test("Go's names of ciphers are OpenSSL's", () => {
  assert.equal(cipherOf('TLS_RSA_WITH_AES_128_CBC_SHA'), 'AES128-SHA')
  assert.equal(cipherOf('TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384'), 'ECDHE-ECDSA-AES256-GCM-SHA384')
  assert.equal(cipherOf('TLS_RSA_WITH_RC4_128_SHA'), undefined)
  assert.equal(cipherOf('TLS_RSA_WITH_CHACHA20_POLY1305'), undefined)
  assert.equal(cipherOf('TLS_RSA_WITH_constructor'), undefined)
  assert.equal(cipherList(['TLS_AES_128_GCM_SHA256']).split(':').length, 3)
})

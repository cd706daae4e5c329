import assert from 'node:assert/strict'
import { test } from 'node:test'
import { checkHeaders, checkTls } from '#lib/config/client.ts'
import { type Path, printPath } from '#lib/config/diagnostic.ts'

function reported(check: (report: (path: Path, message: string) => void) => void): string[] {
  const problems: string[] = []
  check((path, message) => problems.push(`${printPath(path)}: ${message}`))
  return problems
}

test('headers that cannot be sent are reported, without their values', () => {
  const headers = { 'X-Scope-OrgID': 'a', 'X_1.~': '\tö', 'X Tenant': 'secret', Cookie: 'secret\n', Empty: '' }
  assert.deepEqual(
    reported((report) => checkHeaders(headers, ['remote_write', 0, 'headers'], report)),
    [
      'remote_write[0].headers.X Tenant: "X Tenant" is not the name of an HTTP header',
      'remote_write[0].headers.Cookie: remote_write[0].headers.Cookie has a character that HTTP does not allow',
    ],
  )
})

test('a certificate and its key go together', () => {
  const check = (cert_file: string, key_file: string) =>
    reported((report) => checkTls({ cert_file, key_file }, ['tls'], report))
  assert.deepEqual(check('', ''), [])
  assert.deepEqual(check('a', 'b'), [])
  assert.deepEqual(check('a', ''), ['tls.cert_file: tls.cert_file needs tls.key_file'])
  assert.deepEqual(check('', 'b'), ['tls.key_file: tls.key_file needs tls.cert_file'])
})

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

const EC = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** Makes an authority and a certificate of it for 127.0.0.1; false where there is no openssl to make them. */
export function makeCertificates(directory: string, authority: string): boolean {
  const openssl = (...args: readonly string[]) => execFileSync('openssl', args, { cwd: directory, stdio: 'ignore' })
  const extensions = join(directory, 'extensions')
  writeFileSync(extensions, 'subjectAltName=IP:127.0.0.1\n')
  try {
    const ca = ['-keyout', `${authority}-ca.key`, '-out', `${authority}-ca.pem`]
    openssl('req', '-x509', ...EC, '-days', '2', '-subj', `/CN=${authority}`, ...ca)
    openssl('req', ...EC, '-subj', '/CN=member', '-keyout', `${authority}.key`, '-out', `${authority}.csr`)
    const signer = ['-CA', `${authority}-ca.pem`, '-CAkey', `${authority}-ca.key`, '-CAcreateserial']
    const files = ['-in', `${authority}.csr`, '-out', `${authority}.pem`, '-extfile', extensions]
    openssl('x509', '-req', '-days', '2', ...signer, ...files)
  } catch {
    return false
  }
  return true
}

/** Writes a file for `--cluster.tls-config`, and returns its name: certificates of one authority, others' checked by it. */
export function writeTlsConfig(directory: string, authority: string, clientLines: readonly string[]): string {
  const file = join(directory, `${authority}-${clientLines.length}.yml`)
  const server = [
    `  cert_file: ${authority}.pem`,
    `  key_file: ${authority}.key`,
    `  client_ca_file: ${authority}-ca.pem`,
  ]
  const lines = ['tls_server_config:', ...server, '  client_auth_type: RequireAndVerifyClientCert']
  writeFileSync(file, [...lines, 'tls_client_config:', ...clientLines.map((line) => `  ${line}`)].join('\n'))
  return file
}

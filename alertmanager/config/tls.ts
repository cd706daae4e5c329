import type { Report } from '#lib/config/check.ts'
import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, choice, optional, type Static, secret, section, text } from '#lib/config/schema.ts'
import { atMostOne, isSet } from './exclusive.ts'

const TLS_VERSIONS = ['TLS10', 'TLS11', 'TLS12', 'TLS13'] as const

export const tlsConfigSchema = section('TLS of a client. Paths are relative to the directory of this file.', {
  ca: optional(text({ description: 'Certificates of the authorities to trust, as PEM.' })),
  ca_file: optional(text({ description: 'File with the certificates of the authorities to trust.' })),
  cert: optional(text({ description: 'Certificate that identifies this client, as PEM.' })),
  cert_file: optional(text({ description: 'File with the certificate that identifies this client.' })),
  key: optional(secret({ description: 'Key of the certificate, as PEM.' })),
  key_file: optional(text({ description: 'File with the key of the certificate.' })),
  server_name: optional(text({ description: 'Name that the certificate of the server must carry.' })),
  insecure_skip_verify: boolean({ description: 'Accept any certificate of the server.', default: false }),
  min_version: optional(choice(TLS_VERSIONS, { description: 'Oldest version to speak.' })),
  max_version: optional(choice(TLS_VERSIONS, { description: 'Newest version to speak.' })),
})

export type TlsConfig = Static<typeof tlsConfigSchema>

export function checkTlsConfig(tls: TlsConfig, path: Path, report: Report): void {
  atMostOne(tls, ['ca', 'ca_file'], path, report)
  atMostOne(tls, ['cert', 'cert_file'], path, report)
  atMostOne(tls, ['key', 'key_file'], path, report)
  const hasCert = isSet(tls.cert) || isSet(tls.cert_file)
  const hasKey = isSet(tls.key) || isSet(tls.key_file)
  const needs = (missing: string, given: string) =>
    `exactly one of ${missing} or ${missing}_file must be configured when a client ${given} is configured`
  if (hasCert && !hasKey) report(path, needs('key', 'certificate'), 'key')
  if (hasKey && !hasCert) report(path, needs('cert', 'key'), 'key')
}

import type { ConnectionOptions, SecureVersion } from 'node:tls'
import type { TlsConfig } from '../../config/tls.ts'

const VERSIONS: Readonly<Record<string, SecureVersion>> = {
  TLS10: 'TLSv1',
  TLS11: 'TLSv1.1',
  TLS12: 'TLSv1.2',
  TLS13: 'TLSv1.3',
}

/** What Node's TLS wants to know of a `tls_config`. Files are read anew each time. */
export async function tlsOptions(
  tls: TlsConfig,
  readFile: (path: string) => Promise<string>,
): Promise<ConnectionOptions> {
  const pem = async (text: string | undefined, file: string | undefined) => {
    return file === undefined ? text : await readFile(file)
  }
  const options: ConnectionOptions = {
    rejectUnauthorized: !tls.insecure_skip_verify,
    minVersion: VERSIONS[tls.min_version ?? 'TLS12']!,
  }
  const ca = await pem(tls.ca, tls.ca_file)
  const cert = await pem(tls.cert, tls.cert_file)
  const key = await pem(tls.key, tls.key_file)
  if (ca !== undefined) options.ca = ca
  if (cert !== undefined) options.cert = cert
  if (key !== undefined) options.key = key
  if (tls.server_name !== undefined) options.servername = tls.server_name
  if (tls.max_version !== undefined) options.maxVersion = VERSIONS[tls.max_version]!
  return options
}

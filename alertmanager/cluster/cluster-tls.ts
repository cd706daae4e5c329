import { readFile } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { type ConnectionOptions, createSecureContext } from 'node:tls'
import { optional, section } from '#lib/config/schema.ts'
import { readStrictFile } from '#lib/config/strict-file.ts'
import { WatchedFile } from '#lib/config/watched-file.ts'
import { CodedError, messageOf } from '#lib/errors.ts'
import { tlsServerSection } from '#lib/http/web-config/schema.ts'
import { readTls, type TlsSettings, tlsFiles } from '#lib/http/web-config/tls-settings.ts'
import type { Logger } from '#lib/log.ts'
import { checkTlsConfig, type TlsConfig, tlsConfigSchema } from '../config/tls.ts'
import { tlsOptions } from '../notify/http/tls-options.ts'

/** The certificates of a member, and what it wants to see of others. */
export interface ClusterTls {
  /** Of the port that others dial; as the files are now. */
  server(): TlsSettings
  /** For dialling others; as the files are now. */
  client(): Promise<ConnectionOptions>
  /** Whether who dials must show a certificate that is checked. */
  readonly isMutual: boolean
}

/** The file of `--cluster.tls-config`, in upstream's format. */
const schema = section('TLS between members of a cluster.', {
  tls_server_config: optional(tlsServerSection),
  tls_client_config: optional(tlsConfigSchema),
})

interface Read {
  readonly server: TlsSettings
  readonly client: TlsConfig
  readonly files: readonly string[]
}

/**
 * Reads the certificates that members show each other. Paths are relative to the directory of the file.
 *
 * @throws CodedError CONFIG_UNREADABLE or CONFIG_INVALID
 */
export async function openClusterTls(file: string, logger: Logger): Promise<ClusterTls> {
  const watched = new WatchedFile({ file, logger, what: 'TLS configuration of the cluster', read })
  const readIn = (path: string) => readFile(resolve(dirname(file), path), 'utf8')
  const client = () => tlsOptions(watched.current.client, readIn)
  try {
    createSecureContext(await client())
  } catch (error) {
    throw new CodedError('CONFIG_UNREADABLE', [`${file} (tls_client_config)`, messageOf(error)], { cause: error })
  }
  return {
    client,
    server: () => watched.current.server,
    get isMutual() {
      return watched.current.server.clientAuth === 'RequireAndVerifyClientCert'
    },
  }
}

function read(file: string): Read {
  return readStrictFile(file, schema, (config, report) => {
    const { tls_server_config: section, tls_client_config: client } = config
    const missing = (name: string) => report([], `missing '${name}' entry in the TLS configuration`)
    if (section === undefined) missing('tls_server_config')
    if (client === undefined) missing('tls_client_config')
    else checkTlsConfig(client, ['tls_client_config'], report)
    const directory = dirname(file)
    const server = readTls(section, directory, report)
    if (section !== undefined && server === undefined) {
      report(['tls_server_config'], 'it has no certificate: give cert_file and key_file', 'key')
    }
    // What is missing was reported, and nobody sees this then.
    return { server: server!, client: client!, files: [file, ...tlsFiles(section, directory)] }
  })
}

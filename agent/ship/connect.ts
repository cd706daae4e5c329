import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import type { Address } from './address-resolver.ts'
import type { ShipConfig } from './config.ts'
import { Connections } from './connections.ts'
import { CredentialFiles } from './credentials.ts'
import { OtlpClient, type Signal } from './otlp-client.ts'
import type { RequestSender } from './outcome.ts'
import { proxiesFor } from './proxies.ts'

export interface ConnectDeps {
  readonly clock: Clock
  readonly files: Pick<Files, 'readFile' | 'stat'>
  /** For the proxy variables. */
  readonly env: Readonly<Record<string, string | undefined>>
}

/** Reaches a collector by its base URL, at one address of its name if that has several. */
export type Connect = (url: string, address?: Address) => RequestSender

/** How collectors are reached as the configuration says: with one set of credentials for all of them. */
export function createConnect(config: ShipConfig, { clock, files, env }: ConnectDeps, signal: Signal): Connect {
  const { tls, headers } = config
  const credentials = new CredentialFiles({
    ...{ clock, files },
    caFile: tls.insecure_skip_verify ? '' : tls.ca_file,
    certFile: tls.cert_file,
    keyFile: tls.key_file,
    tokenFile: config.bearer_token_file,
  })
  return (base, address) => {
    const url = new URL(base)
    const connections = new Connections({
      ...{ url, address, clock, proxies: proxiesFor(url, env) },
      maxAgeMs: config.max_connection_age,
      serverName: tls.server_name,
      insecureSkipVerify: tls.insecure_skip_verify,
    })
    return new OtlpClient({ url, signal, headers, connections, credentials, timeoutMs: config.timeout, clock })
  }
}

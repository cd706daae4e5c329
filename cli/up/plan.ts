import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { ServiceName } from '../launch.ts'
import type { UpOptions } from './options.ts'

/** URLs that services serve, by service and name, as they said when they became ready. */
export type Addresses = ReadonlyMap<ServiceName, Readonly<Record<string, string>>>

export interface PlannedService {
  readonly name: ServiceName
  /** The command line; it may lean on services before it. */
  readonly flags: (addresses: Addresses) => readonly string[]
}

/**
 * The services of `vedette up` in start order, with their settings. All are defaults, so that a file of the
 * configuration directory wins, except what the command line says. Everything listens on the loopback interface: who
 * wants to open a port says so in a file.
 */
export function planServices(options: UpOptions): readonly PlannedService[] {
  const { dataDir, elasticsearch, podsDir, portOffset } = options
  const listen = (key: string, port: number) => `--default=${key}=127.0.0.1:${port + portOffset}`
  const store: PlannedService = {
    name: 'store',
    flags: () => [
      ...fileFlag(options, 'store.yaml'),
      listen('listen_address', 9200),
      setting('default', 'data_dir', join(dataDir, 'store')),
    ],
  }
  const collector: PlannedService = {
    name: 'collector',
    flags: (addresses) => [
      ...fileFlag(options, 'collector.yaml'),
      listen('otlp.grpc.listen_address', 4317),
      listen('otlp.http.listen_address', 4318),
      listen('web.listen_address', 9464),
      setting('default', 'data_dir', join(dataDir, 'collector')),
      elasticsearch === undefined
        ? setting('default', 'elasticsearch.nodes', [addressOf(addresses, 'store', 'elasticsearch')])
        : setting('set', 'elasticsearch.nodes', [elasticsearch]),
    ],
  }
  const alertmanager: PlannedService = {
    name: 'alertmanager',
    flags: () => [
      // Where there is none it would look for one in the working directory, as Alertmanager does.
      setting('default', 'config.file', ''),
      ...fileFlag(options, 'alertmanager.yml'),
      setting('default', 'web.listen_addresses', [`127.0.0.1:${9093 + portOffset}`]),
      setting('default', 'cluster.listen_address', ''),
      setting('default', 'storage.path', join(dataDir, 'alertmanager')),
    ],
  }
  const agent: PlannedService = {
    name: 'agent',
    flags: (addresses) => [
      ...fileFlag(options, 'agent.yaml'),
      listen('web.listen_address', 9465),
      setting('default', 'logs.pods_dir', podsDir),
      setting('default', 'state_dir', join(dataDir, 'agent')),
      setting('default', 'ship.endpoints', [addressOf(addresses, 'collector', 'otlp')]),
    ],
  }
  return [...(elasticsearch === undefined ? [store] : []), collector, alertmanager, agent]
}

/** The configuration files that `vedette up` looks for. */
export const CONFIG_FILES = ['store.yaml', 'collector.yaml', 'alertmanager.yml', 'agent.yaml'] as const

function fileFlag({ configDir }: UpOptions, name: (typeof CONFIG_FILES)[number]): string[] {
  if (configDir === undefined) return []
  const file = join(configDir, name)
  return existsSync(file) ? [`--config.file=${file}`] : []
}

/** JSON is YAML, so a value with a colon in it stays one. */
function setting(flag: 'default' | 'set', key: string, value: unknown): string {
  return `--${flag}=${key}=${JSON.stringify(value).replaceAll('${', () => '$${')}`
}

function addressOf(addresses: Addresses, service: ServiceName, name: string): string {
  const url = addresses.get(service)?.[name]
  if (url === undefined) throw new Error(`${service} has not said where its ${name} is`)
  return url
}

/** What is printed once all are ready. */
export function readyLine(addresses: Addresses, elasticsearch: string | undefined): string {
  const shown = {
    ui: addressOf(addresses, 'collector', 'web'),
    elasticsearch: elasticsearch === undefined ? addressOf(addresses, 'store', 'elasticsearch') : origin(elasticsearch),
    alertmanager: addressOf(addresses, 'alertmanager', 'web'),
    otlp: addressOf(addresses, 'collector', 'otlp'),
  }
  return `vedette ready ${Object.entries(shown)
    .map(([name, url]) => `${name}=${url}`)
    .join(' ')}`
}

/** Without the credentials that a URL may carry. */
function origin(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

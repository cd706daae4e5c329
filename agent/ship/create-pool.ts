import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import { type Address, AddressResolver, type Target } from './address-resolver.ts'
import type { ShipConfig } from './config.ts'
import { type Connect, createConnect } from './connect.ts'
import { Endpoint } from './endpoint.ts'
import { EndpointPool } from './endpoint-pool.ts'
import type { ShipEvents } from './events.ts'
import type { Signal } from './otlp-client.ts'
import { proxiesFor } from './proxies.ts'

export interface PoolDeps {
  readonly clock: Clock
  readonly events: ShipEvents
  readonly files: Files
  readonly env: Readonly<Record<string, string | undefined>>
  /** Reaches collectors, in place of the network. */
  readonly connect?: Connect | undefined
  /** All addresses of a name. Nothing is looked up where only `connect` is given. */
  readonly lookup?: (hostname: string) => Promise<readonly Address[]>
}

/** The collectors of the configuration, and what keeps their addresses up to date. */
export interface ResolvedPool {
  readonly pool: EndpointPool
  open(): void
  close(): void
}

/**
 * @param signal what they are sent. Logs are spread over all that work; metrics go to one of them, because each shows
 *   the series that it was sent: the last samples of a series must not lie in two
 */
export function createPool(config: ShipConfig, deps: PoolDeps, signal: Signal): ResolvedPool {
  const { clock, events } = deps
  const urls = [...new Set(config.endpoints)]
  const endpointsOf = keepEndpoints(config, deps, signal)
  const pool = new EndpointPool({
    ...{ clock, events, maxInFlight: config.max_in_flight, isSticky: signal === 'metrics' },
    endpoints: endpointsOf(urls.map((url) => ({ url }))),
    onFailed: () => resolver?.refresh(),
  })
  const resolver = createResolver(urls, config, deps, (targets) => pool.replace(endpointsOf(targets)))
  return {
    pool,
    open: () => resolver?.start(),
    close() {
      resolver?.stop()
      pool.close()
    },
  }
}

/** Makes endpoints of targets. What is known of one is kept for as long as it is among them. */
function keepEndpoints(
  config: ShipConfig,
  deps: PoolDeps,
  signal: Signal,
): (targets: readonly Target[]) => readonly Endpoint[] {
  const { clock, connect = createConnect(config, deps, signal) } = deps
  let kept = new Map<string, Endpoint>()
  const create = (name: string, { url, address }: Target) =>
    new Endpoint({
      ...{ name, clock, sender: connect(url, address), encoding: config.compression },
      maxInFlight: config.max_in_flight,
      backoff: { initialMs: config.backoff.initial, maxMs: config.backoff.max },
    })
  return (targets) => {
    kept = new Map(
      targets.map((target) => {
        const name = nameOf(target)
        return [name, kept.get(name) ?? create(name, target)]
      }),
    )
    return [...kept.values()]
  }
}

function createResolver(
  urls: readonly string[],
  { resolve_interval: intervalMs }: ShipConfig,
  { clock, events, env, connect, lookup }: PoolDeps,
  onChange: (targets: readonly Target[]) => void,
): AddressResolver | undefined {
  const isWanted = intervalMs > 0 && (connect === undefined || lookup !== undefined)
  // A proxy looks names up by itself.
  if (!isWanted || urls.some((url) => proxiesFor(new URL(url), env) !== undefined)) return undefined
  return new AddressResolver({ urls, clock, events, intervalMs, onChange, lookup: lookup ?? lookUpAll })
}

function lookUpAll(hostname: string): Promise<readonly Address[]> {
  return process.getBuiltinModule('node:dns').promises.lookup(hostname, { all: true })
}

/** For people: without what may be a secret in a URL. */
function nameOf({ url, address }: Target): string {
  const { protocol, host, pathname } = new URL(url)
  const name = `${protocol}//${host}${pathname === '/' ? '' : pathname}`
  return address === undefined ? name : `${name} (${address.address})`
}

import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import type { Registry } from '#lib/metrics.ts'
import { type Address, AddressResolver, type Target } from './address-resolver.ts'
import { isSecure, type ShipConfig } from './config.ts'
import { type Connect, createConnect } from './connect.ts'
import { DeadLetters } from './dead-letter.ts'
import { Endpoint } from './endpoint.ts'
import { EndpointPool } from './endpoint-pool.ts'
import type { ShipEvents } from './events.ts'
import { exportShipMetrics } from './metrics.ts'
import { Packer } from './packer.ts'
import { proxiesFor } from './proxies.ts'
import { Shipper } from './shipper.ts'

export interface ShipperDeps {
  readonly clock: Clock
  readonly events: ShipEvents
  readonly registry: Registry
  readonly files: Files
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stateDir: string
  /** Reaches collectors, in place of the network. */
  readonly connect?: Connect | undefined
  /** All addresses of a name. Nothing is looked up where only `connect` is given. */
  readonly lookup?: (hostname: string) => Promise<readonly Address[]>
}

/** The delivery that the configuration asks for. */
export function createShipper(config: ShipConfig, deps: ShipperDeps): Shipper {
  const { clock, events, files } = deps
  const backoff = { initialMs: config.backoff.initial, maxMs: config.backoff.max }
  const maxInFlight = config.max_in_flight
  if (config.tls.insecure_skip_verify && config.endpoints.some(isSecure)) events.collectorUnverified({})
  const urls = [...new Set(config.endpoints)]
  const endpointsOf = keepEndpoints(config, deps)
  const pool = new EndpointPool({
    ...{ clock, events, maxInFlight },
    endpoints: endpointsOf(urls.map((url) => ({ url }))),
    onFailed: () => resolver?.refresh(),
  })
  const resolver = createResolver(urls, config, deps, (targets) => pool.replace(endpointsOf(targets)))
  const directory = join(deps.stateDir, 'dead-letter')
  const deadLetters = new DeadLetters({ files, directory, maxBytes: config.dead_letter.max_bytes, clock, events })
  const shipper: Shipper = new Shipper({
    ...{ pool, clock, events, backoff, maxInFlight },
    packer: new Packer(config.compression_level),
    maxInFlightBytes: config.max_in_flight_bytes,
    bury: (letter, signal) => deadLetters.bury(letter, signal),
    observe: exportShipMetrics(deps.registry, { pool, shipper: () => shipper }),
    open: () => resolver?.start(),
    async close() {
      resolver?.stop()
      pool.close()
      await deadLetters.close()
    },
  })
  return shipper
}

/** Makes endpoints of targets. What is known of one is kept for as long as it is among them. */
function keepEndpoints(config: ShipConfig, deps: ShipperDeps): (targets: readonly Target[]) => readonly Endpoint[] {
  const { clock, connect = createConnect(config, deps) } = deps
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
  { clock, events, env, connect, lookup }: ShipperDeps,
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

import { join } from 'node:path'
import type { Clock } from '#lib/clock.ts'
import type { Files } from '#lib/files.ts'
import type { Registry } from '#lib/metrics.ts'
import { isSecure, type ShipConfig } from './config.ts'
import { type Connect, createConnect } from './connect.ts'
import { DeadLetters } from './dead-letter.ts'
import { Endpoint } from './endpoint.ts'
import { EndpointPool } from './endpoint-pool.ts'
import type { ShipEvents } from './events.ts'
import { exportShipMetrics } from './metrics.ts'
import { Packer } from './packer.ts'
import { Shipper } from './shipper.ts'

export interface ShipperDeps {
  readonly clock: Clock
  readonly events: ShipEvents
  readonly registry: Registry
  readonly files: Files
  readonly env: Readonly<Record<string, string | undefined>>
  readonly stateDir: string
  /** Reaches a collector by its URL, in place of the network. */
  readonly connect?: Connect | undefined
}

/** The delivery that the configuration asks for. */
export function createShipper(config: ShipConfig, deps: ShipperDeps): Shipper {
  const { clock, events, files } = deps
  const backoff = { initialMs: config.backoff.initial, maxMs: config.backoff.max }
  const maxInFlight = config.max_in_flight
  if (config.tls.insecure_skip_verify && config.endpoints.some(isSecure)) {
    events.collectorUnverified({})
  }
  const { connect = createConnect(config, deps) } = deps
  const endpoints = [...new Set(config.endpoints)].map((url) => {
    const sender = connect(url)
    return new Endpoint({ name: nameOf(url), sender, clock, encoding: config.compression, maxInFlight, backoff })
  })
  const pool = new EndpointPool({ endpoints, clock, events, maxInFlight })
  const directory = join(deps.stateDir, 'dead-letter')
  const deadLetters = new DeadLetters({ files, directory, maxBytes: config.dead_letter.max_bytes, clock, events })
  const shipper: Shipper = new Shipper({
    ...{ pool, clock, events, backoff, maxInFlight },
    packer: new Packer(config.compression_level),
    maxInFlightBytes: config.max_in_flight_bytes,
    bury: (letter, signal) => deadLetters.bury(letter, signal),
    observe: exportShipMetrics(deps.registry, { pool, shipper: () => shipper }),
    async close() {
      pool.close()
      await deadLetters.close()
    },
  })
  return shipper
}

/** A URL for people: without what may be a secret in it. */
function nameOf(url: string): string {
  const { protocol, host, pathname } = new URL(url)
  return `${protocol}//${host}${pathname === '/' ? '' : pathname}`
}

import { join } from 'node:path'
import type { Registry } from '#lib/metrics.ts'
import { isSecure, type ShipConfig } from './config.ts'
import { createPool, type PoolDeps } from './create-pool.ts'
import { DeadLetters } from './dead-letter.ts'
import { exportShipMetrics } from './metrics.ts'
import { Packer } from './packer.ts'
import { Shipper } from './shipper.ts'

export interface ShipperDeps extends PoolDeps {
  readonly registry: Registry
  readonly stateDir: string
}

/** The delivery that the configuration asks for. */
export function createShipper(config: ShipConfig, deps: ShipperDeps): Shipper {
  const { clock, events, files } = deps
  const backoff = { initialMs: config.backoff.initial, maxMs: config.backoff.max }
  const maxInFlight = config.max_in_flight
  if (config.tls.insecure_skip_verify && config.endpoints.some(isSecure)) events.collectorUnverified({})
  const { pool, open, close } = createPool(config, deps, 'logs')
  const directory = join(deps.stateDir, 'dead-letter')
  const deadLetters = new DeadLetters({ files, directory, maxBytes: config.dead_letter.max_bytes, clock, events })
  const shipper: Shipper = new Shipper({
    ...{ pool, clock, events, backoff, maxInFlight, open },
    packer: new Packer(config.compression_level),
    maxInFlightBytes: config.max_in_flight_bytes,
    bury: (letter, signal) => deadLetters.bury(letter, signal),
    observe: exportShipMetrics(deps.registry, { pool, shipper: () => shipper }),
    async close() {
      close()
      await deadLetters.close()
    },
  })
  return shipper
}

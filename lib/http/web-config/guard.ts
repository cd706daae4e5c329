import type { RequestListener, Server } from 'node:http'
import type { Clock } from '../../clock.ts'
import type { Logger } from '../../log.ts'
import { createServer } from '../../node-http.ts'
import type { Guard } from '../front-server.ts'
import { Gate } from './gate.ts'
import { createTlsServer } from './tls-server.ts'
import { watchWebConfig } from './watched.ts'

export interface GuardOptions {
  /** A web configuration file of Prometheus' programs. */
  readonly file: string
  readonly clock: Clock
  readonly logger: Logger
}

/**
 * Makes a server do what a web configuration file says, now and after each change of it.
 *
 * @throws CodedError CONFIG_UNREADABLE or CONFIG_INVALID
 */
export function createGuard({ file, clock, logger }: GuardOptions): Guard {
  const config = watchWebConfig(file, logger)
  const gate = new Gate({ config, clock, logger })
  const isTls = config.current.tls !== undefined
  return {
    isTls,
    createServer(listener: RequestListener): Server {
      const guarded: RequestListener = (request, response) => {
        gate.pass(request, response, () => listener(request, response))
      }
      // It has TLS from the start or never.
      return isTls ? createTlsServer(() => config.current.tls!, guarded) : createServer(guarded)
    },
    stop: () => gate.stop(),
  }
}

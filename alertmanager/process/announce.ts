import type { Service } from '#lib/lifecycle.ts'
import type { Logger } from '#lib/log.ts'

/** What is said once the router serves: tools that start one read the address off the first of these lines. */
export function announcement(logger: Logger, served: () => Served): Service {
  return {
    name: 'announcement',
    start() {
      const { addresses, isTls } = served()
      for (const address of addresses) {
        logger.info({ address }, 'Listening on')
        logger.info({ http2: false, address }, isTls ? 'TLS is enabled.' : 'TLS is disabled.')
      }
    },
  }
}

interface Served {
  readonly addresses: readonly string[]
  readonly isTls: boolean
}

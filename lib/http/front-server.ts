import type { RequestListener, Server } from 'node:http'
import type { Service } from '../lifecycle.ts'
import { createServer } from '../node-http.ts'
import { Listeners, type ListenTarget } from './listeners.ts'
import { type AppOptions, createApp, type FastifyInstance } from './server.ts'

export interface FrontServerOptions extends AppOptions {
  /** The service's name, for errors. */
  readonly name: string
  readonly targets: readonly ListenTarget[]
  /** Decides who comes in, and how; without, everybody does, over plain HTTP. */
  readonly guard?: Guard | undefined
}

/** TLS, users and passwords before the requests of a server. */
export interface Guard {
  readonly isTls: boolean
  /** A server that passes to the listener what may pass, and answers the rest itself. */
  readonly createServer: (listener: RequestListener) => Server
  readonly stop: () => Promise<void>
}

export interface FrontServer extends Service {
  readonly app: FastifyInstance
  /** Where it listens, as `127.0.0.1:9093`; only after start. */
  readonly addresses: readonly string[]
  readonly isTls: boolean
}

/**
 * Longer than clients keep idle connections, Prometheus' five minutes among them: who closes first must be the client,
 * or a request that is under way to a closing connection is lost.
 */
const KEEP_ALIVE_MS = 6 * 60_000

/** An HTTP server as a service that listens in several places. */
export function createFrontServer(options: FrontServerOptions): FrontServer {
  let answer: RequestListener | undefined
  const app = createApp(options, (handler) => {
    answer = handler
    // Fastify wants a server; those that listen are made below.
    return createServer()
  })
  const { guard } = options
  const listener: RequestListener = (request, response) => answer?.(request, response)
  const listeners = new Listeners({
    name: options.name,
    targets: options.targets,
    createServer: (): Server => {
      const server = guard === undefined ? createServer(listener) : guard.createServer(listener)
      server.keepAliveTimeout = KEEP_ALIVE_MS
      return server
    },
  })
  return {
    name: `${options.name} server`,
    app,
    isTls: guard?.isTls ?? false,
    get addresses() {
      return listeners.addresses
    },
    async start() {
      await app.ready()
      await listeners.start()
    },
    async stop(deadline) {
      const closed = listeners.stop(deadline)
      await app.close()
      await closed
      await guard?.stop()
    },
  }
}

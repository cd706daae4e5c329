import type { RequestListener, Server } from 'node:http'
import { type FastifyHttpOptions, type FastifyInstance, fastify } from 'fastify'
import { parseListenAddress } from '../config/formats.ts'
import { CodedError, messageOf, systemErrorCode } from '../errors.ts'
import type { Service } from '../lifecycle.ts'
import type { Registry } from '../metrics.ts'
import { bracketHost } from './bracket-host.ts'

export type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** What a server answers, wherever it listens. */
export interface AppOptions {
  /** Largest request body on the wire, in bytes; one MiB unless told. */
  readonly bodyLimitBytes?: number
  /** How long a request may take to arrive; as Node has it unless told. Its headers have a third of it at most. */
  readonly requestTimeoutMs?: number
  /** Whether `/a/` and `//a` are `/a`, as clients write that join a URL and a path; not unless told. */
  readonly forgivesSlashes?: boolean
  readonly routes?: (app: FastifyInstance) => void
  /** With these the server answers /metrics, /-/healthy and /-/ready. */
  readonly management?: ManagementOptions
}

export interface WebServerOptions extends AppOptions {
  /** The service's name, for errors. */
  readonly name: string
  readonly listenAddress: string
}

interface ManagementOptions {
  /** What stands before the paths, as `/am`; nothing unless told. */
  readonly prefix?: string
  readonly registry: Registry
  /** Why the service is not ready; an empty list means that it is. */
  readonly notReady: () => readonly string[]
}

export interface WebServer extends Service {
  readonly app: FastifyInstance
  /** `http://host:port` as bound; only after start. */
  readonly url: string
}

type SchemaCompilers = NonNullable<NonNullable<FastifyHttpOptions<Server>['schemaController']>['compilersFactory']>

const acceptAll = () => true

/** Fastify with our limits, and the management endpoints. With a factory it answers what the factory's server takes. */
export function createApp(options: AppOptions, serverFactory?: (handler: RequestListener) => Server): FastifyInstance {
  const app = fastify({
    ...(serverFactory === undefined ? {} : { serverFactory }),
    bodyLimit: options.bodyLimitBytes ?? 1024 ** 2,
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    ...(options.forgivesSlashes === true
      ? { routerOptions: { ignoreDuplicateSlashes: true, ignoreTrailingSlash: true } }
      : {}),
    ...timeouts(options),
    // Requests are checked by hand. Without this fastify loads its schema compilers, which keep 10 MiB resident.
    // The types ask for functions with all that ajv gives its own.
    schemaController: {
      compilersFactory: {
        buildValidator: () => () => acceptAll,
        buildSerializer: () => () => JSON.stringify,
      } as unknown as SchemaCompilers,
    },
  })
  if (options.management !== undefined) addManagementRoutes(app, options.management)
  options.routes?.(app)
  return app
}

/** An HTTP server as a service, with errors that name the address. */
export function createWebServer(options: WebServerOptions): WebServer {
  const app = createApp(options)
  let url = ''
  return {
    name: `${options.name} server`,
    app,
    get url() {
      return url
    },
    async start() {
      const address = parseListenAddress(options.listenAddress)
      if (address === undefined)
        throw new CodedError('LISTEN_FAILED', [options.name, options.listenAddress, 'not host:port'])
      try {
        await app.listen({ port: address.port, host: address.host ?? '::' })
      } catch (error) {
        throw listenError(options, error)
      }
      const bound = app.server.address()
      const port = typeof bound === 'object' && bound !== null ? bound.port : address.port
      const host = address.host ?? '127.0.0.1'
      url = `http://${bracketHost(host)}:${port}`
    },
    async stop(deadline) {
      const cut = () => app.server.closeAllConnections()
      deadline.addEventListener('abort', cut, { once: true })
      await app.close()
      deadline.removeEventListener('abort', cut)
    },
  }
}

/** A third for the headers, and looked at often enough that nobody has much longer. */
function timeouts({ requestTimeoutMs }: AppOptions): FastifyHttpOptions<Server> {
  if (requestTimeoutMs === undefined) return {}
  const headersTimeout = Math.ceil(requestTimeoutMs / 3)
  const connectionsCheckingInterval = Math.min(30_000, headersTimeout)
  return { requestTimeout: requestTimeoutMs, http: { headersTimeout, connectionsCheckingInterval } }
}

function listenError(options: WebServerOptions, error: unknown): CodedError {
  if (systemErrorCode(error) === 'EADDRINUSE') {
    return new CodedError('LISTEN_ADDRESS_IN_USE', [options.name, options.listenAddress], { cause: error })
  }
  return new CodedError('LISTEN_FAILED', [options.name, options.listenAddress, messageOf(error)], { cause: error })
}

function addManagementRoutes(app: FastifyInstance, { prefix = '', registry, notReady }: ManagementOptions): void {
  app.get(`${prefix}/metrics`, async (_request, reply) => {
    reply.header('content-type', registry.contentType)
    return registry.metrics()
  })
  app.get(`${prefix}/-/healthy`, (_request, reply) => reply.type('text/plain; charset=utf-8').send('OK\n'))
  app.get(`${prefix}/-/ready`, (_request, reply) => {
    const reasons = notReady()
    reply.type('text/plain; charset=utf-8')
    return reasons.length === 0 ? reply.send('OK\n') : reply.code(503).send(`not ready: ${reasons.join(', ')}\n`)
  })
}

import { join } from 'node:path'
import { createWebServer } from '#lib/http/server.ts'
import { claimDirectory } from '#lib/process/directory.ts'
import type { ServiceDefinition } from '#lib/process/run.ts'
import * as configModule from './config.ts'
import { deadLetterRoutes } from './dead-letter/routes.ts'
import { exportMetrics } from './metrics.ts'
import { createPipeline } from './pipeline.ts'
import { queryRoutes } from './query/routes.ts'
import { createReloadable } from './reload.ts'
import { selfCheckRoutes } from './self-check/routes.ts'
import { searchedStreams } from './shape/routes.ts'
import { staticRoutes } from './web/static-files.ts'

/**
 * The collector as a process: its command line, its configuration, and what it is made of. It is ready once it takes
 * data, whether or not Elasticsearch does.
 */
export const collectorService: ServiceDefinition<configModule.CollectorConfig> = {
  name: 'collector',
  summary: 'Receives telemetry, keeps it safe on disk, indexes it in Elasticsearch, and serves the page to search it.',
  flags: {
    'otlp.http.listen-address': { key: 'otlp.http.listen_address', help: 'address of OTLP over HTTP' },
    'otlp.grpc.listen-address': { key: 'otlp.grpc.listen_address', help: 'address of OTLP over gRPC' },
    'web.listen-address': { key: 'web.listen_address', help: 'address of the search page, the query API and /metrics' },
    'storage.path': { key: 'data_dir', help: 'directory of the queue' },
    'log.level': { key: 'log.level', help: 'debug, info, warn or error' },
    'log.format': { key: 'log.format', help: 'logfmt or json' },
  },
  configModule,
  assemble(config, deps) {
    const pipeline = createPipeline(config, deps)
    exportMetrics(deps.registry, pipeline)
    const web = createWebServer({
      name: 'web.listen_address',
      listenAddress: config.web.listen_address,
      management: { registry: deps.registry, notReady: deps.notReady },
      requestTimeoutMs: config.otlp.http.request_timeout,
      routes(app) {
        pipeline.webRoutes(app)
        queryRoutes(
          {
            elasticsearch: pipeline.indexing.elasticsearch,
            index: searchedStreams(config.elasticsearch, config.shape.routes).join(),
          },
          deps,
        )(app)
        deadLetterRoutes(pipeline.indexing)(app)
        selfCheckRoutes(pipeline.indexing)(app)
        staticRoutes(join(import.meta.dirname, '../ui'))(app)
      },
    })
    const parts = [claimDirectory('data_dir', config.data_dir), web, ...pipeline.parts]
    const { otlp, otlpGrpc } = pipeline
    const addresses = () => ({
      ...{ web: web.url, otlp: otlp.url },
      ...(config.otlp.grpc.enabled ? { otlp_grpc: otlpGrpc.url } : {}),
    })
    return { parts, addresses, reloadable: createReloadable(pipeline, deps.logger) }
  },
}

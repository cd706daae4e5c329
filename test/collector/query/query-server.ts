import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { pino } from 'pino'
import { Registry } from 'prom-client'
import { type Clock, systemClock } from '#lib/clock.ts'
import { createWebServer } from '#lib/http/server.ts'
import type { Elasticsearch } from '../../../collector/index/elasticsearch.ts'
import { type QueryApiOptions, queryRoutes } from '../../../collector/query/routes.ts'
import { staticRoutes } from '../../../collector/web/static-files.ts'
import { FakeSearch } from './fake-search.ts'

export interface QueryServerOptions {
  readonly elasticsearch?: Elasticsearch
  readonly clock?: Clock
  readonly tail?: QueryApiOptions['tail']
}

/** The collector's web server, with the query API and the page, over an index in memory. */
export async function startQueryServer(t: Pick<TestContext, 'after'>, options: QueryServerOptions = {}) {
  const index = new FakeSearch()
  const registry = new Registry()
  const deps = { clock: options.clock ?? systemClock, registry, logger: pino({ enabled: false }) }
  const api = queryRoutes(
    {
      elasticsearch: options.elasticsearch ?? index,
      index: 'logs-kubernetes.otel-default',
      ...(options.tail === undefined ? {} : { tail: options.tail }),
    },
    deps,
  )
  const page = staticRoutes(join(import.meta.dirname, '../../../ui'))
  const server = createWebServer({
    name: 'web',
    listenAddress: '127.0.0.1:0',
    routes(app) {
      api(app)
      page(app)
    },
  })
  await server.start?.()
  const stop = () => server.stop?.(AbortSignal.timeout(2_000))
  t.after(stop)
  return { url: server.url, index, registry, stop }
}

import type { Clock } from '#lib/clock.ts'
import type { Static } from '#lib/config/schema.ts'
import type { FastifyInstance } from '#lib/http/server.ts'
import type { SeriesTable } from '../series/series-table.ts'
import type { expositionSection } from './config.ts'
import { Exposition } from './exposition.ts'
import { targetRoutes } from './target-routes.ts'

/** All that shows the table of series to Prometheus and to people. */
export interface ExpositionParts {
  readonly pages: Exposition
  readonly routes: (app: FastifyInstance) => void
}

export function createExposition(
  config: Static<ReturnType<typeof expositionSection>>,
  table: SeriesTable,
  clock: Clock,
): ExpositionParts {
  const pages = new Exposition({ table, clock, maxConcurrent: config.max_concurrent })
  const targets = targetRoutes({ table, shards: config.shards, maxTargets: config.max_targets })
  const routes = (app: FastifyInstance) => {
    pages.routes(app)
    targets(app)
  }
  return { pages, routes }
}

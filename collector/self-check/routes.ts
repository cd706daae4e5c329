import type { FastifyInstance } from '#lib/http/server.ts'
import type { Indexing } from '../index/create-indexing.ts'

/** `GET /api/v1/elasticsearch`: what the collector sees of its Elasticsearch, for `vedette doctor --collector`. */
export function selfCheckRoutes({
  selfCheck,
  flow,
  size,
  blocks,
  elasticsearch,
}: Indexing): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/api/v1/elasticsearch', async (_request, reply) => {
      const { server, findings, atMs } = await selfCheck.look()
      return reply.header('cache-control', 'no-store').send({
        ...(server === undefined ? {} : { server }),
        nodes: elasticsearch.nodeCounts(),
        blocked: blocks.list(),
        bulk: { concurrency: flow.limit, target_bytes: size.targetBytes },
        checked_at: new Date(atMs).toISOString(),
        findings,
      })
    })
  }
}

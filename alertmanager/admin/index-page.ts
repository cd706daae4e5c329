import type { FastifyInstance } from '#lib/http/server.ts'

const PAGE = `Vedette alertmanager

/api/v2/alerts         firing alerts (GET), new ones (POST)
/api/v2/alerts/groups  the groups in which they are told
/api/v2/receivers      whom the configuration knows
/api/v2/status         version and configuration in force
/metrics               Prometheus metrics
/-/healthy /-/ready    for probes
/-/reload              POST reads the configuration anew, as SIGHUP does
`

/** `GET /`: what there is, for whoever follows a link or opens the port in a browser. */
export function serveIndex(app: FastifyInstance): void {
  app.get('/', (_request, reply) => reply.type('text/plain; charset=utf-8').send(PAGE))
}

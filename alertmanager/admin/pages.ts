import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'

const LINKS: readonly (readonly [path: string, what: string])[] = [
  ['/api/v2/alerts', 'firing alerts (GET), new ones (POST)'],
  ['/api/v2/alerts/groups', 'the groups in which they are told'],
  ['/api/v2/silences', 'silences'],
  ['/api/v2/receivers', 'whom the configuration knows'],
  ['/api/v2/status', 'version and configuration in force'],
  ['/api/v2/swagger.json', 'description of the API, for programs'],
  ['/metrics', 'Prometheus metrics'],
  ['/-/healthy', 'for probes'],
  ['/-/ready', 'for probes: not ready while it starts or stops'],
]

const TEXT = 'text/plain; charset=utf-8'
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'] as const
const NO_PROFILES =
  'There are no Go profiles here. Start the router with NODE_OPTIONS=--cpu-prof, or attach an inspector with SIGUSR1.\n'

/**
 * The page at the root of the routes, for whoever follows a link or opens the port in a browser. What stands behind `#`
 * in links of notifications (`#/alerts`, `#/silences/new?filter=…`) stays in the browser, so all of them lead here.
 */
export function servePages(app: FastifyInstance, prefix: string): void {
  const page = pageOf(prefix)
  app.get(`${prefix}/`, (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
  if (prefix !== '') {
    app.get('/', (_request, reply) => reply.redirect(prefix, 302))
  }
  app.all(`${prefix}/debug/pprof/*`, (_request, reply) => reply.code(404).type(TEXT).send(NO_PROFILES))
  app.setNotFoundHandler((request, reply) => notFound(app, request, reply))
}

/** A page that is there for other methods says so. */
function notFound(app: FastifyInstance, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const url = request.url.split('?', 1)[0]!
  const allowed = METHODS.filter((method) => app.hasRoute({ method, url }))
  reply.type(TEXT).header('x-content-type-options', 'nosniff')
  if (allowed.length === 0) return reply.code(404).send('404 page not found\n')
  return reply.code(405).header('allow', allowed.join(', ')).send('Method Not Allowed\n')
}

function pageOf(prefix: string): string {
  const rows = LINKS.map(([path, what]) => `<li><a href="${prefix}${path}">${prefix}${path}</a> ${what}</li>`)
  return `<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Alertmanager</title></head>
<body>
<h1>Vedette alertmanager</h1>
<ul>
${rows.join('\n')}
</ul>
<p>POST to ${prefix}/-/reload reads the configuration anew, as SIGHUP does.</p>
</body>
</html>
`
}

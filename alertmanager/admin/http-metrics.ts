import type { FastifyInstance } from '#lib/http/server.ts'
import { Histogram, type Registry } from '#lib/metrics.ts'

/** Measures every request, by the pattern of its path. */
export function measureRequests(app: FastifyInstance, registry: Registry, prefix: string): void {
  const duration = new Histogram({
    name: 'alertmanager_http_request_duration_seconds',
    help: 'Histogram of latencies for HTTP requests.',
    labelNames: ['handler', 'method', 'code'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  })
  const size = new Histogram({
    name: 'alertmanager_http_response_size_bytes',
    help: 'Histogram of response size for HTTP requests.',
    labelNames: ['handler', 'method'],
    buckets: [1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8],
    registers: [registry],
  })
  app.addHook('onResponse', (request, reply, done) => {
    const pattern = request.routeOptions.url
    if (pattern !== undefined) {
      const labels = { handler: handlerOf(pattern, prefix), method: request.method.toLowerCase() }
      duration.observe({ ...labels, code: reply.statusCode }, reply.elapsedTime / 1_000)
      size.observe(labels, Number(reply.getHeader('content-length') ?? 0))
    }
    done()
  })
}

/** The path's pattern as upstream names it: without the prefix, and with a placeholder for the only part that varies. */
function handlerOf(pattern: string, prefix: string): string {
  const path = prefix !== '' && pattern.startsWith(prefix) ? pattern.slice(prefix.length) : pattern
  return path.replace(/(.)\/$/, '$1').replace(':id', '{silenceID}') || '/'
}

import type { FastifyInstance } from '#lib/http/server.ts'
import { compileWildcard } from './wildcard.ts'

export interface CorsOptions {
  /** `*` in one stands for any characters. */
  readonly allowedOrigins: readonly string[]
  readonly allowedHeaders: readonly string[]
  readonly maxAgeMs: number
}

/** What OTLP needs and a page may not set by itself. */
const OWN_HEADERS = ['content-type', 'content-encoding']
const METHOD = 'POST'

/**
 * Answers browsers that ask whether a page may send here (Fetch Standard, CORS protocol), and tells them that it may
 * read the answer. Without allowed origins there is nothing of it. No page may send with credentials.
 */
export function addCors(app: FastifyInstance, { allowedOrigins, allowedHeaders, maxAgeMs }: CorsOptions): void {
  if (allowedOrigins.length === 0) return
  const isAllowed = createOriginTest(allowedOrigins)
  const headers = [...OWN_HEADERS, ...allowedHeaders].join(', ')
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('vary', 'Origin')
    const { origin } = request.headers
    const isPreflight = request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined
    if (origin !== undefined && isAllowed(origin)) {
      reply.header('access-control-allow-origin', origin)
      if (isPreflight) {
        reply.headers({
          'access-control-allow-methods': METHOD,
          'access-control-allow-headers': headers,
          'access-control-max-age': Math.floor(maxAgeMs / 1000),
        })
      }
    }
    if (isPreflight) reply.code(204).send()
    else done()
  })
}

function createOriginTest(patterns: readonly string[]): (origin: string) => boolean {
  const tests = patterns.map((pattern) => compileWildcard(pattern.toLowerCase()))
  return (origin) => tests.some((test) => test(origin.toLowerCase()))
}

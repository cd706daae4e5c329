import type { FastifyInstance } from '#lib/http/server.ts'

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

/** Patterns have no syntax but `*`, and are compared piece by piece: no pattern makes that slow. */
function createOriginTest(patterns: readonly string[]): (origin: string) => boolean {
  const split = patterns.map((pattern) => pattern.toLowerCase().split('*'))
  return (origin) => split.some((pieces) => matches(pieces, origin.toLowerCase()))
}

function matches(pieces: readonly string[], text: string): boolean {
  const first = pieces[0]!
  if (pieces.length === 1) return text === first
  const last = pieces.at(-1)!
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false
  let at = first.length
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return at <= text.length - last.length
}

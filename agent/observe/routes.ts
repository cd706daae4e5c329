import { CodedError, type ErrorCode } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { TapServer } from './tap/serve-tap.ts'

export interface ObserveRoutesOptions {
  readonly taps: TapServer
}

const STATUSES: Readonly<Partial<Record<ErrorCode, number>>> = {
  PARAMETER_INVALID: 400,
  TAP_FORBIDDEN: 403,
  NOT_FOUND: 404,
  TAP_LIMIT: 429,
}

/**
 * What the agent tells of itself beside its metrics:
 *
 * GET /api/v1/tap    lines as they pass, one JSON object a line
 */
export function observeRoutes({ taps }: ObserveRoutesOptions): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/api/v1/tap', (request, reply) =>
      answering(reply, () => {
        taps.serve(request.raw, reply.raw, parametersOf(request), () => reply.hijack())
      }),
    )
    app.get('/api/*', (_request, reply) =>
      answering(reply, () => {
        throw new CodedError('NOT_FOUND', ['such endpoint; there is /api/v1/tap'])
      }),
    )
    app.addHook('preClose', async () => taps.closeAll())
  }
}

/** Errors that a person can mend are answered as JSON, with what to do. */
function answering(reply: FastifyReply, answer: () => void): FastifyReply {
  try {
    answer()
    return reply
  } catch (error) {
    if (!(error instanceof CodedError)) throw error
    const { code, message, cure } = error
    return reply
      .code(STATUSES[code] ?? 500)
      .header('cache-control', 'no-store')
      .send({ error: { code, message, cure } })
  }
}

function parametersOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
}

import { CodedError, type ErrorCode } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { TargetStatus } from '../gather/page/target-status.ts'
import type { TapServer } from './tap/serve-tap.ts'
import { printTargets } from './targets.ts'
import type { Top } from './top.ts'

export interface ObserveRoutesOptions {
  readonly taps: TapServer
  readonly top: Top
  /** What is scraped, just now. */
  readonly targets: () => readonly TargetStatus[]
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
 * GET /api/v1/top    what the stages and the containers do just now
 * GET /api/v1/targets what is scraped and how it goes, as Prometheus tells it of its targets
 */
export function observeRoutes({ taps, top, targets }: ObserveRoutesOptions): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/api/v1/tap', (request, reply) =>
      answering(reply, async () => {
        taps.serve(request.raw, reply.raw, parametersOf(request), () => reply.hijack())
        return undefined
      }),
    )
    app.get('/api/v1/top', (request, reply) => answering(reply, () => top.report(parametersOf(request))))
    app.get('/api/v1/targets', (_request, reply) => answering(reply, async () => printTargets(targets())))
    app.get('/api/*', (_request, reply) =>
      answering(reply, async () => {
        throw new CodedError('NOT_FOUND', ['such endpoint; there are /api/v1/tap, /api/v1/targets and /api/v1/top'])
      }),
    )
    app.addHook('preClose', async () => taps.closeAll())
  }
}

/** Answers with JSON, or nothing where the answer is under way; errors that a person can mend say what to do. */
async function answering(reply: FastifyReply, answer: () => Promise<object | undefined>): Promise<FastifyReply> {
  try {
    const body = await answer()
    return body === undefined ? reply : reply.header('cache-control', 'no-store').send(body)
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

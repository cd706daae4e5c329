import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { NO_SPAN, type Span } from './span.ts'
import { readTraceContext } from './trace-context.ts'
import type { Tracer } from './tracer.ts'

const spans = new WeakMap<FastifyRequest, Span>()

/** What is done for a request is part of this. */
export function spanOf(request: FastifyRequest): Span {
  return spans.get(request) ?? NO_SPAN
}

/** Traces every request, as part of the trace that its `traceparent` names. */
export function traceRequests(app: FastifyInstance, tracer: () => Tracer): void {
  app.addHook('onRequest', (request, reply, next) => {
    const current = tracer()
    if (current.isOn) begin(current, request, reply)
    next()
  })
}

function begin(tracer: Tracer, request: FastifyRequest, reply: FastifyReply): void {
  const { method, url, protocol, headers } = request
  const path = url.split('?', 1)[0]!
  const span = tracer.start(`${method} ${path}`, {
    ...{ kind: 'server', parent: readTraceContext(headers) },
    attributes: {
      'http.request.method': method,
      'url.path': path,
      'url.scheme': protocol,
      ...(headers['user-agent'] === undefined ? {} : { 'user_agent.original': headers['user-agent'] }),
    },
  })
  spans.set(request, span)
  if (!span.isRecording) return
  const { raw } = reply
  raw.once('close', () => {
    span.set({ 'http.response.status_code': raw.statusCode })
    if (!raw.writableFinished) span.fail('the client did not wait for the answer')
    else if (raw.statusCode >= 500) span.fail(`status ${raw.statusCode}`)
    span.end()
  })
}

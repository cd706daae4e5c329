import type { FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { escapeHtml } from '../template/functions/escapes.ts'

/** Whether somebody asks for the root of an API without the slash at its end. Routes do not tell the two apart. */
export function lacksSlash({ url }: FastifyRequest, root: string): boolean {
  return url.split('?', 1)[0] === root
}

/** Leads there as the mux of Go's net/http does, of version 1.25: nothing of the API's own manners is in the answer. */
export function redirectToSlash({ method, url }: FastifyRequest, reply: FastifyReply, root: string): FastifyReply {
  const [, query = ''] = url.split(/(?=\?)(.*)/s)
  const target = `${root}/${query}`
  reply.removeHeader('cache-control').removeHeader('vary').removeHeader('access-control-allow-origin')
  reply.code(301).header('location', target)
  if (method !== 'GET' && method !== 'HEAD') return reply.send()
  return reply.type('text/html; charset=utf-8').send(`<a href="${escapeHtml(target)}">Moved Permanently</a>.\n\n`)
}

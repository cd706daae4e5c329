import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { extname, join } from 'node:path'
import type { FastifyInstance } from '#lib/http/server.ts'

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
}

/** Log lines are hostile input: the page may run its own files and talk to its own server, and nothing else. */
export const PAGE_HEADERS = {
  'cache-control': 'no-cache',
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'cross-origin-opener-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

interface StaticFile {
  readonly type: string
  readonly bytes: Buffer
  readonly etag: string
}

/**
 * Serves the files of one flat directory, `index.html` at `/`. They are read once, at start: only what was there then
 * can be asked for, so no path leads anywhere else.
 */
export function staticRoutes(directory: string): (app: FastifyInstance) => void {
  const files = new Map<string, StaticFile>()
  for (const name of readdirSync(directory)) {
    const type = CONTENT_TYPES[extname(name)]
    if (type === undefined) continue
    const bytes = readFileSync(join(directory, name))
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`
    files.set(name, { type, bytes, etag })
  }
  return (app) => {
    for (const [name, file] of files) {
      app.get(name === 'index.html' ? '/' : `/${name}`, (request, reply) => {
        reply.headers({ ...PAGE_HEADERS, etag: file.etag, 'content-type': file.type })
        const known = request.headers['if-none-match']
        if (known?.split(/\s*,\s*/).includes(file.etag)) return reply.code(304).send()
        return reply.send(file.bytes)
      })
    }
  }
}

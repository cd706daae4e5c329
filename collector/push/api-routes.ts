import { Readable } from 'node:stream'
import type { FastifyInstance } from '#lib/http/server.ts'
import { readVersion } from '#lib/version.ts'
import { pageOf } from '../receive/request-body.ts'
import { renderGroups, renderText } from './pages.ts'
import { PushRefusal } from './push-refusal.ts'
import type { PushStore } from './push-store.ts'

export interface PushApiOptions {
  readonly store: PushStore
  readonly hasAdminApi: boolean
  readonly startedMs: number
}

/** What of Pushgateway's API is not pushing: what there is, and deleting all of it. And all of it as Prometheus' text. */
export function pushApiRoutes({ store, hasAdminApi, startedMs }: PushApiOptions): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/metrics/push', (_request, reply) =>
      reply.type('text/plain; version=0.0.4; charset=utf-8').send(Readable.from(renderText(store.all()))),
    )
    app.get('/api/v1/metrics', (_request, reply) =>
      reply.type('application/json').send(Readable.from(renderGroups(store.all()))),
    )
    app.get('/api/v1/status', (_request, reply) => {
      const data = {
        build_information: {
          version: readVersion(),
          goVersion: '',
          revision: '',
          branch: '',
          buildUser: '',
          buildDate: '',
        },
        flags: { 'web.enable-admin-api': String(hasAdminApi) },
        start_time: new Date(startedMs).toISOString(),
      }
      return reply.type('application/json').send(JSON.stringify({ status: 'success', data }))
    })
    if (!hasAdminApi) return
    app.put('/api/v1/admin/wipe', async (request, reply) => {
      if (pageOf(request) !== undefined) return reply.code(403).send('requests of pages in browsers are not taken\n')
      try {
        await store.wipe()
      } catch (error) {
        if (!(error instanceof PushRefusal)) throw error
        return reply
          .code(error.status)
          .type('text/plain; charset=utf-8')
          .send(`wiping metric store: ${error.message}\n`)
      }
      return reply.code(202).send()
    })
  }
}

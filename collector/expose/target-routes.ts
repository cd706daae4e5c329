import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import type { SeriesTable } from '../series/series-table.ts'
import { PAGE_HEADERS } from '../web/static-files.ts'
import { listTargets, type Target } from './targets.ts'
import { targetsPage } from './targets-page.ts'

export interface TargetRoutesOptions {
  readonly table: SeriesTable
  /** Into how many parts service discovery divides the series. */
  readonly shards: number
  /** Most targets that it lists. */
  readonly maxTargets: number
}

/** Groups of targets, as Prometheus' `http_sd_configs` reads them. */
interface TargetGroup {
  readonly targets: readonly string[]
  readonly labels: Readonly<Record<string, string>>
}

const STATES = ['active', 'dropped', 'any']
const PATH = { __metrics_path__: '/metrics/nodes' }

/** Who the series are from: for people, in Prometheus' JSON, and as targets for a Prometheus to scrape them here. */
export function targetRoutes({ table, shards, maxTargets }: TargetRoutesOptions): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/targets', (_request, reply) => {
      reply.headers({ ...PAGE_HEADERS, 'cache-control': 'no-store' }).type('text/html; charset=utf-8')
      return reply.send(targetsPage(listTargets(table), table.nowMs))
    })
    app.get('/api/v1/targets', (request, reply) => {
      const state = parametersOf(request).get('state') ?? 'any'
      reply.header('cache-control', 'no-store')
      if (!STATES.includes(state)) {
        const error = `state must be one of ${STATES.join(', ')}`
        return reply.code(400).send({ status: 'error', errorType: 'bad_data', error })
      }
      const activeTargets = state === 'dropped' ? [] : listTargets(table).map(toPrometheus)
      return reply.send({ status: 'success', data: { activeTargets, droppedTargets: [], droppedTargetCounts: {} } })
    })
    app.get('/api/v1/sd/agents', (request, reply) => {
      const nodes = [...new Set(Array.from(table.store.sources, ({ spec }) => spec.node))].sort()
      const groups = nodes.map((node) => ({ labels: { ...PATH, __param_node: node, instance: node || 'no node' } }))
      return answer(request, reply, groups, maxTargets)
    })
    app.get('/api/v1/sd/shards', (request, reply) => {
      const count = Number(parametersOf(request).get('shards') ?? shards)
      if (!(Number.isInteger(count) && count > 0 && count <= 1_000))
        return reply.code(400).send('shards must be from 1 to 1000\n')
      const groups = Array.from({ length: count }, (_, index) => ({
        labels: { ...PATH, __param_shard: String(index), __param_shards: String(count), instance: `shard-${index}` },
      }))
      return answer(request, reply, groups, maxTargets)
    })
  }
}

function parametersOf({ url }: FastifyRequest): URLSearchParams {
  return new URL(url, 'http://localhost').searchParams
}

/** This collector is the target, by the address at which it was asked. */
function answer(
  { headers }: FastifyRequest,
  reply: FastifyReply,
  groups: readonly Pick<TargetGroup, 'labels'>[],
  maxTargets: number,
): FastifyReply {
  const { host = '' } = headers
  if (!/^[\w.:[\]-]+$/.test(host)) return reply.code(400).send('the request has no Host that could be a target\n')
  if (groups.length > maxTargets) {
    const problem = `${groups.length} targets are more than metrics.exposition.max_targets; raise it, or use /api/v1/sd/shards\n`
    return reply.code(503).send(problem)
  }
  const list: TargetGroup[] = groups.map(({ labels }) => ({ targets: [host], labels }))
  return reply.header('cache-control', 'no-store').send(list)
}

function toPrometheus(target: Target) {
  const { job, instance, node, transport, health, lastError, lastMs, ageSeconds, durationSeconds, series } = target
  const labels = {
    ...(job === '' ? {} : { job }),
    ...(instance === '' ? {} : { instance }),
    ...(node === '' ? {} : { node }),
  }
  return {
    discoveredLabels: { ...labels, __meta_vedette_transport: transport },
    labels,
    scrapePool: job,
    scrapeUrl: '',
    globalUrl: '',
    lastError,
    lastScrape: new Date(lastMs).toISOString(),
    lastScrapeDuration: durationSeconds,
    health,
    scrapeInterval: target.intervalSeconds === undefined ? '' : `${Math.round(target.intervalSeconds)}s`,
    scrapeTimeout: '',
    transport,
    series,
    ageSeconds,
  }
}

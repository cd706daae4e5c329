import { hash } from 'node:crypto'
import { hostname } from 'node:os'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { illegalArgument } from './api-error.ts'

/** Clients of version 8 and later talk to nothing else. */
export const PRODUCT = { 'x-elastic-product': 'Elasticsearch' } as const

/** The version whose `_bulk` this is. Shippers want one that is not older than theirs. */
const API_VERSION = '9.5.0'
const CLUSTER_NAME = 'vedette-collector'
/** A year that nobody lives to see. */
const NEVER_MS = 32_503_680_000_000

/**
 * What Filebeat, Logstash and Fluentd ask before they ship: who this is, its license, and whether what they would
 * install is there. All of it is: templates, policies and pipelines are for whoever runs Elasticsearch to install, so
 * attempts to put one here are refused.
 */
export function shipperRoutes(): (app: FastifyInstance) => void {
  const uuid = hash('sha256', `${CLUSTER_NAME} ${hostname()}`, 'base64url').slice(0, 22)
  const info = clusterInfo(uuid)
  return (app) => {
    // `/` is the page, unless whoever asks wants JSON.
    app.addHook('onRequest', (request, reply, done) => {
      const isRoot = (request.url === '/' || request.url.startsWith('/?')) && ['GET', 'HEAD'].includes(request.method)
      if (isRoot && isShipper(request)) send(reply, 200, info)
      else done()
    })
    const get = (url: string, body: (name: string, request: FastifyRequest) => object) => {
      app.get(url, (request, reply) =>
        send(reply, 200, body((request.params as { name?: string }).name ?? '', request)),
      )
    }
    get('/_license', () => ({ license: license(uuid) }))
    get('/_xpack', () => ({ build: {}, license: license(uuid), features: { ilm: { available: true, enabled: true } } }))
    get('/_cluster/health', () => HEALTH)
    for (const url of ['/_nodes', '/_nodes/http', '/_nodes/_all/http'])
      get(url, (_name, request) => nodes(uuid, request))
    for (const [url, body] of Object.entries(INSTALLED)) {
      get(url, body)
      app.route({ method: ['PUT', 'POST', 'DELETE'], url, handler: (_request, reply) => refuse(url, reply) })
    }
    // Whether an alias or an index is there.
    app.head('/:name', (request, reply) => {
      if (isShipper(request)) return send(reply, 200, {})
      return reply.code(404).send()
    })
  }
}

const INSTALLED: Readonly<Record<string, (name: string) => object>> = {
  '/_ilm/policy/:name': (name) => ({ [name]: { version: 1, policy: { phases: {} } } }),
  '/_index_template/:name': (name) => ({
    index_templates: [{ name, index_template: { index_patterns: [`${name}*`], composed_of: [], data_stream: {} } }],
  }),
  '/_component_template/:name': (name) => ({ component_templates: [{ name, component_template: { template: {} } }] }),
  '/_template/:name': (name) => ({
    [name]: { order: 0, index_patterns: [`${name}*`], settings: {}, mappings: {}, aliases: {} },
  }),
  '/_ingest/pipeline/:name': (name) => ({ [name]: { processors: [] } }),
  '/_data_stream/:name': (name) => ({
    data_streams: [{ name, timestamp_field: { name: '@timestamp' }, indices: [], generation: 1, status: 'GREEN' }],
  }),
  '/_alias/:name': (name) => ({ [name]: { aliases: { [name]: { is_write_index: true } } } }),
}

const HEALTH = {
  ...{ cluster_name: CLUSTER_NAME, status: 'green', timed_out: false, number_of_nodes: 1, number_of_data_nodes: 1 },
  ...{ active_primary_shards: 0, active_shards: 0, relocating_shards: 0, initializing_shards: 0, unassigned_shards: 0 },
}

/** Browsers want a page, people with curl take anything; shippers ask for JSON or name themselves. */
function isShipper({ headers }: FastifyRequest): boolean {
  const { accept = '' } = headers
  if (accept.includes('text/html')) return false
  if (accept.includes('json') || headers['content-type']?.includes('json') === true) return true
  return headers['x-elastic-client-meta'] !== undefined || headers['x-elastic-product-origin'] !== undefined
}

function refuse(url: string, reply: FastifyReply): FastifyReply {
  const what = url.split('/').slice(1, -1).join('/')
  const error = illegalArgument(`this collector keeps no [${what}]; put it in Elasticsearch itself`)
  return send(reply, error.status, error.toBody())
}

function send(reply: FastifyReply, status: number, body: object): FastifyReply {
  return reply.code(status).headers(PRODUCT).type('application/json').send(JSON.stringify(body))
}

function clusterInfo(uuid: string): object {
  return {
    ...{ name: hostname(), cluster_name: CLUSTER_NAME, cluster_uuid: uuid },
    version: {
      ...{ number: API_VERSION, build_flavor: 'default', build_type: 'vedette', build_hash: 'unknown' },
      ...{ build_date: '2026-11-21T00:00:00.000Z', build_snapshot: false, lucene_version: '10.3.0' },
      ...{ minimum_wire_compatibility_version: '8.19.0', minimum_index_compatibility_version: '8.0.0' },
    },
    tagline: 'You Know, for Search',
  }
}

function license(uuid: string): object {
  return {
    ...{ status: 'active', uid: uuid, type: 'basic', mode: 'basic', issued_to: CLUSTER_NAME, issuer: CLUSTER_NAME },
    ...{ issue_date_in_millis: 0, max_nodes: 1_000, start_date_in_millis: -1, expiry_date_in_millis: NEVER_MS },
  }
}

/** For those that look for further nodes: this one, at the address at which it was asked. */
function nodes(uuid: string, { headers }: FastifyRequest): object {
  const http = { publish_address: headers.host ?? '127.0.0.1' }
  const node = { name: hostname(), version: API_VERSION, roles: ['data', 'ingest', 'master'], http }
  return { _nodes: { total: 1, successful: 1, failed: 0 }, cluster_name: CLUSTER_NAME, nodes: { [uuid]: node } }
}

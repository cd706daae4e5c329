import { hostname } from 'node:os'
import { join } from 'node:path'
import { createEvents } from '#lib/events.ts'
import { createWebServer } from '#lib/http/server.ts'
import type { Service } from '#lib/lifecycle.ts'
import { claimDirectory } from '#lib/process/directory.ts'
import type { Assembly, ServiceDeps } from '#lib/process/run.ts'
import { readVersion } from '#lib/version.ts'
import { measureRequests } from './admin/http-metrics.ts'
import { serveIndex } from './admin/index-page.ts'
import { createRouterMetrics, registerBuildInfo } from './admin/metrics.ts'
import { Reloader, serveReload } from './admin/reload.ts'
import { registerStateMetrics } from './admin/state-metrics.ts'
import { type AlertmanagerConfig, loadAlertmanagerConfig } from './config/alertmanager-yml.ts'
import type { ProcessConfig } from './config.ts'
import { EVENTS, showCountersFromStart } from './events.ts'
import { createTransports } from './notify/build-receivers.ts'
import { Pipeline } from './pipeline.ts'
import { serveApi, serveRetiredApi } from './receive/api.ts'
import { alertsEndpoint, groupsEndpoint } from './receive/api-alerts.ts'
import { silenceEndpoints } from './receive/api-silences.ts'
import { receiversEndpoint, statusEndpoint } from './receive/api-status.ts'
import { timingWarnings } from './route/timing.ts'
import { createRouteTree } from './route/tree.ts'
import { Database } from './store/database.ts'
import { createMaintenance } from './store/maintenance.ts'
import { COMPATIBLE_VERSION } from './version.ts'

/** Largest body of a request. Prometheus sends some hundred alerts in one. */
const BODY_LIMIT_BYTES = 64 * 1024 ** 2

/** Puts the router together: what it is made of, and in which order that starts. */
export function assembleRouter(
  config: ProcessConfig,
  { clock, logger, registry, notReady }: ServiceDeps,
): Assembly<ProcessConfig> {
  const version = readVersion()
  const events = createEvents('alertmanager', EVENTS, { registry, logger, clock })
  showCountersFromStart(registry)
  const load = (): AlertmanagerConfig => {
    const loaded = loadAlertmanagerConfig(config.config.file)
    const timing = timingWarnings(createRouteTree(loaded.route), config.data.retention)
    return { ...loaded, warnings: [...loaded.warnings, ...timing] }
  }
  const initial = load()
  if (config.config.file === undefined) {
    logger.info('no --config.file given: alerts are kept and shown, but nobody is notified')
  }
  const database = new Database({
    path: join(config.storage.path, 'alertmanager.db'),
    clock,
    onFailure: (error) => events.commitFailed({}, { err: error }),
  })
  const pipeline = new Pipeline({
    ...{ config: initial, database, clock, events },
    ...createRouterMetrics(registry),
    random: Math.random,
    retentionMs: config.data.retention,
    maxAlerts: config.alerts.limit,
    transports: createTransports(`Alertmanager/${COMPATIBLE_VERSION}`),
    hostname: hostname(),
    externalUrl: () => config.web.external_url?.replace(/\/+$/, '') ?? `http://${hostname()}:${portOf(web.url)}`,
  })
  const maintenance = createMaintenance(clock, [
    { intervalMs: 30 * 60_000, run: () => pipeline.collectAlerts() },
    { intervalMs: 15 * 60_000, run: () => pipeline.collectNotifications() },
  ])
  const apply = (next: AlertmanagerConfig) => pipeline.apply(next)
  const reloader = new Reloader({ initial, load, apply, clock, logger, registry })
  registerStateMetrics(registry, pipeline, clock)
  registerBuildInfo(registry, COMPATIBLE_VERSION, version)

  const startedAtMs = clock.nowMs()
  const web = createWebServer({
    name: 'alertmanager',
    listenAddress: config.web.listen_address,
    bodyLimitBytes: BODY_LIMIT_BYTES,
    management: { registry, notReady },
    routes: (app) => {
      measureRequests(app, registry)
      serveIndex(app)
      serveReload(app, reloader)
      serveRetiredApi(app)
      serveApi(app, [
        alertsEndpoint({ pipeline, clock }),
        groupsEndpoint({ pipeline, clock }),
        statusEndpoint({ pipeline, startedAtMs, version }),
        receiversEndpoint({ pipeline }),
        ...silenceEndpoints(),
      ])
    },
  })
  const announcement: Service = {
    name: 'announcement',
    // Tools that start a router read the port off this line.
    start: () => logger.info({ address: new URL(web.url).host }, 'Listening on'),
  }
  const directory = claimDirectory('alertmanager', config.storage.path)
  return {
    parts: [directory, database, pipeline, maintenance, reloader, web, pipeline.dispatching, announcement],
    addresses: () => ({ web: web.url }),
  }
}

function portOf(url: string): string {
  return url === '' ? '' : new URL(url).port
}

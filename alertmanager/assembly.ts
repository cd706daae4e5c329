import { hostname } from 'node:os'
import { join } from 'node:path'
import { CodedError } from '#lib/errors.ts'
import { createEvents } from '#lib/events.ts'
import { createFrontServer, type FrontServer, type Guard } from '#lib/http/front-server.ts'
import type { ListenTarget } from '#lib/http/listeners.ts'
import { systemdSockets } from '#lib/http/systemd-sockets.ts'
import { claimDirectory } from '#lib/process/directory.ts'
import type { Assembly, ServiceDeps } from '#lib/process/run.ts'
import { registerAcknowledgementMetrics } from './acknowledge/metrics.ts'
import { measureRequests } from './admin/http-metrics.ts'
import { createRouterMetrics, registerBuildInfo, registerClusterEnabled, registerLimits } from './admin/metrics.ts'
import { servePages } from './admin/pages.ts'
import { Reloader, serveReload } from './admin/reload.ts'
import { registerStateMetrics } from './admin/state-metrics.ts'
import { createCluster } from './cluster/create-cluster.ts'
import { startSettled } from './cluster/start-settled.ts'
import { Turns } from './cluster/turns.ts'
import type { AlertmanagerConfig } from './config/alertmanager-yml.ts'
import type { ProcessConfig } from './config.ts'
import { EVENTS, type IntegrationLabels, showCountersFromStart, showIntegrations, uncountedLabels } from './events.ts'
import { registerHistoryMetrics } from './journal/metrics.ts'
import { createTransports } from './notify/build-receivers.ts'
import { CREATORS } from './notify/creators.ts'
import { registerOwnAlertMetrics } from './own-alerts/metrics.ts'
import { Pipeline } from './pipeline.ts'
import { announcement } from './process/announce.ts'
import { externalUrlOf, routePrefixOf } from './process/external-url.ts'
import { FEATURE_NOTES } from './process/features.ts'
import { boundHeapGrowth } from './process/heap-growth.ts'
import { loadConfigOf } from './process/load-config.ts'
import { whyNotReady } from './process/readiness.ts'
import { startLater } from './process/start-delay.ts'
import { OWN_PREFIX, serveApi, serveRetiredApi } from './receive/api.ts'
import { alertsEndpoint, groupsEndpoint } from './receive/api-alerts.ts'
import { documentEndpoint } from './receive/api-document.ts'
import { silenceEndpoints } from './receive/api-silences.ts'
import { receiversEndpoint, statusEndpoint } from './receive/api-status.ts'
import { ownEndpoints } from './receive/own-endpoints.ts'
import { RequestLimiter } from './receive/request-limits.ts'
import { timingWarnings } from './route/timing.ts'
import { createRouteTree } from './route/tree.ts'
import { logSilences } from './silence/change-log.ts'
import { silenceLimit } from './silence/config.ts'
import { createSilenceMetrics } from './silence/metrics.ts'
import { Database } from './store/database.ts'
import { createMaintenance } from './store/maintenance.ts'
import { snapshotFilesIn } from './store/snapshot-file.ts'
import { traceRequests } from './tracing/requests.ts'
import { COMPATIBLE_VERSION, readBuildInfo } from './version.ts'

/** Largest body of a request. Prometheus sends 64 alerts in one. */
const BODY_LIMIT_BYTES = 32 * 1024 ** 2

/** Every kind that there is, configured or not. */
const ALL_INTEGRATIONS = Object.keys(CREATORS).map((integration) => ({ integration }))

/** Puts the router together: what it is made of, and in which order that starts. */
export async function assembleRouter(
  config: ProcessConfig,
  { clock, logger, registry, notReady }: ServiceDeps,
): Promise<Assembly<ProcessConfig>> {
  const build = readBuildInfo()
  logger.info({ version: build.version, revision: build.revision }, 'Starting Alertmanager')
  const prefix = routePrefixOf(config.web)
  const events = createEvents('alertmanager', EVENTS, {
    ...{ registry, logger, clock },
    uncounted: uncountedLabels(config.features),
  })
  showCountersFromStart(registry)
  const file = config.config.file === '' ? undefined : config.config.file
  const load = (): AlertmanagerConfig => {
    const loaded = loadConfigOf(config)
    const timing = timingWarnings(createRouteTree(loaded.route), config.data.retention)
    return { ...loaded, warnings: [...loaded.warnings, ...timing] }
  }
  const initial = load()
  if (file === undefined) {
    logger.info('no --config.file given: alerts are kept and shown, but nobody is notified')
  }
  for (const feature of config.features) logger.warn({ feature }, FEATURE_NOTES[feature])
  const database = new Database({
    path: join(config.storage.path, 'alertmanager.db'),
    clock,
    onFailure: (error) => events.commitFailed({}, { err: error }),
  })
  const { cluster, parts: clusterParts, replicate } = await createCluster(config.cluster, { clock, logger, registry })
  const turns = new Turns({ cluster, clock, peerTimeoutMs: config.cluster.peer_timeout })
  const pipeline = new Pipeline({
    ...{ config: initial, database, clock, events, turns },
    ...createRouterMetrics(registry),
    random: Math.random,
    retentionMs: config.data.retention,
    maxAlerts: config.alerts.limit,
    maxAlertBytes: config.alerts.limit_bytes,
    maxAlertsPerName: config.alerts.per_alertname_limit,
    history: config.history,
    readSnapshot: snapshotFilesIn(config.storage.path),
    silences: {
      maxSilences: silenceLimit(config.silences.max_silences),
      maxSizeBytes: config.silences.max_silence_size_bytes,
      guardRails: config.silences,
    },
    transports: createTransports(`Alertmanager/${COMPATIBLE_VERSION}`),
    hostname: hostname(),
    env: process.env,
    externalUrl: () =>
      externalUrlOf(config.web, () => `${web.isTls ? 'https' : 'http'}://${hostname()}:${portOf(web.addresses[0])}`),
  })
  const maintenance = createMaintenance(clock, [
    { intervalMs: 10_000, run: () => pipeline.saveEnds() },
    { intervalMs: 10_000, run: boundHeapGrowth },
    { intervalMs: config.alerts.gc_interval, run: () => pipeline.collectAlerts() },
    { intervalMs: config.data.maintenance_interval, run: () => pipeline.collectNotifications() },
    { intervalMs: config.data.maintenance_interval, run: () => silenceMetrics.maintain() },
  ])
  const namesReceivers = config.features.includes('receiver-name-in-metrics')
  showIntegrations(registry, namesReceivers ? integrationsOf(initial) : ALL_INTEGRATIONS)
  const apply = async (next: AlertmanagerConfig): Promise<void> => {
    await pipeline.apply(next)
    if (namesReceivers) showIntegrations(registry, integrationsOf(next))
  }
  const reloader = new Reloader({ initial, load, apply, clock, logger, registry })
  registerStateMetrics(registry, { pipeline, clock, byGroup: config.features.includes('group-key-in-metrics') })
  registerHistoryMetrics(registry, pipeline.state)
  const silenceMetrics = createSilenceMetrics(pipeline.silences, { registry, clock })
  registerAcknowledgementMetrics(registry, pipeline.state.acknowledgements)
  registerOwnAlertMetrics(registry, pipeline.own)
  if (config.silences.log) logSilences(pipeline.silences, logger)
  registerBuildInfo(registry, build)
  registerClusterEnabled(registry, cluster.isEnabled)
  registerLimits(registry, config.alerts)

  const startedAtMs = clock.nowMs()
  const limiter = new RequestLimiter(
    { getConcurrency: config.web.get_concurrency, timeoutMs: config.web.timeout },
    { clock, registry },
  )
  const web = createFrontServer({
    name: 'alertmanager',
    targets: listenTargets(config),
    guard: await loadGuard(config.web.config_file, { clock, logger }),
    bodyLimitBytes: BODY_LIMIT_BYTES,
    forgivesSlashes: true,
    management: {
      ...{ prefix, registry },
      notReady: () => whyNotReady({ notReady, cluster, isDispatchDelayed: () => dispatching.isWaiting }),
    },
    routes: (app) => {
      measureRequests(app, registry, prefix)
      traceRequests(app, () => pipeline.tracer)
      servePages(app, prefix)
      serveReload(app, reloader, prefix)
      serveRetiredApi(app, prefix)
      serveApi(app, {
        routePrefix: prefix,
        limit: limiter.apply,
        endpoints: [
          alertsEndpoint({ pipeline, clock }),
          groupsEndpoint({ pipeline, clock }),
          statusEndpoint({ pipeline, cluster, startedAtMs, build }),
          receiversEndpoint({ pipeline }),
          documentEndpoint(`${prefix}/api/v2`),
          ...silenceEndpoints({
            ...{ silences: pipeline.silences, clock, matcherMode: initial.matcherMode },
            ...silenceMetrics,
          }),
        ],
      })
      serveApi(app, {
        ...{ prefix: OWN_PREFIX, routePrefix: prefix, limit: limiter.apply },
        endpoints: ownEndpoints({ pipeline, clock, events, takesDrafts: config.receivers.test_drafts }),
      })
    },
  })
  const announced = announcement(logger, () => ({ addresses: web.addresses, isTls: web.isTls }))
  const dispatching = startLater(startSettled(pipeline.dispatching, cluster), config.dispatch.start_delay, clock)
  const shared = [...replicate({ pipeline, turns, events }), ...clusterParts]
  const directory = claimDirectory('alertmanager', config.storage.path)
  return {
    parts: [directory, database, pipeline, maintenance, reloader, ...shared, web, dispatching, announced],
    addresses: () => ({ web: urlOf(web, prefix) }),
  }
}

function integrationsOf({ receivers }: AlertmanagerConfig): readonly IntegrationLabels[] {
  return receivers.flatMap(({ name, integrations }) => {
    return integrations.map(({ kind }) => ({ integration: kind, receiver_name: name }))
  })
}

function portOf(address: string | undefined): string {
  return address?.replace(/^.*:/, '') ?? ''
}

/** As this machine reaches it: what listens everywhere listens here too. Empty before the start. */
function urlOf({ addresses: [address], isTls }: FrontServer, prefix: string): string {
  if (address === undefined) return ''
  return `${isTls ? 'https' : 'http'}://${address.replace(/^(?:\[::\]|0\.0\.0\.0):/, '127.0.0.1:')}${prefix}`
}

/** @throws CodedError LISTEN_FAILED where systemd should have opened sockets and did not */
function listenTargets({ web }: ProcessConfig): readonly ListenTarget[] {
  if (!web.systemd_socket) return web.listen_addresses.map((address) => ({ address }))
  const sockets = systemdSockets(process.env, process.pid)
  if (sockets.length > 0) return sockets
  throw new CodedError('LISTEN_FAILED', ['alertmanager', 'sockets from systemd', 'it handed none over (LISTEN_FDS)'])
}

/** Its code is loaded where there is a file only. */
async function loadGuard(file: string, deps: Pick<ServiceDeps, 'clock' | 'logger'>): Promise<Guard | undefined> {
  if (file === '') return undefined
  const { createGuard } = await import('#lib/http/web-config/guard.ts')
  return createGuard({ file, ...deps })
}

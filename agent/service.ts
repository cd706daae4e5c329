import { hostname } from 'node:os'
import { createWebServer } from '#lib/http/server.ts'
import { claimDirectory } from '#lib/process/directory.ts'
import type { ServiceDefinition } from '#lib/process/run.ts'
import { readVersion } from '#lib/version.ts'
import * as configModule from './config.ts'
import { createGatherPipeline } from './gather/pipeline.ts'
import { IdleCollection } from './idle-collection.ts'
import { exportMetrics } from './metrics.ts'
import { LagSurvey } from './observe/lag.ts'
import { observeRoutes } from './observe/routes.ts'
import { TapServer } from './observe/tap/serve-tap.ts'
import { Top } from './observe/top.ts'
import { createPipeline } from './pipeline.ts'
import { createReloadable } from './reload.ts'

/** The agent as a process: its command line, its configuration, and what it is made of. */
export const agentService: ServiceDefinition<configModule.AgentConfig> = {
  name: 'agent',
  summary: "Reads the logs of a node's containers, gathers its metrics, and ships both to a collector.",
  flags: {
    'logs.pods-dir': { key: 'logs.pods_dir', help: "the kubelet's directory of pod logs" },
    files: {
      key: 'files',
      help: 'read the files of this pattern, and nothing of the node, as a sidecar does (repeatable)',
      settings: (paths) => [`files=${JSON.stringify([{ paths }])}`, 'logs.enabled=false', 'gather.enabled=false'],
    },
    'storage.path': { key: 'state_dir', help: 'directory of the checkpoints' },
    'web.listen-address': { key: 'web.listen_address', help: 'address of /metrics and the health pages' },
    'log.level': { key: 'log.level', help: 'debug, info, warn or error' },
    'log.format': { key: 'log.format', help: 'logfmt or json' },
  },
  configModule,
  assemble(config, deps) {
    const pipeline = createPipeline(config, deps)
    const survey = new LagSurvey({
      logs: () => pipeline.tailer.logs.values(),
      clock: deps.clock,
      maxContainers: config.metrics.max_containers,
    })
    exportMetrics(deps.registry, pipeline, survey)
    const gathering = createGatherPipeline(config, {
      ...deps,
      events: pipeline.events,
      env: process.env,
      pods: pipeline.pods,
    })
    const web = createWebServer({
      name: 'web.listen_address',
      listenAddress: config.web.listen_address,
      management: { registry: deps.registry, notReady: deps.notReady },
      routes: observeRoutes({
        taps: new TapServer({ tap: pipeline.tap, clock: deps.clock, access: config.web.tap }),
        targets: gathering.targets,
        top: new Top({ ...deps, pipeline, survey, version: readVersion(), node: config.node_name || hostname() }),
      }),
    })
    const { gc } = globalThis
    const idleCollection = new IdleCollection({
      clock: deps.clock,
      readBytes: () => pipeline.intake.stats.bytes,
      // A usual collection leaves the heap's pages half empty: 20 MiB more (measured).
      collect: gc && (() => gc({ type: 'major', execution: 'sync', flavor: 'last-resort' })),
    })
    const parts = [
      ...[claimDirectory('state_dir', config.state_dir), web, idleCollection],
      ...[...pipeline.parts, ...gathering.parts],
    ]
    return { parts, addresses: () => ({ web: web.url }), reloadable: createReloadable(pipeline, deps.logger) }
  },
}

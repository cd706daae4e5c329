import { machine } from 'node:os'
import type { Clock } from '#lib/clock.ts'
import { bracketHost } from '#lib/http/bracket-host.ts'
import type { SendMetrics } from '../gatherer.ts'
import { TargetMetrics } from '../target-metrics.ts'
import type { Collect, CollectorContext } from './collector.ts'
import { COLLECTORS } from './collectors.ts'
import type { CollectorName, NodeConfig } from './config.ts'
import type { NodeEvents } from './events.ts'
import { MountProbe } from './mount-probe.ts'
import { type NodeFiles, SystemNodeFiles } from './node-files.ts'
import { NodeGatherer, SharedText } from './node-gatherer.ts'
import { createPaths } from './node-paths.ts'
import { createProcessStatfs, poolStatfs, type Statfs } from './statfs.ts'

/** The port of node_exporter, which stands in `instance`. */
const PORT = 9100

export interface NodeGathererDeps {
  readonly clock: Clock
  readonly events: NodeEvents
  readonly send: SendMetrics
  /** Of the agent. */
  readonly version: string
  /** Name of the node, and the address that people know it by. */
  readonly node: { readonly name: string; readonly address: string }
  /** The system's unless told. */
  readonly files?: NodeFiles
  /** How file systems are asked: the system's calls unless told. */
  readonly statfs?: { readonly local: Statfs; readonly remote: Statfs }
  /** As `uname -m` has it; the system's unless told. */
  readonly machine?: string
}

export function createNodeGatherer(config: NodeConfig, deps: NodeGathererDeps): NodeGatherer {
  const { clock, events, send, version, node } = deps
  const files = deps.files ?? new SystemNodeFiles()
  const { local, remote } = deps.statfs ?? { local: poolStatfs, remote: createProcessStatfs() }
  const paths = createPaths(config, files)
  const address = bracketHost(node.address)
  const instance = config.instance === '' ? `${address}:${PORT}` : config.instance
  const metrics = new TargetMetrics({ job: config.job, instance, node: node.name }, version)
  const stat = new SharedText(() => files.readAgain(`${paths.proc}/stat`))
  const context: CollectorContext = {
    ...{
      files,
      paths,
      config,
      clock,
      events,
      metrics,
      machine: deps.machine ?? machine(),
      readStat: () => stat.read(),
    },
    mounts: new MountProbe({ local, remote, timeoutMs: config.filesystem.mount_timeout, clock, events }),
  }
  const names = Object.keys(COLLECTORS) as CollectorName[]
  const collectors = names
    .filter((name) => config.collectors.includes(name))
    .map((name): [string, Collect] => [name, COLLECTORS[name](context)])
  return new NodeGatherer({ metrics, collectors, stat, files, clock, events, send })
}

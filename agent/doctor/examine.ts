import type { Clock } from '#lib/clock.ts'
import { type Finding, ok, warn } from '#lib/finding.ts'
import type { AgentConfig } from '../config.ts'
import { checkCpu, checkMemory } from './cgroup.ts'
import { checkCollectors } from './collector.ts'
import { checkJournal } from './journal.ts'
import { checkInotify, checkOpenFiles } from './limits.ts'
import { checkPodsDirectory } from './logs.ts'
import { checkMetadata } from './metadata.ts'
import { checkPlainFiles } from './plain-files.ts'
import { checkRunningAgent } from './running-agent.ts'
import { checkSpool } from './spool.ts'
import { checkStateDirectory } from './state-directory.ts'
import type { System } from './system.ts'

export interface ExamineOptions {
  readonly config: AgentConfig
  readonly clock: Clock
  readonly system: System
}

/** Looks at everything that an agent with this configuration needs here, one finding after the other. Changes nothing. */
export async function* examine({ config, clock, system }: ExamineOptions): AsyncGenerator<Finding> {
  const { tree, findings } = config.logs.enabled ? checkPodsDirectory(config, system) : NO_PODS
  yield* findings
  if (tree !== undefined) {
    yield checkInotify(config.logs.pods_dir, tree, system)
    yield checkOpenFiles(tree, system)
    yield* checkSpool(config, tree)
  }
  yield* checkOwnLogs(config, system)
  yield* checkPlainFiles(config, process.cwd(), system)
  if (config.journald.enabled) yield checkJournal(config.journald)
  yield checkStateDirectory(config.state_dir)
  yield checkMemory(config, tree?.containers ?? 0, system)
  yield checkCpu(system)
  yield* await checkCollectors(config, clock)
  yield await checkMetadata(config, tree?.pods ?? [], clock, system)
  yield* await checkRunningAgent(config)
}

const NO_PODS = { tree: undefined, findings: [] } as const

/** In a pod the agent must know its own, or a problem that it logs makes more to read, and that more problems. */
function checkOwnLogs({ logs }: AgentConfig, { env }: System): readonly Finding[] {
  if (env.KUBERNETES_SERVICE_HOST === undefined || !logs.enabled) return []
  if (logs.own_pod_uid !== '') return [ok('own-logs', `the pod ${logs.own_pod_uid} is left out`)]
  return [
    warn(
      'own-logs',
      'logs.own_pod_uid is not set: the agent reads its own log',
      'Take it from metadata.uid of the downward API.',
    ),
  ]
}

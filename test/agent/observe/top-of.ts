import { createRegistry } from '#lib/metrics.ts'
import { LagSurvey } from '../../../agent/observe/lag.ts'
import { Top } from '../../../agent/observe/top.ts'
import type { AgentHarness } from '../../support/agent-harness.ts'

/** Reports of an agent in this process. */
export function topOf({ pipeline, clock }: AgentHarness): Top {
  const survey = new LagSurvey({ logs: () => pipeline.tailer.logs.values(), clock, maxContainers: 0 })
  const registry = createRegistry('agent', '0')
  return new Top({ pipeline, survey, registry, clock, version: '1.2.3', node: 'node-1', notReady: () => [] })
}

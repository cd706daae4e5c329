import assert from 'node:assert/strict'
import { LagSurvey } from '../../agent/observe/lag.ts'
import { Top } from '../../agent/observe/top.ts'
import type { AgentHarness } from './agent-harness.ts'

/** Asserts `read = acknowledged + in flight + dropped{reason}`, as it is exported; returns how many were dropped. */
export async function assertAccounted(agent: AgentHarness): Promise<number> {
  const { pipeline, registry, clock } = agent
  const { intake, shipper } = pipeline
  const dropped = Object.values(await agent.counted('records_dropped_total')).reduce((sum, count) => sum + count, 0)
  const inFlight = intake.openRecords + shipper.inFlightRecords
  assert.equal(intake.stats.records, shipper.stats.acknowledgedRecords + inFlight + dropped)
  const survey = new LagSurvey({ logs: () => pipeline.tailer.logs.values(), clock, maxContainers: 0 })
  const top = new Top({ pipeline, survey, registry, clock, version: '1', node: 'n', notReady: () => [] })
  for (const stage of (await top.report(new URLSearchParams())).stages) {
    assert.equal(stage.in, stage.out + stage.dropped + stage.waiting, stage.stage)
  }
  return dropped
}

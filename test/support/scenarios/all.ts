import { agentKilled } from './agent-killed.ts'
import { checkpointDamage } from './checkpoint-damage.ts'
import { clockStep } from './clock-step.ts'
import { collectorAway } from './collector-away.ts'
import { collectorAwayKilled } from './collector-away-killed.ts'
import { collectorMoods } from './collector-moods.ts'
import { copytruncate } from './copytruncate.ts'
import { crashLoops } from './crash-loops.ts'
import { checkpointDiskFull } from './disk-full.ts'
import { fairness } from './fairness.ts'
import { inodeReuse } from './inode-reuse.ts'
import { podRemoved } from './pod-removed.ts'
import { rotation } from './rotation.ts'
import type { Scenario } from './scenario.ts'
import { shortPods } from './short-pods.ts'
import { spoolDiskFull } from './spool-full.ts'

/** Everything that goes wrong on a node, in the order in which it is played. */
export const SCENARIOS: readonly Scenario[] = [
  // First, because it takes longest and waits most of the time.
  shortPods,
  rotation,
  agentKilled,
  collectorAway,
  collectorAwayKilled,
  collectorMoods,
  podRemoved,
  copytruncate,
  inodeReuse,
  checkpointDamage,
  checkpointDiskFull,
  spoolDiskFull,
  crashLoops,
  clockStep,
  fairness,
]

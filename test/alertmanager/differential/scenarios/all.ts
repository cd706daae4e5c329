import type { Scenario } from '../scenario.ts'
import { API } from './api.ts'
import { GENERATED } from './generated.ts'
import { GENERATED_FLOWS } from './generated-flows.ts'
import { GENERATED_INTERVALS } from './generated-intervals.ts'
import { GROUPING } from './grouping.ts'
import { INHIBITION } from './inhibition.ts'
import { INTERVAL_SCENARIOS } from './intervals.ts'
import { LIFECYCLE } from './lifecycle.ts'
import { MERGES } from './merges.ts'
import { RECEIVERS } from './receivers.ts'
import { RELOADS } from './reloads.ts'
import { RESTARTS } from './restarts.ts'
import { ROUTES } from './routes.ts'
import { SILENCES } from './silences.ts'

export const SCENARIOS: readonly Scenario[] = [
  ...GROUPING,
  ...LIFECYCLE,
  ...ROUTES,
  ...INHIBITION,
  ...SILENCES,
  ...INTERVAL_SCENARIOS,
  ...RECEIVERS,
  ...API,
  ...MERGES,
  ...GENERATED,
  ...GENERATED_FLOWS,
  ...GENERATED_INTERVALS,
  ...RESTARTS,
  ...RELOADS,
]

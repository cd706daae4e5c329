import { AGENT_ALERTS } from './agent.ts'
import { ALERTMANAGER_ALERTS } from './alertmanager.ts'
import { COLLECTOR_ALERTS } from './collector.ts'
import { NODE_ALERTS, POD_ALERTS } from './kubernetes.ts'
import { META_ALERTS } from './meta.ts'
import { CONTAINER_RECORDINGS, LOG_RECORDINGS, NODE_RECORDINGS } from './recordings.ts'
import { type AlertRule, isAlert, type RuleGroup } from './rule.ts'

/** All rules by the file that they are written to. */
export const RULE_FILES: Readonly<Record<string, readonly RuleGroup[]>> = {
  'vedette.rules.yaml': [AGENT_ALERTS, COLLECTOR_ALERTS, META_ALERTS],
  'alertmanager.rules.yaml': [ALERTMANAGER_ALERTS],
  'kubernetes.rules.yaml': [CONTAINER_RECORDINGS, NODE_RECORDINGS, LOG_RECORDINGS, POD_ALERTS, NODE_ALERTS],
}

/** Every alert; one that has two severities is there twice. */
export function allAlerts(): AlertRule[] {
  return Object.values(RULE_FILES).flatMap((groups) => groups.flatMap(({ rules }) => rules.filter(isAlert)))
}

import { compareUtf8 } from '#lib/labels.ts'
import { isResolved } from '../../../../alertmanager/alert.ts'
import { formatNano } from '../../../../alertmanager/moment.ts'
import { printSilence } from '../../../../alertmanager/silence/silence.ts'
import { printEntry } from '../../../../alertmanager/store/nflog.ts'
import type { RunningMember } from './cluster-timeline.ts'

/** What members must have alike, for comparison: ends of firing alerts move all the time, and are not. */
export function sharedState({ router, clock }: RunningMember) {
  const { alerts, silences, nflog } = router.pipeline.state
  const nowMs = clock.nowMs()
  const firing = [...alerts.values()].filter((alert) => !isResolved(alert, nowMs))
  return {
    alerts: firing.map(({ labels, startsAt }) => `${labels} ${formatNano(startsAt)}`).sort(compareUtf8),
    silences: Array.from(silences.values(), printSilence).sort(compareUtf8),
    nflog: Array.from(nflog.entries(), ([id, { entry }]) => `${id} ${printEntry(entry)}`).sort(compareUtf8),
  }
}

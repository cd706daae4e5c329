import { counterOf, gaugeOf, type Registry } from '#lib/metrics.ts'
import type { RouterState } from '../store/state.ts'

/** How much is remembered of what was told, and who waits for being told. */
export function registerHistoryMetrics(registry: Registry, { history, journal, groups }: RouterState): void {
  const help = 'How many notifications and decisions the history has.'
  gaugeOf(registry, { name: 'alertmanager_history_entries', help }, () => history.size)
  counterOf(
    registry,
    {
      name: 'alertmanager_history_entries_dropped_total',
      help: 'The total number of entries of the history that were removed, by reason; disk: that could not be written.',
      labelNames: ['reason'],
    },
    () => Object.entries(history.dropped).map(([reason, value]) => ({ labels: { reason }, value })),
  )
  gaugeOf(
    registry,
    {
      name: 'alertmanager_oldest_unsent_group_seconds',
      help: 'How long the group that waits longest has had something to tell that did not get through; 0 if none waits.',
    },
    () => journal.longestUnsentMs((groupId) => groups.get(groupId) !== undefined) / 1_000,
  )
}

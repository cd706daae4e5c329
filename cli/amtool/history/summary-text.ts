import type { NotificationSummary } from '../api/history-shapes.ts'
import type { FormatDate } from '../format/time.ts'

/** What became of a notification, in a line. */
export function outcomeText(
  { id, outcome, reason, startedAt, attemptCount, error }: NotificationSummary,
  date: FormatDate,
) {
  const why = reason === undefined ? '' : ` (${reason})`
  const tries = attemptCount === undefined || attemptCount === 1 ? '' : `, ${attemptCount} attempts`
  const problem = error === undefined ? '' : `: ${error}`
  return `#${id} ${outcome.replaceAll('_', ' ')} at ${date(startedAt)}${why}${tries}${problem}`
}

/** `webhook[0]`; nothing for a receiver without integrations. */
export function integrationName({ integration, index }: NotificationSummary): string {
  return integration === undefined ? '' : `${integration}[${index}]`
}

/** The alerts of a notification: how many fire, and how many have ended. */
export function countsText({ firing, resolved }: NotificationSummary['counts']): string {
  const parts = [...(firing > 0 ? [`${firing} firing`] : []), ...(resolved > 0 ? [`${resolved} resolved`] : [])]
  return parts.join(', ')
}

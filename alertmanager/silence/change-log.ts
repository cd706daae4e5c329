import type { Logger } from '#lib/log.ts'
import type { SilenceChange, Silences } from './silences.ts'

/** Writes a line for each silence that is created, changed or ended, as `--log.silences` asks for. */
export function logSilences(silences: Silences, logger: Pick<Logger, 'info'>): void {
  silences.watch(({ silence, before, merged }) => {
    const { id, createdBy, comment } = silence
    const fields = {
      ...{ id, created_by: createdBy, comment, matchers: `{${silence.matchers.join(',')}}` },
      starts_at: new Date(silence.startsAtMs).toISOString(),
      ends_at: new Date(silence.endsAtMs).toISOString(),
      ...(merged ? { from_peer: true } : {}),
    }
    logger.info(fields, `silence ${whatHappened(silence, before)}`)
  })
}

function whatHappened(silence: SilenceChange['silence'], before: SilenceChange['before']): string {
  if (silence.endsAtMs <= silence.updatedAtMs) return 'expired'
  return before === undefined ? 'created' : 'updated'
}

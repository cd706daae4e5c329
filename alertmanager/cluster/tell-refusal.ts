import { messageOf } from '#lib/errors.ts'
import type { ClusterEvents } from './events.ts'
import { RefusedError } from './wire/refusal.ts'
import { WireError } from './wire/wire-error.ts'

/** Counts why a connection was of no use, and says so if somebody should mend something. */
export function tellRefusal(events: ClusterEvents, error: unknown, where: Readonly<Record<string, string>>): void {
  if (error instanceof WireError) events.broken({ reason: 'protocol' }, { ...where, err: error.message })
  // Whoever connects and goes may have looked whether the port is open; whoever cannot be reached is told elsewhere.
  if (!(error instanceof RefusedError)) return
  const { refusal } = error
  // Two that dial each other at once, and a name that leads to all members alike, are in order.
  if (refusal === 'self' || refusal === 'duplicate' || refusal === 'leaving') return
  const detail = { ...where, err: messageOf(error) }
  if (refusal === 'name') events.nameConflict({}, detail)
  else events.refused({ reason: refusal }, detail)
}

import type { Flush, FlushedAlert } from '../group/flush.ts'
import type { MutedBy } from '../mute/mute.ts'
import type { Integration, NotificationReason, NotifyResult } from '../notify/receiver.ts'
import type { KeptQuiet } from './entry.ts'

/** Why nothing is sent at a flush. `waiting` ends with another decision, at the same flush. */
export type QuietKind = KeptQuiet | 'waiting'

/** A decision not to send. */
export interface Quiet {
  readonly kind: QuietKind
  /** What keeps alerts of the flush from being told; some others may still be told. */
  readonly mutedBy?: MutedBy
  /** How many ends are told later, when the time allows it. */
  readonly held?: number
  /** What is waited for. */
  readonly detail?: string
}

/** What is about to be sent. */
export interface Telling {
  readonly reason: NotificationReason
  readonly alerts: readonly FlushedAlert[]
  /** What keeps other alerts of the flush from being told. */
  readonly mutedBy?: MutedBy
}

/** A notification on its way. */
export interface Sending {
  /** Before each attempt. */
  attempting(): void
  /** After it. */
  attempted(result: NotifyResult): void
  /** Once, when nothing more is tried. */
  ended(result: NotifyResult): void
}

/**
 * Hears of every decision at a flush, and of every attempt to send. It is told in passing: it neither throws nor waits,
 * and what it does with it holds up nobody.
 */
export interface Journal {
  /** Nothing is sent through this integration; undefined stands for a receiver that has none. */
  quiet(flush: Flush, integration: Integration | undefined, why: Quiet): void
  sending(flush: Flush, integration: Integration, telling: Telling): Sending
}

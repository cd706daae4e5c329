import type { Clock } from '#lib/clock.ts'
import type { Flush } from '../group/flush.ts'
import type { MutedBy } from '../mute/mute.ts'
import type { Integration, NotifyResult } from '../notify/receiver.ts'
import { boundedLabels, digestOf } from './alert-digest.ts'
import {
  type Attempt,
  attemptOf,
  boundedAttempts,
  boundedError,
  type Details,
  failedAgain,
  type HistoryEntry,
  type KeptQuiet,
  NOTIFIED,
  type Outcome,
  type Place,
} from './entry.ts'
import type { History } from './history.ts'
import type { Journal, Quiet, Sending, Telling } from './journal.ts'
import { placeOf, type Standing, Standings } from './standing.ts'

export interface RecorderOptions {
  readonly clock: Clock
  readonly history: History
}

/**
 * Keeps the journal: notifications and changes of mind go to the history; that nothing has changed is known in memory
 * only.
 */
export class Recorder implements Journal {
  readonly #clock: Clock
  readonly #history: History
  readonly #standings = new Standings()
  /** Since when somebody could not be told, by place. */
  readonly #unsent = new Map<Place, number>()

  constructor({ clock, history }: RecorderOptions) {
    this.#clock = clock
    this.#history = history
  }

  standingOf(place: Place): Standing | undefined {
    return this.#standings.get(place)
  }

  quiet(flush: Flush, integration: Integration | undefined, why: Quiet): void {
    const known = this.#standings.get(placeOf(flush, integration))
    const place = known?.place ?? placeOf(flush, integration)
    const flushedAtMs = flush.tickMs
    const { kind } = why
    if (kind === 'waiting') {
      this.#standings.set({ ...(known ?? unknown(place)), flushedAtMs, waitsFor: why.detail ?? 'another member' })
      return
    }
    this.#unsent.delete(place)
    const key = keyOf(why, flush)
    const isSame = known?.key === key
    const entry =
      isSame || !isNews(kind, known) ? undefined : this.#keepQuiet(kind, flush, why, known ?? unknown(place))
    this.#standings.set({
      ...{ place, outcome: kind, flushedAtMs, key },
      ...(isSame
        ? { sinceMs: known.sinceMs, entryId: known.entryId }
        : { sinceMs: entry?.atMs ?? flushedAtMs, entryId: entry?.id }),
    })
  }

  sending(flush: Flush, integration: Integration, telling: Telling): Sending {
    const place = this.#standings.get(placeOf(flush, integration))?.place ?? placeOf(flush, integration)
    const sinceMs = this.#clock.nowMs()
    if (!this.#unsent.has(place)) this.#unsent.set(place, flush.tickMs)
    const attempts: Attempt[] = []
    let attemptCount = 0
    let [startedMs, startedAtMs] = [0, 0]
    const show = (lastFailure: Attempt | undefined) => {
      const underWay = { reason: telling.reason, sinceMs, attemptCount, lastFailure }
      const known = this.#standings.get(place) ?? unknown(place)
      this.#standings.set({ ...known, flushedAtMs: flush.tickMs, waitsFor: undefined, underWay })
    }
    show(undefined)
    return {
      attempting: () => {
        startedMs = this.#clock.monotonicMs()
        startedAtMs = this.#clock.nowMs()
      },
      attempted: (result) => {
        if (result.ok && result.isToldElsewhere) return
        attemptCount += 1
        attempts.push(attemptOf(result, startedAtMs, this.#clock.monotonicMs() - startedMs))
        // The last ones replace each other.
        if (attempts.length > MAX_ATTEMPTS) attempts.splice(0, attempts.length, ...boundedAttempts(attempts))
        if (!result.ok) show(attempts.at(-1))
      },
      ended: (result) => {
        const details = { ...detailsOf(flush, telling), attempts: boundedAttempts(attempts), attemptCount }
        this.#ended(place, flush, { atMs: sinceMs, details, result })
      },
    }
  }

  /** How long the group that waits longest has had something to tell that did not get through, in milliseconds. */
  longestUnsentMs(isLive: (groupId: string) => boolean): number {
    const nowMs = this.#clock.nowMs()
    let longestMs = 0
    for (const [{ groupId }, sinceMs] of this.#unsent) {
      if (isLive(groupId)) longestMs = Math.max(longestMs, nowMs - sinceMs)
    }
    return longestMs
  }

  /** Forgets groups that are no more; the history remembers them. */
  retain(isLive: (groupId: string) => boolean): void {
    this.#standings.retain(isLive)
    for (const place of this.#unsent.keys()) if (!isLive(place.groupId)) this.#unsent.delete(place)
  }

  #ended(
    place: Place,
    flush: Flush,
    { atMs, details, result }: { readonly atMs: number; readonly details: Details; readonly result: NotifyResult },
  ): void {
    const known = this.#standings.get(place)
    const outcome = outcomeOf(result)
    const problem = result.ok ? result.warning : result.message
    const entry: HistoryEntry = {
      ...{ id: 0, place, outcome, atMs, endedAtMs: this.#clock.nowMs() },
      details: {
        ...details,
        ...(problem === undefined ? {} : { error: boundedError(problem) }),
        ...(result.ok ? {} : { failure: result.reason }),
      },
    }
    const kept = result.ok ? this.#history.add(entry) : this.#keepFailure(entry, known)
    if (result.ok) this.#unsent.delete(place)
    else this.#unsent.set(place, Math.min(this.#unsent.get(place) ?? kept.atMs, kept.atMs))
    this.#standings.set({
      ...{ place, outcome, sinceMs: kept.atMs, flushedAtMs: flush.tickMs, key: outcome, entryId: kept.id },
    })
  }

  /** A receiver that is down for long must not fill the history: its failures are one entry. */
  #keepFailure(entry: HistoryEntry, known: Standing | undefined): HistoryEntry {
    const before = this.#lastFailure(entry, known)
    if (before === undefined) return this.#history.add(entry)
    const merged = failedAgain(before, entry)
    this.#history.replace(merged)
    return merged
  }

  #lastFailure({ place }: HistoryEntry, known: Standing | undefined): HistoryEntry | undefined {
    if (known?.outcome !== undefined && known.outcome !== 'failed') return undefined
    const before = this.#read(() => {
      return known?.entryId === undefined ? this.#history.lastOf(place) : this.#history.get(known.entryId)
    })
    return before?.outcome === 'failed' ? before : undefined
  }

  #keepQuiet(kind: KeptQuiet, flush: Flush, why: Quiet, { place, key }: Standing): HistoryEntry {
    // After a restart the reason is mostly the one from before.
    const before = key === '' ? this.#read(() => this.#history.lastOf(place)) : undefined
    const details = { ...detailsOf(flush, { alerts: flush.alerts, ...why }), ...(why.held ? { held: why.held } : {}) }
    if (before?.outcome === kind && sameMutes(before.details, details)) return before
    const atMs = flush.tickMs
    return this.#history.add({ place, outcome: kind, atMs, endedAtMs: atMs, details })
  }

  /** A disk that cannot be read costs what would have been read, and nothing else. */
  #read(read: () => HistoryEntry | undefined): HistoryEntry | undefined {
    try {
      return read()
    } catch {
      return undefined
    }
  }
}

/** Beyond this the middle ones are forgotten. */
const MAX_ATTEMPTS = 60

function unknown(place: Place): Standing {
  return { place, outcome: undefined, sinceMs: 0, flushedAtMs: 0, key: '' }
}

/**
 * After a notification it goes without saying that there is nothing new; after something else it does not. That a receiver
 * has no integrations the configuration says.
 */
function isNews(kind: KeptQuiet, known: Standing | undefined): boolean {
  if (kind === 'no_integration') return false
  if (kind !== 'nothing_new') return true
  const isAfterNotification = known?.outcome !== 'failed' && NOTIFIED.some((outcome) => outcome === known?.outcome)
  return known?.entryId !== undefined && !isAfterNotification
}

function outcomeOf(result: NotifyResult): Outcome {
  if (!result.ok) return 'failed'
  if (result.isToldElsewhere) return 'told_elsewhere'
  return result.warning === undefined ? 'sent' : 'partly_sent'
}

function keyOf({ kind, mutedBy }: Quiet, { alerts }: Flush): string {
  if (kind === 'nothing_new') return kind
  const by = Array.from(mutedBy ?? [], ([reason, ids]) => `${reason}=${[...ids]}`)
  return `${kind} ${alerts.length} ${by}`
}

function detailsOf(
  { groupLabels }: Flush,
  { reason, alerts, mutedBy }: Partial<Telling> & Pick<Telling, 'alerts'>,
): Details {
  return {
    groupLabels: boundedLabels(groupLabels),
    alerts: digestOf(alerts),
    ...(reason === undefined ? {} : { reason }),
    ...(mutedBy === undefined || mutedBy.size === 0 ? {} : { mutedBy: namesOf(mutedBy) }),
  }
}

function namesOf(mutedBy: MutedBy): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(Array.from(mutedBy, ([reason, ids]) => [reason, [...ids]]))
}

function sameMutes(before: Details, after: Details): boolean {
  return JSON.stringify(before.mutedBy) === JSON.stringify(after.mutedBy)
}

import type { Flush } from '../group/flush.ts'
import type { NotificationReason } from '../notify/receiver.ts'
import type { Attempt, Outcome, Place } from './entry.ts'

/** How things stand between a group and one integration, as of the last flush. Times are epoch milliseconds. */
export interface Standing {
  readonly place: Place
  /** The last decision; undefined until the first notification has ended. */
  readonly outcome: Outcome | undefined
  /** Since when it has been so, at each flush. */
  readonly sinceMs: number
  /** The tick of the last flush. */
  readonly flushedAtMs: number
  /** What the decision was about: while it is the same, there is nothing to write down. */
  readonly key: string
  /** The entry of the history; undefined for what is not kept. */
  readonly entryId?: number | undefined
  /** What is waited for before anything is sent. */
  readonly waitsFor?: string | undefined
  /** The notification that is under way. */
  readonly underWay?: UnderWay | undefined
}

/** A notification that has not ended yet. */
interface UnderWay {
  readonly reason: NotificationReason
  readonly sinceMs: number
  readonly attemptCount: number
  /** The last attempt that failed. */
  readonly lastFailure: Attempt | undefined
}

/** All standings, by group. */
export class Standings {
  readonly #byGroup = new Map<string, Map<string, Standing>>()

  get(place: Place): Standing | undefined {
    return this.#byGroup.get(place.groupId)?.get(nameOf(place))
  }

  set(standing: Standing): void {
    const { groupId } = standing.place
    const known = this.#byGroup.get(groupId)
    const places = known ?? new Map<string, Standing>()
    if (known === undefined) this.#byGroup.set(groupId, places)
    places.set(nameOf(standing.place), standing)
  }

  /** Forgets groups that are no more. */
  retain(isLive: (groupId: string) => boolean): void {
    for (const groupId of this.#byGroup.keys()) if (!isLive(groupId)) this.#byGroup.delete(groupId)
  }
}

export function placeOf(
  { logKey, groupKey, route }: Flush,
  integration: { readonly kind: string; readonly index: number } | undefined,
): Place {
  const { kind = '', index = 0 } = integration ?? {}
  return { groupId: logKey, groupKey, receiver: route.receiver, integration: kind, index }
}

/** Within its group. */
function nameOf({ receiver, integration, index }: Place): string {
  return `${receiver}\0${integration}\0${index}`
}

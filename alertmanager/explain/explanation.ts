import type { LabelSet } from '#lib/labels.ts'
import type { Acknowledgement } from '../acknowledge/acknowledgement.ts'
import type { Alert } from '../alert.ts'
import type { HistoryEntry } from '../journal/entry.ts'
import type { Standing } from '../journal/standing.ts'
import type { RouteStep } from '../route/explain.ts'
import type { Route } from '../route/tree.ts'
import type { Mute } from './mutes.ts'

/** The whole story of an alert. Times are epoch milliseconds. */
export interface Explanation {
  readonly labels: LabelSet
  /** Undefined for one that is not known, or no more. */
  readonly alert: Alert | undefined
  /** That somebody looks after it. */
  readonly acknowledgement: Acknowledgement | undefined
  readonly state: 'active' | 'suppressed' | 'resolved' | 'unknown'
  /** The last notification that had it, wherever it went. */
  readonly lastNotification: HistoryEntry | undefined
  readonly route: RouteStep
  /** Where it ends up in the tree. */
  readonly places: readonly PlaceExplanation[]
  readonly verdict: string
}

/** What a group, into which the alert belongs, does with it. */
export interface PlaceExplanation {
  readonly route: Route
  readonly group: GroupExplanation
  readonly mutes: readonly Mute[]
  readonly integrations: readonly IntegrationExplanation[]
  readonly fallback: FallbackExplanation | undefined
  readonly verdict: string
}

/** What was told in place of a receiver that could not be told. */
export interface FallbackExplanation {
  readonly receiver: string
  readonly integrations: readonly IntegrationExplanation[]
  readonly verdict: string
}

export interface GroupExplanation {
  readonly key: string
  readonly labels: LabelSet
  /** Undefined if there is no such group. */
  readonly alertCount: number | undefined
  readonly hasAlert: boolean
  /** Somebody looks after all of its alerts that fire: they are not told once more. */
  readonly isAcknowledged: boolean
  readonly lastFlushMs: number | undefined
  readonly nextFlushMs: number | undefined
}

/** What an integration was told of an alert. `parked`: its firing, before it was muted. */
export type Told = 'firing' | 'resolved' | 'parked' | 'nothing'

export interface IntegrationExplanation {
  readonly integration: string
  readonly index: number
  readonly sendResolved: boolean
  readonly told: Told
  /** The tick of the last notification of the group. */
  readonly toldAtMs: number | undefined
  /** When the same is told again, if nothing changes. */
  readonly repeatAtMs: number | undefined
  readonly standing: Standing | undefined
  /** Of the group. */
  readonly lastNotification: HistoryEntry | undefined
  readonly verdict: string
}

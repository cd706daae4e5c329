import type { RouteStep } from '../../../alertmanager/route/explain.ts'
import type { Labels } from './shapes.ts'

/** What our own API answers of notifications and of alerts' stories, as far as it is shown. */
export interface NotificationSummary {
  readonly id: string
  readonly outcome: string
  readonly reason?: string
  readonly receiver: string
  readonly integration?: string
  readonly index?: number
  readonly groupKey: string
  readonly startedAt: string
  readonly endedAt: string
  readonly attemptCount?: number
  readonly failedFlushes?: number
  readonly error?: string
  readonly mutedBy?: Readonly<Record<string, readonly string[]>>
  readonly heldEnds?: number
  readonly counts: { readonly firing: number; readonly resolved: number }
  readonly alerts: readonly { readonly fingerprint: string; readonly status: string; readonly labels?: Labels }[]
}

interface Attempt {
  readonly at: string
  readonly durationMs: number
  readonly ok: boolean
  readonly error?: string
  readonly retryable?: boolean
}

export interface NotificationDetail extends NotificationSummary {
  readonly attempts: readonly Attempt[]
}

export interface NotificationPage {
  readonly notifications: readonly NotificationSummary[]
  readonly next?: string
}

export interface Mute {
  readonly by: string
  readonly id?: string
  readonly createdBy?: string
  readonly comment?: string
  readonly endsAt?: string
  readonly matchers?: readonly string[]
  readonly fingerprint?: string
  readonly source?: Labels
  readonly rule?: { readonly index: number; readonly name: string; readonly equal: readonly string[] }
  readonly intervals?: readonly string[]
  readonly until?: string
  readonly ids?: readonly string[]
}

export interface IntegrationStory {
  readonly integration: string
  readonly index: number
  readonly verdict: string
  readonly lastDecision?: { readonly outcome: string; readonly since?: string; readonly at: string }
  readonly lastNotification?: NotificationSummary
}

export interface Place {
  readonly receiver: string
  readonly verdict: string
  readonly group: { readonly key: string; readonly exists: boolean; readonly alerts: number }
  readonly timers: {
    readonly groupWaitSeconds: number
    readonly groupIntervalSeconds: number
    readonly repeatIntervalSeconds: number
    readonly lastFlush?: string
    readonly nextFlush?: string
  }
  readonly mutedBy: readonly Mute[]
  readonly integrations: readonly IntegrationStory[]
  readonly fallback?: { readonly receiver: string; readonly integrations: readonly IntegrationStory[] }
}

export interface Story {
  readonly fingerprint: string
  readonly labels: Labels
  readonly verdict: string
  readonly state: string
  readonly startsAt?: string
  readonly endsAt?: string
  readonly acknowledgement?: { readonly owner: string; readonly comment: string; readonly endsAt: string }
  readonly lastNotification?: NotificationSummary
  readonly places: readonly Place[]
  readonly route: RouteStep
}

export interface Stories {
  readonly total: number
  readonly explanations: readonly Story[]
}

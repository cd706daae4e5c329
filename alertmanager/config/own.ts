import { optional, type Static, section } from '#lib/config/schema.ts'
import { type FallbackRule, fallbackReceivers, fallbackSchema, readFallback } from './fallback.ts'
import { type HeartbeatConfig, heartbeatsSchema, readHeartbeats } from './heartbeats.ts'
import type { RouteContext } from './route.ts'
import { readSilenceNotices, type SilenceNoticesConfig, silenceNoticesSchema } from './silence-notices.ts'

/**
 * Everything in the file that Alertmanager has not. It stands below one key, which the print of the configuration
 * leaves out, because upstream's tools read that strictly.
 */
export const OWN_KEY = 'vedette'

/** Each feature brings a schema of its own, from a file of its own; all of it may be left out. */
export const ownSchema = section('What Alertmanager has not.', {
  fallback: fallbackSchema,
  silence_notices: optional(silenceNoticesSchema),
  heartbeats: heartbeatsSchema,
})

/** What our own section says, checked. */
export interface OwnConfig {
  /** To whom it goes when a receiver cannot be told; none if nothing is said. */
  readonly fallback: FallbackRule | undefined
  /** What is told about silences; undefined for nothing. */
  readonly silenceNotices: SilenceNoticesConfig | undefined
  readonly heartbeats: readonly HeartbeatConfig[]
}

/** What the checks of our section may refer to. */
export type OwnContext = RouteContext

export function readOwn(options: Static<typeof ownSchema>, context: OwnContext): OwnConfig {
  const { fallback, silence_notices: notices, heartbeats } = options
  return {
    fallback: readFallback(fallback, [OWN_KEY, 'fallback'], context),
    silenceNotices: notices && readSilenceNotices(notices, [OWN_KEY, 'silence_notices'], context),
    heartbeats: readHeartbeats(heartbeats, [OWN_KEY, 'heartbeats'], context),
  }
}

/** The receivers that are told without a route that leads to them, so that they are built too. */
export function receiversOf({ fallback }: OwnConfig): ReadonlySet<string> {
  return new Set(fallbackReceivers(fallback))
}

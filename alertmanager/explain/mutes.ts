import type { LabelSet } from '#lib/labels.ts'
import type { Inhibition } from '../inhibit/inhibitor.ts'
import type { MuteReason } from '../mute/mute.ts'
import type { TimeMute } from '../mute/time-mute.ts'
import type { Pipeline } from '../pipeline.ts'
import type { Route } from '../route/tree.ts'
import type { Silence } from '../silence/silence.ts'

/** Something that keeps an alert from being told right now. */
export type Mute =
  | { readonly by: 'silence'; readonly silence: Silence }
  | { readonly by: 'inhibition'; readonly inhibition: Inhibition; readonly source: LabelSet | undefined }
  | {
      readonly by: TimeMute['reason']
      readonly intervals: readonly string[]
      /** Epoch milliseconds; undefined if it is far away, or never. */
      readonly untilMs: number | undefined
    }
  | { readonly by: 'other'; readonly reason: MuteReason; readonly ids: readonly string[] }

/** All that mutes an alert with these labels, single alerts first. */
export function mutesOf(labels: LabelSet, route: Route, pipeline: Pipeline, nowMs: number): readonly Mute[] {
  const mutes: Mute[] = []
  const inhibition = pipeline.inhibitionOf(labels)
  if (inhibition !== undefined) {
    const source = pipeline.state.alerts.get(inhibition.fingerprint)?.labels
    mutes.push({ by: 'inhibition', inhibition, source })
  }
  for (const muter of pipeline.muters) {
    if (muter.reason === 'inhibition') continue
    const ids = muter.mutedBy(labels)
    const silences = muter.reason === 'silence' ? ids.map((id) => pipeline.silences.get(id)) : []
    for (const silence of silences) if (silence !== undefined) mutes.push({ by: 'silence', silence })
    if (muter.reason !== 'silence' && ids.length > 0) mutes.push({ by: 'other', reason: muter.reason, ids })
  }
  const time = pipeline.timeMuteOf(route)
  if (time !== undefined) {
    const untilMs = endOf((atMs) => pipeline.timeMuteOf(route, atMs) !== undefined, nowMs)
    mutes.push({ by: time.reason, intervals: time.mutedBy, untilMs })
  }
  return mutes
}

const MINUTE_MS = 60_000
const STEP_MS = 5 * MINUTE_MS
/** A week, and what a week that begins tomorrow takes more. */
const FARTHEST_MS = 8 * 86_400_000

/** The first full minute at which it no longer holds; what is shorter than five minutes may be missed. */
function endOf(holds: (atMs: number) => boolean, nowMs: number): number | undefined {
  const startMs = Math.floor(nowMs / MINUTE_MS) * MINUTE_MS
  for (let atMs = startMs + STEP_MS; atMs <= startMs + FARTHEST_MS; atMs += STEP_MS) {
    if (holds(atMs)) continue
    let endMs = atMs
    while (endMs - MINUTE_MS > startMs && !holds(endMs - MINUTE_MS)) endMs -= MINUTE_MS
    return endMs
  }
  return undefined
}

import type { Inhibition } from '../inhibit/inhibitor.ts'
import { clockTime } from './clock-time.ts'
import type { Mute } from './mutes.ts'

/** More are counted only. */
const MAX_NAMED = 3

/** What mutes an alert, who made it so, and until when. */
export function describeMutes(mutes: readonly Mute[], nowMs: number): string {
  const named = mutes.slice(0, MAX_NAMED).map((mute) => describe(mute, nowMs))
  const more = mutes.length - named.length
  return [...named, ...(more > 0 ? [`by ${more} more`] : [])].join(', and ')
}

function describe(mute: Mute, nowMs: number): string {
  switch (mute.by) {
    case 'silence': {
      const { id, createdBy, endsAtMs } = mute.silence
      const creator = createdBy === '' ? '' : `${createdBy}, `
      return `silenced by ${id} (${creator}until ${clockTime(endsAtMs, nowMs)})`
    }
    case 'inhibition':
      return `inhibited by ${mute.source ?? mute.inhibition.fingerprint} (${nameOfRule(mute.inhibition)})`
    case 'mute_time_interval':
      return `muted by time interval ${mute.intervals.join(', ')}${until(mute.untilMs, nowMs)}`
    case 'active_time_interval':
      return `outside of time interval ${mute.intervals.join(', ')}${until(mute.untilMs, nowMs)}`
    case 'other':
      return `muted by ${mute.reason} ${mute.ids.join(', ')}`
  }
}

function until(untilMs: number | undefined, nowMs: number): string {
  return untilMs === undefined ? '' : ` (until ${clockTime(untilMs, nowMs)})`
}

function nameOfRule({ rule, index }: Inhibition): string {
  return rule.name === '' ? `inhibit_rules[${index}]` : `inhibit_rules[${index}], ${JSON.stringify(rule.name)}`
}

import { LabelSet } from '#lib/labels.ts'
import type { Alert } from '../alert.ts'
import type { NoticeKind, SilenceNoticesConfig } from '../config/silence-notices.ts'
import { formatMilli, momentOf } from '../moment.ts'
import { type Silence, silenceState } from '../silence/silence.ts'
import type { WantedAlert } from './own-alerts.ts'

/** Names of the alerts about silences. */
const ALERTNAMES: Readonly<Record<NoticeKind, string>> = {
  created: 'SilenceCreated',
  expiring: 'SilenceExpiring',
  expired: 'SilenceExpired',
}

/** What there is to tell of a silence, if something is. Times are epoch milliseconds. */
export interface Notice {
  readonly kind: NoticeKind
  readonly silence: Silence
  readonly startsAtMs: number
  readonly endsAtMs: number
}

/** Longest texts of silences in annotations, in characters. */
const MAX_TEXT = 2_000

/** When a silence begins to expire, epoch milliseconds. A short one is not said to expire as soon as it is made. */
function expiringFromMs({ startsAtMs, endsAtMs }: Silence, beforeMs: number): number {
  return endsAtMs - Math.min(beforeMs, Math.floor((endsAtMs - startsAtMs) / 2))
}

/**
 * What its times give cause to tell of a silence. Whether that is told depends on the alerts that it mutes. The same on
 * all members of a cluster, so that they raise the same alert.
 */
export function noticeOf(
  silence: Silence,
  { kinds, beforeMs, keepMs }: Pick<SilenceNoticesConfig, 'kinds' | 'beforeMs' | 'keepMs'>,
  nowMs: number,
): Notice | undefined {
  const { startsAtMs, endsAtMs } = silence
  const state = silenceState(silence, nowMs)
  const fromMs = expiringFromMs(silence, beforeMs)
  if (state === 'active' && kinds.has('expiring') && nowMs >= fromMs && nowMs < endsAtMs) {
    return { kind: 'expiring', silence, startsAtMs: fromMs, endsAtMs }
  }
  // One that was ended before it began has muted nothing.
  if (state === 'expired' && kinds.has('expired') && startsAtMs < endsAtMs && nowMs < endsAtMs + keepMs) {
    return { kind: 'expired', silence, startsAtMs: endsAtMs, endsAtMs: endsAtMs + keepMs }
  }
  return undefined
}

/** When {@link noticeOf} has another answer next, epoch milliseconds; infinite for never. */
export function nextChangeMs(
  silence: Silence,
  { beforeMs, keepMs }: Pick<SilenceNoticesConfig, 'beforeMs' | 'keepMs'>,
  nowMs: number,
): number {
  const { endsAtMs } = silence
  // At its very end it still mutes.
  const changes = [expiringFromMs(silence, beforeMs), endsAtMs, endsAtMs + 1, endsAtMs + keepMs]
  return Math.min(...changes.filter((atMs) => atMs > nowMs))
}

/** The alert that tells of it. `muted` is how many alerts the silence mutes, or has muted, that fire now. */
export function noticeAlert(
  { kind, silence, startsAtMs, endsAtMs }: Notice,
  muted: number,
  { labels, copyLabels }: Pick<SilenceNoticesConfig, 'labels' | 'copyLabels'>,
  link: (silence: Silence) => string,
): WantedAlert {
  const copied = silence.matchers.filter(({ name, operator }) => operator === '=' && copyLabels.includes(name))
  const own = { alertname: ALERTNAMES[kind], silence_id: silence.id, created_by: cut(silence.createdBy) }
  const all = { ...labels, ...Object.fromEntries(copied.map(({ name, value }) => [name, value])), ...own }
  const end = formatMilli(momentOf(silence.endsAtMs))
  const count = muted === 1 ? '1 alert that fires' : `${muted} alerts that fire`
  const who = silence.createdBy === '' ? 'somebody' : cut(silence.createdBy)
  const summary = {
    created: `A silence of ${who} mutes ${count} until ${end}`,
    expiring: `A silence of ${who} mutes ${count} and ends at ${end}`,
    expired: `A silence of ${who} has ended; it muted ${count} still`,
  }[kind]
  const annotations = {
    ...{ summary, comment: cut(silence.comment), matchers: cut(`{${silence.matchers.map(String).join(',')}}`) },
    ...{ starts_at: formatMilli(momentOf(silence.startsAtMs)), ends_at: end, firing: String(muted) },
  }
  return {
    labels: LabelSet.from(all).filter((_name, value) => value !== ''),
    annotations: LabelSet.from(annotations),
    ...{ startsAtMs, endsAtMs, generatorUrl: link(silence) },
  }
}

/** Which silence an alert is about, and what it tells of it; undefined if it is no notice. */
export function aboutSilence(labels: LabelSet): { readonly kind: NoticeKind; readonly id: string } | undefined {
  const id = labels.get('silence_id')
  if (id === undefined) return undefined
  const alertname = labels.get('alertname')
  const kind = (['created', 'expiring', 'expired'] as const).find((candidate) => ALERTNAMES[candidate] === alertname)
  return kind === undefined ? undefined : { kind, id }
}

/** Whether a silence muted an alert, and the alert fires for as long. */
export function firedWithin({ endsAtMs }: Silence, { startsAt }: Alert): boolean {
  return startsAt.ms <= endsAtMs
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}

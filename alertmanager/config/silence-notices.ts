import type { Path } from '#lib/config/diagnostic.ts'
import { boolean, choice, duration, list, mapping, type Static, section, text } from '#lib/config/schema.ts'
import { checkNames, namesIn } from './own-labels.ts'
import type { RouteContext } from './route.ts'

/** What is told about a silence. */
export const NOTICE_KINDS = ['created', 'expiring', 'expired'] as const
export type NoticeKind = (typeof NOTICE_KINDS)[number]

export const silenceNoticesSchema = section(
  'Alerts of the router itself about silences that begin, end soon, or end.',
  {
    tell: list(choice(NOTICE_KINDS, { description: 'What is told.' }), {
      description: 'What is told: created, expiring, expired.',
      default: [...NOTICE_KINDS],
    }),
    before: duration({
      description: 'How long before the end of a silence it is said to expire; at most half of the silence before.',
      default: '30m',
    }),
    keep: duration({
      description: 'How long the alert that a silence was created, or has ended, fires.',
      default: '1h',
    }),
    idle: boolean({ description: 'Tell also of silences that mute no alert.', default: false }),
    labels: mapping(text({ description: 'A value.' }), {
      description: 'Labels of these alerts, for routes; severity is info unless set here.',
      default: {},
    }),
    copy_labels: list(text({ description: 'Name of a label.' }), {
      description: 'Labels whose value a silence names (team="db") and its alerts get.',
      default: [],
    }),
  },
)

/** Labels that say which silence it is about. */
const RESERVED = ['alertname', 'silence_id', 'created_by']

export interface SilenceNoticesConfig {
  readonly kinds: ReadonlySet<NoticeKind>
  readonly beforeMs: number
  readonly keepMs: number
  readonly tellsIdle: boolean
  readonly labels: Readonly<Record<string, string>>
  readonly copyLabels: readonly string[]
}

export function readSilenceNotices(
  { tell, before, keep, idle, labels, copy_labels }: Static<typeof silenceNoticesSchema>,
  path: Path,
  context: Pick<RouteContext, 'report' | 'mode'>,
): SilenceNoticesConfig {
  if (before === 0) context.report([...path, 'before'], 'before cannot be zero; leave "expiring" out of tell instead')
  if (keep === 0) context.report([...path, 'keep'], 'keep cannot be zero: nobody would be told')
  checkNames(namesIn(labels, [...path, 'labels']), RESERVED, context)
  const copied = copy_labels.map((name, index) => [name, [...path, 'copy_labels', index]] as const)
  checkNames(copied, RESERVED, context, 'value')
  return {
    ...{ kinds: new Set(tell), beforeMs: before, keepMs: keep, tellsIdle: idle },
    labels: { severity: 'info', ...labels },
    copyLabels: copy_labels,
  }
}

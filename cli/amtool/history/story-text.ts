import { formatDuration } from '#lib/duration.ts'
import { LabelSet } from '#lib/labels.ts'
import type { IntegrationStory, Mute, Place, Story } from '../api/history-shapes.ts'
import type { Labels } from '../api/shapes.ts'
import type { FormatDate } from '../format/time.ts'
import { drawTree } from '../format/tree-text.ts'
import { stepNode } from '../routes/step-node.ts'
import { outcomeText } from './summary-text.ts'

export function labelsText(labels: Labels): string {
  return LabelSet.from(labels).toString()
}

/** The whole story of an alert, and all that its verdict follows from. */
export function storyText(story: Story, date: FormatDate): string {
  const { labels, fingerprint, state, startsAt, endsAt, verdict, acknowledgement, lastNotification } = story
  const times = startsAt === undefined || endsAt === undefined ? '' : `, ${date(startsAt)} to ${date(endsAt)}`
  const lines = [
    ['Alert', `${labelsText(labels)} ${fingerprint}`],
    ['State', `${state}${times}`],
    ['Verdict', verdict],
    ...(acknowledgement === undefined
      ? []
      : [
          [
            'Acknowledged',
            withComment(`by ${acknowledgement.owner} until ${date(acknowledgement.endsAt)}`, acknowledgement.comment),
          ],
        ]),
    ...(lastNotification === undefined
      ? []
      : [['Last heard', `${lastNotification.receiver}, ${outcomeText(lastNotification, date)}`]]),
  ]
  const places = story.places.map((place) => `\n${placeText(place, date)}`)
  return `${aligned(lines, '')}\nRoutes\n${drawTree([stepNode(story.route)])}${places.join('')}`
}

function placeText({ receiver, group, timers, mutedBy, integrations, fallback }: Place, date: FormatDate): string {
  const duration = (seconds: number) => formatDuration(seconds * 1_000)
  const { groupWaitSeconds, groupIntervalSeconds, repeatIntervalSeconds, lastFlush, nextFlush } = timers
  const waits = `group_wait ${duration(groupWaitSeconds)}, group_interval ${duration(groupIntervalSeconds)}`
  const alerts = group.exists ? `${group.alerts} ${group.alerts === 1 ? 'alert' : 'alerts'}` : 'not there yet'
  const lines = [
    ['Group', `${group.key}, ${alerts}`],
    ['Timers', `${waits}, repeat_interval ${duration(repeatIntervalSeconds)}`],
    ...(lastFlush === undefined ? [] : [['Last flush', date(lastFlush)]]),
    ...(nextFlush === undefined ? [] : [['Next flush', date(nextFlush)]]),
    ...mutedBy.map((mute) => ['Muted by', muteText(mute, date)]),
  ]
  const stories = integrations.map((one) => integrationText(one, date))
  const inPlace = (fallback?.integrations ?? []).map((one) => integrationText(one, date))
  const fallbackText = fallback === undefined ? '' : `  In its place: ${fallback.receiver}\n${inPlace.join('')}`
  return `Receiver ${receiver}\n${aligned(lines, '  ')}${stories.join('')}${fallbackText}`
}

function integrationText(
  { integration, index, verdict, lastDecision, lastNotification }: IntegrationStory,
  date: FormatDate,
) {
  const since = lastDecision?.since === undefined ? '' : `, so since ${date(lastDecision.since)}`
  const lines = [
    ...(lastDecision === undefined
      ? []
      : [['Last decision', `${lastDecision.outcome.replaceAll('_', ' ')} at ${date(lastDecision.at)}${since}`]]),
    ...(lastNotification === undefined ? [] : [['Last notification', outcomeText(lastNotification, date)]]),
  ]
  return `  ${integration}[${index}]: ${verdict}\n${aligned(lines, '    ')}`
}

function muteText(mute: Mute, date: FormatDate): string {
  const until = mute.until === undefined ? '' : ` until ${date(mute.until)}`
  if (mute.by === 'silence') {
    const matchers = `{${(mute.matchers ?? []).join(',')}}`
    const end = mute.endsAt === undefined ? '' : ` until ${date(mute.endsAt)}`
    return withComment(`silence ${mute.id} of ${mute.createdBy}${end} ${matchers}`, mute.comment ?? '')
  }
  if (mute.by === 'inhibition') {
    const source = mute.source === undefined ? '' : ` ${labelsText(mute.source)}`
    const name = mute.rule?.name ? ` ${JSON.stringify(mute.rule.name)}` : ''
    return `alert ${mute.fingerprint}${source} by inhibit_rules[${mute.rule?.index}]${name}`
  }
  if (mute.intervals === undefined) return `${mute.by} ${(mute.ids ?? []).join(', ')}`
  const what = mute.by === 'active_time_interval' ? 'the time, outside of' : 'the time,'
  return `${what} ${mute.intervals.join(', ')}${until}`
}

function withComment(text: string, comment: string): string {
  return comment === '' ? text : `${text}: ${comment}`
}

function aligned(lines: readonly (readonly string[])[], indent: string): string {
  const width = Math.max(0, ...lines.map(([name = '']) => name.length))
  return lines.map(([name = '', text = '']) => `${indent}${`${name}:`.padEnd(width + 1)}  ${text}\n`).join('')
}

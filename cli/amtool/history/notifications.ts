import { parseGoDuration } from '../../../alertmanager/config/go-duration.ts'
import { write } from '../../query/output.ts'
import type { NotificationDetail, NotificationPage, NotificationSummary } from '../api/history-shapes.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { alignTabs } from '../format/tab-writer.ts'
import { createDateFormat, DEFAULT_DATE_FORMAT, type FormatDate, parseRfc3339 } from '../format/time.ts'
import { matcherModeOf, withAlertname } from '../matchers.ts'
import { askOwn } from './ask.ts'
import { labelsText } from './story-text.ts'
import { countsText, integrationName } from './summary-text.ts'

/** Most that the server answers at a time. */
const MAX_PAGE = 1_000

/** `notifications list`. */
export async function listNotifications(values: Values): Promise<void> {
  const found = await findNotifications(values)
  const output = values.text('output')
  if (output === 'json') return write(`${JSON.stringify(found)}\n`)
  const date = await dateFormatOf(values)
  await write(alignTabs(output === 'extended' ? longTable(found, date) : shortTable(found, date)))
}

/** `notifications show`. */
export async function showNotification(values: Values): Promise<void> {
  const [id] = values.texts('id')
  if (id === undefined) throw new CommandError('no notification ID specified')
  const operation = { method: 'GET', path: '/notifications/{id}', name: 'getNotification', id } as const
  const notification = await askOwn<NotificationDetail>(values, operation)
  if (values.text('output') === 'json') return write(`${JSON.stringify(notification)}\n`)
  await write(detailText(notification, await dateFormatOf(values)))
}

/** Page after page, until there are enough of them. */
async function findNotifications(values: Values): Promise<readonly NotificationSummary[]> {
  const words = withAlertname(values.texts('matcher-groups'), matcherModeOf(values))
  const query = new URLSearchParams(words.map((word) => ['filter', word]))
  for (const outcome of values.texts('outcome')) query.append('outcome', outcome)
  for (const name of ['receiver', 'integration', 'group-key', 'fingerprint']) {
    const value = values.text(name)
    if (value !== undefined) query.set(name.replace('-', '_'), value)
  }
  for (const name of ['since', 'until']) {
    const value = values.text(name)
    if (value !== undefined) query.set(name, await readTime(value))
  }
  const limit = Number(values.text('limit'))
  const found: NotificationSummary[] = []
  for (;;) {
    query.set('limit', String(Math.min(limit - found.length, MAX_PAGE)))
    const operation = { method: 'GET', path: '/notifications', name: 'getNotifications', query } as const
    const { notifications, next } = await askOwn<NotificationPage>(values, operation)
    found.push(...notifications)
    if (next === undefined || found.length >= limit) return found
    query.set('cursor', next)
  }
}

async function readTime(text: string): Promise<string> {
  const agoMs = parseGoDuration(text)
  return agoMs === undefined ? parseRfc3339(text) : new Date(Date.now() - agoMs).toISOString()
}

function dateFormatOf(values: Values): Promise<FormatDate> {
  return createDateFormat(values.text('date.format') ?? DEFAULT_DATE_FORMAT)
}

function shortTable(found: readonly NotificationSummary[], date: FormatDate): string {
  const rows = found.map((one) => {
    const { id, startedAt, receiver, outcome, reason = '', counts } = one
    const cells = [id, date(startedAt), receiver, integrationName(one), outcome, reason, countsText(counts)]
    return `${cells.join('\t')}\t\n`
  })
  return `ID\tStarted At\tReceiver\tIntegration\tOutcome\tReason\tAlerts\t\n${rows.join('')}`
}

function longTable(found: readonly NotificationSummary[], date: FormatDate): string {
  const rows = found.map((one) => {
    const { id, startedAt, endedAt, receiver, outcome, reason = '', counts, groupKey, attemptCount, error = '' } = one
    const who = [receiver, integrationName(one), outcome, reason, countsText(counts)]
    const cells = [id, date(startedAt), date(endedAt), ...who, attemptCount ?? '', groupKey, error || mutedText(one)]
    return `${cells.join('\t')}\t\n`
  })
  const head = 'ID\tStarted At\tEnded At\tReceiver\tIntegration\tOutcome\tReason\tAlerts\tAttempts\tGroup Key\tWhy\t\n'
  return head + rows.join('')
}

function mutedText({ mutedBy = {} }: NotificationSummary): string {
  return Object.entries(mutedBy)
    .map(([reason, ids]) => `${reason} ${ids.join(' ')}`)
    .join(', ')
}

function detailText(notification: NotificationDetail, date: FormatDate): string {
  const { id, outcome, reason, receiver, groupKey, startedAt, endedAt, counts, alerts, attempts } = notification
  const { attemptCount = 0, failedFlushes = 1, error, heldEnds } = notification
  const muted = mutedText(notification)
  const lines = [
    ['ID', id],
    ['Outcome', outcome],
    ...(reason === undefined ? [] : [['Reason', reason]]),
    ['Receiver', `${receiver} ${integrationName(notification)}`.trimEnd()],
    ['Group Key', groupKey],
    ['Started At', date(startedAt)],
    ['Ended At', date(endedAt)],
    ...(muted === '' ? [] : [['Left out by', muted]]),
    ...(heldEnds === undefined ? [] : [['Ends held', String(heldEnds)]]),
    ...(error === undefined ? [] : [['Error', error]]),
    ['Alerts', countsText(counts)],
  ]
  const head = alignTabs(lines.map(([name, text]) => `${name}:\t${text}\n`).join(''))
  const named = alerts.map(({ fingerprint, status, labels }) => {
    return `  ${fingerprint}\t${status}\t${labels === undefined ? '' : labelsText(labels)}\n`
  })
  const tries = attempts.map(({ at, durationMs, ok, error: problem = '' }) => {
    return `  ${date(at)}\t${durationMs}ms\t${ok ? 'ok' : problem}\n`
  })
  const over = failedFlushes > 1 ? ` over ${failedFlushes} flushes` : ''
  const shown = attempts.length < attemptCount ? `, the first and the last of them` : ''
  const about = attemptCount === 0 ? '' : `Attempts: ${attemptCount}${over}${shown}\n`
  return head + alignTabs(named.join('')) + about + alignTabs(tries.join(''))
}

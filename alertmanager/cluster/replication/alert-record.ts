import { type Alert, isResolved } from '../../alert.ts'
import { isLabelName } from '../../config/label-names.ts'
import type { FlushDelays } from '../../group/dispatcher.ts'
import { compareMoments, formatNano, type Moment, momentOf, parseMoment } from '../../moment.ts'
import { isRequestUri } from '../../receive/postable-alerts.ts'
import type { Replica } from '../replica.ts'
import { hashText, mixNumber } from './digest.ts'
import { BadRecord, readInteger, readLabels, readList, readText, readTime, writeLabels } from './read-record.ts'
import type { Tombstone } from './tombstones.ts'

type Json = Readonly<Record<string, unknown>>

export interface ReadAlertOptions {
  readonly nowMs: number
  /** By how much the clock of the record is ahead of the one here. */
  readonly shiftMs: number
  readonly matcherMode: Parameters<typeof isLabelName>[1]
}

/** How far ahead the clock of a member may be, after what is known of the difference. */
const MAX_AHEAD_MS = 10 * 60_000

/** An alert as a record of JSON. Ends that a member made up are by its clock, as is when it heard of the alert. */
export function encodeAlert(alert: Alert, delays: FlushDelays, shiftMs: number): string {
  return JSON.stringify({
    l: writeLabels(alert.labels),
    a: writeLabels(alert.annotations),
    s: formatNano(alert.startsAt),
    g: alert.generatorUrl,
    ...endOf(alert, shiftMs),
    w: [...delays].map(([id, delayMs]) => [id, Math.round(delayMs)]),
  })
}

/** When an alert ends that the other member knows; or when it ended, if only that is still known. */
export function encodeEnd(fingerprint: string, end: Tombstone, shiftMs: number): string {
  return JSON.stringify({ i: fingerprint, ...endOf(end, shiftMs) })
}

function endOf({ endsAt, updatedAtMs, timeout }: Tombstone, shiftMs: number) {
  const end = timeout ? momentOf(endsAt.ms + shiftMs) : endsAt
  return { e: formatNano(end), u: Math.round(updatedAtMs + shiftMs), t: Number(timeout) }
}

/**
 * A hash of what members are to have alike of an alert with these labels: while it fires its end is not, as it moves all
 * the time. All alerts are hashed for each comparison.
 */
export function hashAlert(alert: Alert, nowMs: number, shiftMs: number): number {
  const { annotations, startsAt, endsAt, generatorUrl, timeout } = alert
  const endMs = isResolved(alert, nowMs) ? endsAt.ms + (timeout ? shiftMs : 0) : -1
  let hash = hashText(generatorUrl, hashText(annotations.fingerprint))
  for (const number of [startsAt.ms, startsAt.ns, endMs, Number(timeout)]) hash = mixNumber(hash, number)
  return hash
}

/** The fingerprint of a record that tells an end only. */
export function readFingerprint(record: Json): string | undefined {
  if (record.i === undefined) return undefined
  return readText(record.i, 16)
}

export function readEnd(record: Json, { nowMs, shiftMs }: ReadAlertOptions): Tombstone {
  const timeout = readInteger(record.t, 0, 1) === 1
  const end = readMoment(record.e)
  const updatedAtMs = readTime(record.u) - shiftMs
  if (updatedAtMs > nowMs + MAX_AHEAD_MS) throw new BadRecord('an alert was heard of in the future')
  return { endsAt: timeout ? momentOf(end.ms - shiftMs) : end, updatedAtMs, timeout }
}

export function readAlert(record: Json, options: ReadAlertOptions): Replica {
  const labels = readLabels(record.l)
  const annotations = readLabels(record.a)
  if (labels.size === 0) throw new BadRecord('an alert has no labels')
  for (const [name, value] of labels) {
    if (value === '' || !isLabelName(name, options.matcherMode)) throw new BadRecord('an alert has an invalid label')
  }
  for (const [name] of annotations) {
    if (!isLabelName(name, options.matcherMode)) throw new BadRecord('an alert has an invalid annotation')
  }
  const generatorUrl = readText(record.g)
  if (generatorUrl !== '' && !isRequestUri(generatorUrl)) throw new BadRecord('an alert has an invalid link')
  const startsAt = readMoment(record.s)
  const end = readEnd(record, options)
  if (compareMoments(end.endsAt, startsAt) < 0) throw new BadRecord('an alert ends before it starts')
  return { alert: { labels, annotations, startsAt, ...end, generatorUrl }, delays: readDelays(record.w) }
}

function readDelays(value: unknown): FlushDelays {
  return new Map(
    readList(value).map((pair) => {
      const [id, delayMs] = readList(pair, 2)
      return [readText(id), readInteger(delayMs, 0, Number.MAX_SAFE_INTEGER)]
    }),
  )
}

function readMoment(value: unknown): Moment {
  const moment = parseMoment(readText(value, 100))
  if (moment === undefined) throw new BadRecord('a time cannot be read')
  return moment
}

import { LabelSet } from '#lib/labels.ts'
import { type Moment, parseMoment, ZERO_TIME } from '../moment.ts'
import type { AlertData, TemplateInput } from '../notify/data.ts'

type JsonObject = Readonly<Record<string, unknown>>

/** What is wrong with a notification that somebody made up. */
export class NotificationJsonError extends Error {}

/** Reads a notification of the form that webhooks get; what is left out is empty. Throws a {@link NotificationJsonError}. */
export function readNotificationJson(value: unknown): TemplateInput {
  const data = objectOf(value, 'the notification')
  const alerts = valueAt(data, 'alerts') ?? []
  if (!Array.isArray(alerts)) throw new NotificationJsonError('alerts must be a list')
  return {
    receiver: textOf(data, 'receiver'),
    status: textOf(data, 'status'),
    alerts: alerts.map((alert: unknown, index) => alertOf(objectOf(alert, `alerts.${index}`))),
    reason: textOf(data, 'notification_reason'),
    groupLabels: labelsOf(data, 'groupLabels'),
    commonLabels: labelsOf(data, 'commonLabels'),
    commonAnnotations: labelsOf(data, 'commonAnnotations'),
    routeLabels: labelsOf(data, 'routeLabels'),
    externalURL: textOf(data, 'externalURL'),
  }
}

function alertOf(alert: JsonObject): AlertData<string> {
  return {
    status: textOf(alert, 'status'),
    labels: labelsOf(alert, 'labels'),
    annotations: labelsOf(alert, 'annotations'),
    startsAt: timeOf(alert, 'startsAt'),
    endsAt: timeOf(alert, 'endsAt'),
    generatorURL: textOf(alert, 'generatorURL'),
    fingerprint: textOf(alert, 'fingerprint'),
  }
}

/** Keys are found in any case, as Go finds them. */
function valueAt(object: JsonObject, key: string): unknown {
  if (Object.hasOwn(object, key)) return object[key]
  return Object.entries(object).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1]
}

function objectOf(value: unknown, what: string): JsonObject {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new NotificationJsonError(`${what} must be an object`)
}

function textOf(object: JsonObject, key: string): string {
  const value = valueAt(object, key) ?? ''
  if (typeof value === 'string') return value
  throw new NotificationJsonError(`${key} must be a text`)
}

function labelsOf(object: JsonObject, key: string): LabelSet {
  const labels = Object.entries(objectOf(valueAt(object, key) ?? {}, key))
  return LabelSet.of(
    labels.map(([name, value]) => {
      if (typeof value !== 'string') throw new NotificationJsonError(`${key}.${name} must be a text`)
      return [name, value]
    }),
  )
}

function timeOf(object: JsonObject, key: string): Moment {
  const text = textOf(object, key)
  const moment = parseMoment(text === '' ? ZERO_TIME : text)
  if (moment !== undefined) return moment
  throw new NotificationJsonError(`${key} must be a time in RFC 3339, not ${JSON.stringify(text.slice(0, 100))}`)
}

import type { LabelSet } from '#lib/labels.ts'
import type { AlertData, NotificationData } from './data.ts'

/** `[FIRING:2] <group labels> (<further common labels>)`: what upstream's default template makes of a notification. */
export function defaultSubject({ status, alerts, groupLabels, commonLabels }: NotificationData): string {
  const count = alerts.filter((alert) => alert.status === 'firing').length
  const head = status === 'firing' ? `[FIRING:${count}]` : '[RESOLVED]'
  const further = commonLabels.filter((name) => groupLabels.get(name) === undefined)
  const tail = commonLabels.size > groupLabels.size ? `(${valuesOf(further)})` : ''
  return `${head} ${valuesOf(groupLabels)} ${tail}`
}

/** The alerts as plain text: labels, annotations and source of each, firing ones first. */
export function defaultText({ alerts }: NotificationData): string {
  const section = (title: string, status: AlertData['status']) => {
    const listed = alerts.filter((alert) => alert.status === status)
    return listed.length === 0 ? [] : [`${title}:\n${listed.map(alertText).join('\n')}`]
  }
  return [...section('Alerts Firing', 'firing'), ...section('Alerts Resolved', 'resolved')].join('\n')
}

function alertText({ labels, annotations, generatorURL }: AlertData): string {
  const lines = (set: LabelSet) =>
    sortedPairs(set)
      .map(([name, value]) => ` - ${name} = ${value}\n`)
      .join('')
  return `Labels:\n${lines(labels)}Annotations:\n${lines(annotations)}Source: ${generatorURL}\n`
}

/** Upstream's order of labels in texts: `alertname` first, the others by name. */
export function sortedPairs(labels: LabelSet): readonly (readonly [name: string, value: string])[] {
  const pairs = [...labels]
  const isFirst = ([name]: readonly [string, string]) => name === 'alertname'
  return [...pairs.filter(isFirst), ...pairs.filter((pair) => !isFirst(pair))]
}

function valuesOf(labels: LabelSet): string {
  return sortedPairs(labels)
    .map(([, value]) => value)
    .join(' ')
}

/** Where a person sees these alerts in the browser. */
export function alertsUrl({ externalURL, receiver }: NotificationData): string {
  return `${externalURL}/#/alerts?${new URLSearchParams({ receiver })}`
}

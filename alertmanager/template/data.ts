import type { LabelSet } from '#lib/labels.ts'
import type { Moment } from '../moment.ts'
import type { AlertData, TemplateInput } from '../notify/data.ts'
import { joinTexts } from './functions/notification-functions.ts'
import { GoTime } from './time/go-time.ts'
import { fixedZone, localZone, UTC } from './time/zone.ts'
import {
  GoMap,
  GoPointer,
  GoSlice,
  GoStruct,
  type GoType,
  type Method,
  STRING,
  STRINGS,
  type Value,
} from './value/value.ts'

/** What templates see of a notification: upstream's `*template.Data`. It is made once per notification. */
export function templateData(data: TemplateInput): Value {
  let made = known.get(data)
  if (made === undefined) {
    made = new GoPointer(DATA_POINTER, dataStruct(data))
    known.set(data, made)
  }
  return made
}

const known = new WeakMap<TemplateInput, GoPointer>()

function dataStruct(data: TemplateInput): GoStruct {
  return new GoStruct(DATA, {
    Receiver: data.receiver,
    Status: data.status,
    Alerts: new GoSlice(ALERTS, data.alerts.map(alertStruct)),
    NotificationReason: data.reason,
    GroupLabels: labelMap(data.groupLabels),
    CommonLabels: labelMap(data.commonLabels),
    CommonAnnotations: labelMap(data.commonAnnotations),
    RouteLabels: labelMap(data.routeLabels),
    ExternalURL: data.externalURL,
  })
}

function alertStruct(alert: AlertData<string>): GoStruct {
  return new GoStruct(ALERT, {
    Status: alert.status,
    Labels: labelMap(alert.labels),
    Annotations: labelMap(alert.annotations),
    StartsAt: timeOf(alert.startsAt),
    EndsAt: alert.endsAt === undefined ? GoTime.zero() : timeOf(alert.endsAt),
    GeneratorURL: alert.generatorURL,
    Fingerprint: alert.fingerprint,
  })
}

/** Labels as templates see them. */
export function labelMap(labels: LabelSet): GoMap {
  return new GoMap(KV, new Map(labels))
}

/** A zone that is ours at that time is shown as ours, as Go does with what it parses. */
function timeOf({ ms, ns, offsetMinutes }: Moment): GoTime {
  const seconds = Math.floor(ms / 1_000)
  const nanos = (ms - seconds * 1_000) * 1_000_000 + ns
  if (offsetMinutes === 0) return new GoTime(seconds, nanos, UTC)
  const offset = offsetMinutes * 60
  const local = localZone()
  return new GoTime(seconds, nanos, local.at(seconds).offset === offset ? local : fixedZone('', offset))
}

interface Pair {
  readonly name: string
  readonly value: string
}

/** By name, but `alertname` first. */
function sortedPairs(value: Value): Pair[] {
  const pairs: Pair[] = []
  if (!(value instanceof GoMap)) return pairs
  for (const [name, item] of value.entries) {
    if (name === 'alertname') pairs.unshift({ name, value: String(item) })
    else pairs.push({ name, value: String(item) })
  }
  return pairs
}

function pairsOf(value: Value): Pair[] {
  const items = value instanceof GoSlice ? value.items : []
  return items.map((item) => {
    const { Name, Value: text } = item instanceof GoStruct ? item.fields : {}
    return { name: String(Name), value: String(text) }
  })
}

function pairSlice(pairs: readonly Pair[]): GoSlice {
  return new GoSlice(
    PAIRS,
    pairs.map(({ name, value }) => new GoStruct(PAIR, { Name: name, Value: value })),
  )
}

function textOfPairs(pairs: readonly Pair[]): string {
  return pairs.map(({ name, value }) => `${name}=${value}`).join(', ')
}

function withoutNames(labels: Value, names: Value): GoMap {
  const removed = new Set<Value>(names instanceof GoSlice ? names.items : [])
  const entries = labels instanceof GoMap ? [...labels.entries] : []
  return new GoMap(KV, new Map(entries.filter(([name]) => !removed.has(name))))
}

function alertsWith(status: string): Method {
  return getter((alerts) => {
    const items = alerts instanceof GoSlice ? alerts.items : []
    return new GoSlice(
      ALERT_SLICE,
      items.filter((alert) => alert instanceof GoStruct && alert.fields.Status === status),
    )
  })
}

function getter(read: (receiver: Value) => Value): Method {
  return { parameters: [], call: read }
}

/** The methods of what has names and values. */
function pairMethods(read: (value: Value) => Pair[]): [string, Method][] {
  return [
    ['Names', getter((value) => nameList(read(value).map(({ name }) => name)))],
    ['Values', getter((value) => nameList(read(value).map(({ value: text }) => text)))],
    ['String', getter((value) => textOfPairs(read(value)))],
  ]
}

function nameList(texts: readonly string[]): GoSlice {
  return new GoSlice(STRING_LIST, texts)
}

const STRING_LIST: GoType = {
  name: 'template.Strings',
  kind: 'slice',
  underlying: '[]string',
  elem: STRING,
  methods: new Map<string, Method>([
    ['Join', { parameters: [STRING], call: (list, [separator], charge) => joinTexts(list, String(separator), charge) }],
  ]),
}

const PAIR: GoType = { name: 'template.Pair', kind: 'struct', fields: ['Name', 'Value'] }

const PAIRS: GoType = {
  name: 'template.Pairs',
  kind: 'slice',
  underlying: '[]template.Pair',
  elem: PAIR,
  text: (value) => textOfPairs(pairsOf(value)),
  methods: new Map(pairMethods(pairsOf)),
}

const KV: GoType = {
  name: 'template.KV',
  kind: 'map',
  underlying: 'map[string]string',
  elem: STRING,
  text: (value) => textOfPairs(sortedPairs(value)),
  methods: new Map<string, Method>([
    ...pairMethods(sortedPairs),
    ['SortedPairs', getter((value) => pairSlice(sortedPairs(value)))],
    ['Remove', { parameters: [STRINGS], call: (labels, [names = null]) => withoutNames(labels, names) }],
  ]),
}

const ALERT: GoType = {
  name: 'template.Alert',
  kind: 'struct',
  fields: ['Status', 'Labels', 'Annotations', 'StartsAt', 'EndsAt', 'GeneratorURL', 'Fingerprint'],
  jsonNames: {
    Status: 'status',
    Labels: 'labels',
    Annotations: 'annotations',
    StartsAt: 'startsAt',
    EndsAt: 'endsAt',
    GeneratorURL: 'generatorURL',
    Fingerprint: 'fingerprint',
  },
}

const ALERT_SLICE: GoType = { name: '[]template.Alert', kind: 'slice', underlying: '[]template.Alert', elem: ALERT }

const ALERTS: GoType = {
  name: 'template.Alerts',
  kind: 'slice',
  underlying: '[]template.Alert',
  elem: ALERT,
  methods: new Map([
    ['Firing', alertsWith('firing')],
    ['Resolved', alertsWith('resolved')],
  ]),
}

const DATA: GoType = {
  name: 'template.Data',
  kind: 'struct',
  fields: [
    ...['Receiver', 'Status', 'Alerts', 'NotificationReason', 'GroupLabels', 'CommonLabels', 'CommonAnnotations'],
    ...['RouteLabels', 'ExternalURL'],
  ],
  jsonNames: {
    Receiver: 'receiver',
    Status: 'status',
    Alerts: 'alerts',
    NotificationReason: 'notification_reason',
    GroupLabels: 'groupLabels',
    CommonLabels: 'commonLabels',
    CommonAnnotations: 'commonAnnotations',
    RouteLabels: 'routeLabels',
    ExternalURL: 'externalURL',
  },
}

const DATA_POINTER: GoType = { name: '*template.Data', kind: 'pointer', elem: DATA }

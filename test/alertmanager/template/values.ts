import { LabelSet } from '#lib/labels.ts'
import { parseMoment } from '../../../alertmanager/moment.ts'
import { labelMap, templateData } from '../../../alertmanager/template/data.ts'
import { CallError, type Functions } from '../../../alertmanager/template/exec/template-function.ts'
import { createFunctions } from '../../../alertmanager/template/functions/notification-functions.ts'
import { DURATION, durationOf } from '../../../alertmanager/template/time/duration.ts'
import { type GoTime, TIME } from '../../../alertmanager/template/time/go-time.ts'
import { parseTime } from '../../../alertmanager/template/time/parse-time.ts'
import {
  ANY_MAP,
  ANYS,
  BOOL,
  FLOAT64,
  GoFunction,
  GoInteger,
  GoMap,
  GoSlice,
  INT,
  INT64,
  STRING,
  STRINGS,
  UINT8,
  type Value,
} from '../../../alertmanager/template/value/value.ts'

/** A value with its Go type, as the program that runs Go's own engine reads it too. */
export type Tagged =
  | null
  | { readonly int: string }
  | { readonly int64: string }
  | { readonly uint8: string }
  | { readonly float: number }
  | { readonly string: string }
  | { readonly bool: boolean }
  | { readonly strings: readonly string[] }
  | { readonly labels: Readonly<Record<string, string>> }
  | { readonly time: string }
  | { readonly duration: string }
  | { readonly list: readonly Tagged[] }
  | { readonly map: Readonly<Record<string, Tagged>> }
  | { readonly data: DataFields }

interface AlertFields {
  readonly Status: 'firing' | 'resolved'
  readonly Labels: Readonly<Record<string, string>>
  readonly Annotations: Readonly<Record<string, string>>
  readonly StartsAt: string
  readonly EndsAt?: string
  readonly GeneratorURL: string
  readonly Fingerprint: string
}

interface DataFields {
  readonly Receiver: string
  readonly Status: 'firing' | 'resolved'
  readonly Alerts: readonly AlertFields[]
  readonly GroupLabels: Readonly<Record<string, string>>
  readonly CommonLabels: Readonly<Record<string, string>>
  readonly CommonAnnotations: Readonly<Record<string, string>>
  readonly ExternalURL: string
}

export function buildValue(tagged: Tagged): Value {
  if (tagged === null) return null
  if ('int' in tagged) return BigInt(tagged.int)
  if ('int64' in tagged) return new GoInteger(INT64, BigInt(tagged.int64))
  if ('uint8' in tagged) return new GoInteger(UINT8, BigInt(tagged.uint8))
  if ('float' in tagged) return tagged.float
  if ('string' in tagged) return tagged.string
  if ('bool' in tagged) return tagged.bool
  if ('strings' in tagged) return new GoSlice(STRINGS, tagged.strings)
  if ('labels' in tagged) return labelMap(LabelSet.from(tagged.labels))
  if ('time' in tagged) return timeOf(tagged.time)
  if ('duration' in tagged) return durationFrom(tagged.duration)
  if ('list' in tagged) return new GoSlice(ANYS, tagged.list.map(buildValue))
  if ('map' in tagged) {
    const entries = Object.entries(tagged.map).sort(([a], [b]) => (a < b ? -1 : 1))
    return new GoMap(ANY_MAP, new Map(entries.map(([key, value]) => [key, buildValue(value)])))
  }
  return dataOf(tagged.data)
}

function dataOf(fields: DataFields): Value {
  return templateData({
    receiver: fields.Receiver,
    status: fields.Status,
    reason: 'first notification',
    alerts: fields.Alerts.map((alert) => ({
      status: alert.Status,
      labels: LabelSet.from(alert.Labels),
      annotations: LabelSet.from(alert.Annotations),
      startsAt: parseMoment(alert.StartsAt)!,
      endsAt: alert.EndsAt === undefined ? undefined : parseMoment(alert.EndsAt)!,
      generatorURL: alert.GeneratorURL,
      fingerprint: alert.Fingerprint,
    })),
    groupLabels: LabelSet.from(fields.GroupLabels),
    commonLabels: LabelSet.from(fields.CommonLabels),
    commonAnnotations: LabelSet.from(fields.CommonAnnotations),
    routeLabels: LabelSet.from({ team: 'x' }),
    externalURL: fields.ExternalURL,
  })
}

function timeOf(text: string): GoTime {
  const parsed = parseTime('2006-01-02T15:04:05.999999999Z07:00', text)
  if (!parsed.ok) throw new CallError(parsed.problem)
  return parsed.time
}

const UNITS: Readonly<Record<string, number>> = { h: 3.6e12, m: 6e10, s: 1e9, ms: 1e6, us: 1e3, ns: 1 }

function durationFrom(text: string): Value {
  const sign = text.startsWith('-') ? -1n : 1n
  let nanos = 0n
  for (const [, digits, unit] of text.matchAll(/([\d.]+)(h|ms|us|ns|m|s)/g)) {
    nanos += BigInt(Math.round(Number(digits) * UNITS[unit!]!))
  }
  return durationOf(sign * nanos)
}

const FUNCTION_OF_INT = { name: 'func(int) int', kind: 'func' } as const
const INTS = { name: '[]int', kind: 'slice', underlying: '[]int', elem: INT } as const

/** The functions of notifications, and some that make values of types that these have no function for. */
export function testFunctions(): Functions {
  return new Map([
    ...createFunctions({ clock: { nowMs: () => Date.parse('2026-03-01T12:00:00Z') } }),
    [
      'fail',
      {
        parameters: [STRING],
        call: ([text = null]) => {
          throw new CallError(String(text))
        },
      },
    ],
    ['duration', { parameters: [STRING], call: ([text = null]) => durationFrom(String(text)) }],
    ['time', { parameters: [STRING], call: ([text = null]) => timeOf(String(text)) }],
    ['ints', { parameters: [INT], variadic: true, call: (items) => new GoSlice(INTS, items) }],
    ['int64', { parameters: [INT64], call: ([value = null]) => value }],
    ['uint8', { parameters: [UINT8], call: ([value = null]) => value }],
    ['float', { parameters: [FLOAT64], call: ([value = null]) => value }],
    ['boolean', { parameters: [BOOL], call: ([value = null]) => value }],
    ['add', { parameters: [INT, INT], call: ([a, b]) => BigInt.asIntN(64, BigInt(String(a)) + BigInt(String(b))) }],
    ['later', { parameters: [TIME, DURATION], call: ([time]) => time ?? null }],
    [
      'adder',
      {
        parameters: [INT],
        call: ([a]) =>
          new GoFunction(FUNCTION_OF_INT, {
            parameters: [INT],
            call: ([b]) => BigInt(Number(a)) + BigInt(Number(b)),
          }),
      },
    ],
  ])
}

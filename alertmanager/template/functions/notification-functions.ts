import type { Clock } from '#lib/clock.ts'
import { compareUtf8 } from '#lib/labels.ts'
import type { Run } from '../exec/run.ts'
import { CallError, type Functions, type TemplateFunction } from '../exec/template-function.ts'
import { durationOf } from '../time/duration.ts'
import { GoTime, TIME } from '../time/go-time.ts'
import { parseTime } from '../time/parse-time.ts'
import { findZone, localZone } from '../time/zone.ts'
import {
  ANY,
  ANY_MAP,
  ANYS,
  GoMap,
  GoPointer,
  GoSlice,
  GoString,
  GoStruct,
  type GoType,
  STRING,
  STRINGS,
  type Value,
} from '../value/value.ts'
import { BUILTINS } from './builtins.ts'
import { unescapeQuery } from './escapes.ts'
import { humanizeDuration } from './humanize.ts'
import { toJson } from './json.ts'
import { toLower, toTitle, toUpper } from './letters.ts'
import { createPatternFunctions } from './patterns.ts'

/** Texts that html/template takes as they are. */
export const SAFE_HTML: GoType = { name: 'template.HTML', kind: 'string' }
export const SAFE_URL: GoType = { name: 'template.URL', kind: 'string' }

/** All functions that Alertmanager's templates have: Go's own and those for notifications. */
export function createFunctions({ clock }: { readonly clock: Pick<Clock, 'nowMs'> }): Functions {
  const now = () => GoTime.ofMs(clock.nowMs(), localZone())
  return new Map<string, TemplateFunction>([
    ...BUILTINS,
    ...createPatternFunctions(),
    ...TEXT_FUNCTIONS,
    ...LIST_FUNCTIONS,
    ...TIME_FUNCTIONS,
    ['now', { parameters: [], call: now }],
    ['since', { parameters: [TIME], call: ([time]) => durationOf(now().sub(time as GoTime)) }],
  ])
}

function ofText(map: (text: string) => Value): TemplateFunction {
  return {
    parameters: [STRING],
    call: ([text], run) => {
      run.charge(String(text).length)
      return map(String(text))
    },
  }
}

const TEXT_FUNCTIONS: readonly (readonly [string, TemplateFunction])[] = [
  ['toUpper', ofText(toUpper)],
  ['toLower', ofText(toLower)],
  ['title', ofText(toTitle)],
  ['trimSpace', ofText((text) => text.replace(/^[\p{White_Space}]+|[\p{White_Space}]+$/gu, ''))],
  ['safeHtml', ofText((text) => new GoString(SAFE_HTML, text))],
  ['safeUrl', ofText((text) => new GoString(SAFE_URL, text))],
  ['urlUnescape', ofText(unescapeUrl)],
  ['base64encode', ofText((text) => withPadding(Buffer.from(text).toString('base64url')))],
  ['base64decode', ofText(decodeBase64)],
  [
    'join',
    {
      parameters: [STRING, STRINGS],
      call: ([separator, list], run) => joinTexts(list ?? null, String(separator), run.account()),
    },
  ],
  ['humanizeDuration', { parameters: [ANY], call: ([value = null]) => humanizeDuration(value) }],
  ['toJson', { parameters: [ANY], call: ([value = null], run) => toJson(value, run.account()) }],
  ['routeLabels', { parameters: [STRING], call: ([name], run) => routeLabel(run.root, String(name)) }],
]

const LIST_FUNCTIONS: readonly (readonly [string, TemplateFunction])[] = [
  ['stringSlice', { parameters: [STRING], variadic: true, call: (texts) => new GoSlice(STRINGS, texts) }],
  ['list', { parameters: [ANY], variadic: true, call: (values) => new GoSlice(ANYS, values) }],
  [
    'append',
    { parameters: [ANYS, ANY], variadic: true, call: ([list = null, ...values], run) => append(list, values, run) },
  ],
  ['dict', { parameters: [ANY], variadic: true, call: (pairs) => dictOf(pairs) }],
]

const TIME_FUNCTIONS: readonly (readonly [string, TemplateFunction])[] = [
  ['date', { parameters: [STRING, TIME], call: ([layout, time]) => (time as GoTime).format(String(layout)) }],
  ['tz', { parameters: [STRING, TIME], call: ([name, time]) => inZone(time as GoTime, String(name)) }],
  [
    'toDate',
    {
      parameters: [STRING, STRING],
      call: ([layout, text]) => {
        const parsed = parseTime(String(layout), String(text))
        return parsed.ok ? parsed.time : GoTime.zero()
      },
    },
  ],
  [
    'mustToDate',
    {
      parameters: [STRING, STRING],
      call: ([layout, text]) => {
        const parsed = parseTime(String(layout), String(text))
        if (!parsed.ok) throw new CallError(parsed.problem)
        return parsed.time
      },
    },
  ],
]

function inZone(time: GoTime, name: string): GoTime {
  if (/^[/\\]|\.\./.test(name)) throw new CallError('time: invalid location name')
  const zone = findZone(name)
  if (zone === undefined) throw new CallError(`unknown time zone ${name}`)
  return time.in(zone)
}

function unescapeUrl(text: string): string {
  const result = unescapeQuery(text)
  if ('wrong' in result) throw new CallError(`invalid URL escape ${JSON.stringify(result.wrong)}`)
  return result.text
}

function withPadding(base64: string): string {
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, '=')
}

function decodeBase64(text: string): string {
  const bare = text.replace(/[\r\n]/g, '')
  const [sound = ''] = /^(?:[\w-]{4})*(?:[\w-]{2}==|[\w-]{3}=)?/.exec(bare) ?? []
  if (sound.length < bare.length) {
    const [letters = ''] = /^[\w-]*/.exec(bare) ?? []
    throw new CallError(`illegal base64 data at input byte ${letters.length}`)
  }
  return Buffer.from(bare, 'base64url').toString('utf8')
}

/** What Go calls `strings.Join`, with the lengths known before anything is made. */
export function joinTexts(list: Value, separator: string, charge: (length: number) => void): string {
  const texts = list instanceof GoSlice ? list.items.map(String) : []
  const total = texts.reduce((sum, text) => sum + text.length + separator.length, 0)
  charge(total)
  return texts.join(separator)
}

function append(list: Value, values: readonly Value[], run: Run): GoSlice {
  const items = list instanceof GoSlice ? list.items : []
  run.charge(items.length + values.length)
  return new GoSlice(ANYS, [...items, ...values])
}

function dictOf(pairs: readonly Value[]): GoMap {
  if (pairs.length % 2 !== 0) throw new CallError('dict requires an even number of arguments')
  const entries: [string, Value][] = []
  for (let index = 0; index < pairs.length; index += 2) {
    const key = pairs[index]
    if (typeof key !== 'string') throw new CallError('dict keys must be strings')
    entries.push([key, pairs[index + 1]!])
  }
  return new GoMap(ANY_MAP, new Map([...new Map(entries)].sort(([a], [b]) => compareUtf8(a, b))))
}

/** A label of the route, as the data have it. */
function routeLabel(root: Value, name: string): Value {
  const data = root instanceof GoPointer ? root.target : root
  const labels = data instanceof GoStruct ? data.fields.RouteLabels : undefined
  return labels instanceof GoMap ? (labels.entries.get(name) ?? '') : ''
}

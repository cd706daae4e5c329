import { styleText } from 'node:util'
import type { LogRecord } from '#lib/query/log-record.ts'
import { forTerminal } from './terminal-text.ts'

export const TIMESTAMPS = ['local', 'utc', 'none'] as const
export type Timestamps = (typeof TIMESTAMPS)[number]

export interface LineOptions {
  readonly output: 'text' | 'json'
  readonly timestamps: Timestamps
  readonly hasColour: boolean
  /** A terminal reads it, so nothing in a line may be a command to one. */
  readonly isTerminal: boolean
  /** Lines of several namespaces may come. */
  readonly hasNamespace: boolean
}

type Colour = Parameters<typeof styleText>[0]

/** Red is left for errors. */
const POD_COLOURS = [
  ...['cyan', 'green', 'yellow', 'blue', 'magenta'],
  ...['cyanBright', 'greenBright', 'yellowBright', 'blueBright', 'magentaBright'],
] as const

/** Prints one record, with the newline at its end. Records of the same pod always have the same colour. */
export function printRecord(record: LogRecord, options: LineOptions): string {
  if (options.output === 'json') return `${JSON.stringify(record)}\n`
  const clean = options.isTerminal ? forTerminal : (text: string) => text
  const paint = (colour: Colour, text: string) =>
    options.hasColour ? styleText(colour, text, { validateStream: false }) : text
  const parts: string[] = []
  const time = printTime(record.time, options.timestamps)
  if (time !== '') parts.push(paint('dim', time))
  if (record.pod !== undefined) {
    const namespace = options.hasNamespace && record.namespace !== undefined ? `${record.namespace}/` : ''
    const container = record.container === undefined ? '' : paint('dim', `/${clean(record.container)}`)
    parts.push(`${paint(colourOf(record.pod), clean(`${namespace}${record.pod}`))}${container}`)
  }
  if (record.severity !== undefined) parts.push(paint(severityColour(record.severity), clean(record.severity)))
  parts.push(clean(record.text).replaceAll('\n', '\n    '))
  return `${parts.join(' ')}\n`
}

function printTime(time: string, form: Timestamps): string {
  if (form === 'none') return ''
  if (form === 'utc') return time
  const date = new Date(time)
  const two = (number: number) => String(number).padStart(2, '0')
  const day = `${two(date.getMonth() + 1)}-${two(date.getDate())}`
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${time.slice(20, 23)}`
}

function colourOf(pod: string): Colour {
  let hash = 2166136261
  for (let at = 0; at < pod.length; at++) hash = Math.imul(hash ^ pod.charCodeAt(at), 16777619)
  return POD_COLOURS[((hash ^ (hash >>> 15)) >>> 0) % POD_COLOURS.length]!
}

function severityColour(severity: string): Colour {
  if (/^(err|fatal|crit|alert|emerg|panic)/i.test(severity)) return ['red', 'bold']
  return /^warn/i.test(severity) ? 'yellow' : 'dim'
}

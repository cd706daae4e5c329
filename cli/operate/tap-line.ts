import type { ShippedRecord } from '../../agent/observe/shipped-record.ts'
import { type LineOptions, printRecord } from '../query/line.ts'

interface TappedLine {
  readonly namespace: string
  readonly pod: string
  readonly container: string
  readonly restart_count: number
  readonly file: string
  readonly offset: number
  readonly text: string
  readonly cut?: true
}

/** What the agent sends to a tap. */
export type TapEvent =
  | { readonly type: 'status'; readonly skipped_bytes: number }
  | { readonly type: 'end'; readonly reason: string }
  | ({ readonly type: 'read' } & TappedLine)
  | ({ readonly type: 'decoded'; readonly parsed: boolean } & TappedLine & {
        readonly time?: string
        readonly stream?: string
        readonly partial?: boolean
      })
  | ({ readonly type: 'record'; readonly cut?: true } & ShippedRecord)

type ShownEvent = Exclude<TapEvent, { readonly type: 'status' | 'end' }>

/** Prints what was tapped as `vedette query` prints a line, with where it stood for stages before the last. */
export function printTapped(event: ShownEvent, form: LineOptions): string {
  if (form.output === 'json') return `${JSON.stringify(event)}\n`
  return printRecord({ id: '', time: timeOf(event), ...namesOf(event), text: textOf(event) }, formOf(event, form))
}

function textOf(event: ShownEvent): string {
  const cut = event.cut === true ? '…' : ''
  switch (event.type) {
    case 'read':
      return `${event.file}:${event.offset} ${event.text}${cut}`
    case 'decoded': {
      const kind = event.parsed ? (event.partial === true ? 'P' : 'F') : '?'
      return `${event.file}:${event.offset} ${event.stream ?? '-'} ${kind} ${event.text}${cut}`
    }
    default:
      return `${typeof event.body === 'string' ? event.body : JSON.stringify(event.body)}${cut}`
  }
}

function namesOf(event: ShownEvent) {
  if (event.type !== 'record') return { namespace: event.namespace, pod: event.pod, container: event.container }
  const name = (key: string) => String(event.resource[key] ?? '')
  return {
    namespace: name('k8s.namespace.name'),
    pod: name('k8s.pod.name'),
    container: name('k8s.container.name'),
    ...(event.severity_text === undefined ? {} : { severity: event.severity_text }),
  }
}

function timeOf(event: ShownEvent): string {
  return event.type === 'read' ? '' : (event.time ?? '')
}

/** A line that tells no time is printed without one. */
function formOf(event: ShownEvent, form: LineOptions): LineOptions {
  return timeOf(event) === '' ? { ...form, timestamps: 'none' } : form
}

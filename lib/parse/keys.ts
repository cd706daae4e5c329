import { WordTable } from './word-table.ts'

/** What the key of a structured record says about its value. */
export const NO_KEY = 0
export const SEVERITY = 1
/** OpenTelemetry's own number. */
export const SEVERITY_NUMBER = 2
/** Syslog's number, as the journal writes it; only in capitals, because small it is an ordinary word. */
export const PRIORITY = 3
/** MongoDB's one letter, in a line that begins as MongoDB's do. */
export const MONGO_SEVERITY = 4
export const TRACE_ID = 5
export const SPAN_ID = 6
export const TRACEPARENT = 7
/** Google Cloud's `projects/<project>/traces/<trace id>`. */
export const TRACE_PATH = 8
export const MESSAGE = 9
export const TIME = 10
/** Of a trace or a span, within an object of that name. */
const ID = 11
/** From here on: objects whose members count, as the Elastic Common Schema and Datadog's tracers nest them. */
export const LOG_OBJECT = 12
const TRACE_OBJECT = 13
const SPAN_OBJECT = 14
const DATADOG_OBJECT = 15

/**
 * Keys in small letters, with `_` for each separator. Datadog's `dd.span_id` is not among them: it is decimal, and might
 * by chance have sixteen digits.
 */
const NAMES: Readonly<Record<number, string>> = {
  [SEVERITY]:
    'level lvl severity severitytext severity_text log_level loglevel levelname level_name @l error_severity otel_severity',
  [SEVERITY_NUMBER]: 'severitynumber severity_number',
  [PRIORITY]: 'priority',
  [MONGO_SEVERITY]: 's',
  [TRACE_ID]: 'trace_id traceid dd_trace_id oteltraceid otel_trace_id @tr',
  [SPAN_ID]: 'span_id spanid otelspanid otel_span_id logging_googleapis_com/spanid @sp',
  [TRACEPARENT]: 'traceparent',
  [TRACE_PATH]: 'logging_googleapis_com/trace',
  [MESSAGE]: 'msg message @m @mt short_message event',
  [TIME]: 'time ts timestamp @timestamp @t',
  [ID]: 'id',
  [LOG_OBJECT]: 'log',
  [TRACE_OBJECT]: 'trace',
  [SPAN_OBJECT]: 'span',
  [DATADOG_OBJECT]: 'dd',
}

const DOT = 46
const DASH = 45
const UNDERSCORE = 95
const CAPITAL_P = 80

const KEYS = new WordTable({
  words: Object.entries(NAMES).flatMap(([kind, names]) =>
    names.split(' ').map((name) => [name, Number(kind)] as const),
  ),
  folded: Uint8Array.from({ length: 256 }, (_, byte) => {
    if (byte === DOT || byte === DASH) return UNDERSCORE
    return byte >= 65 && byte <= 90 ? byte + 32 : byte
  }),
})

/**
 * What the key `bytes[start, end)` means, in any case and with any of `.`, `_` and `-` between its words. An escaped key
 * means nothing: no encoder escapes letters.
 */
export function keyOf(bytes: Buffer, start: number, end: number): number {
  const kind = KEYS.find(bytes, start, end)
  return kind === PRIORITY && bytes[start] !== CAPITAL_P ? NO_KEY : kind
}

/** What a key means as a member of an object, {@link LOG_OBJECT} and so on; at the top level, `object` is NO_KEY. */
export function memberKey(object: number, key: number): number {
  switch (object) {
    case NO_KEY:
      return key === ID ? NO_KEY : key
    case LOG_OBJECT:
      return key === SEVERITY ? SEVERITY : NO_KEY
    case TRACE_OBJECT:
      return key === ID ? TRACE_ID : NO_KEY
    case SPAN_OBJECT:
      return key === ID ? SPAN_ID : NO_KEY
    default:
      return key === TRACE_ID ? TRACE_ID : NO_KEY
  }
}

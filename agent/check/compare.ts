import { NUMBERS_A_SEVERITY, SEVERITIES } from '#lib/parse/severity-names.ts'
import type { Value } from '../observe/read-value.ts'
import type { ShippedRecord } from '../observe/shipped-record.ts'
import type { Case, ExpectedRecord } from './case-schema.ts'
import { compilePattern } from './pattern.ts'
import type { CaseOutcome } from './run-case.ts'

/** One thing that is not as a test expects it. */
export interface Mismatch {
  /** `record 2: attributes.log.iostream` */
  readonly what: string
  readonly expected: string
  readonly actual: string
}

/** What differs; nothing if the test passes. */
export function compareOutcome(expect: Case['expect'], outcome: CaseOutcome): readonly Mismatch[] {
  const { records, dropped, cameToRest } = outcome
  const mismatches: Mismatch[] = []
  const compare = (what: string, expected: number, actual: number) => {
    if (expected !== actual) mismatches.push({ what, expected: String(expected), actual: String(actual) })
  }
  if (!cameToRest) {
    mismatches.push({ what: 'the input', expected: 'to be shipped', actual: 'some of it still waits after an hour' })
  }
  if (expect.count !== undefined) compare('count', expect.count, records.length)
  if (expect.dropped !== undefined) {
    compare(
      'dropped',
      expect.dropped,
      [...dropped.values()].reduce((sum, count) => sum + count, 0),
    )
  }
  for (const [reason, count] of Object.entries(expect.dropped_by ?? {})) {
    compare(`dropped_by.${reason}`, count, dropped.get(reason) ?? 0)
  }
  if (expect.records === undefined) return mismatches
  return [
    ...mismatches,
    ...(expect.count === undefined ? compareAll(expect.records, records) : compareSome(expect.records, records)),
  ]
}

/** Record by record. */
function compareAll(expected: readonly ExpectedRecord[], actual: readonly ShippedRecord[]): readonly Mismatch[] {
  const mismatches = expected.flatMap((each, index) => {
    const record = actual[index]
    const what = `record ${index + 1}`
    if (record === undefined) return [{ what, expected: printExpected(each), actual: 'no such record' }]
    return compareRecord(each, record).map((mismatch) => ({ ...mismatch, what: `${what}: ${mismatch.what}` }))
  })
  const beyond = actual.slice(expected.length)
  if (beyond.length === 0) return mismatches
  const what = `record ${expected.length + 1}`
  return [...mismatches, { what, expected: 'no more records', actual: print(beyond[0]!.body) }]
}

/** In this order, with others in between. */
function compareSome(expected: readonly ExpectedRecord[], actual: readonly ShippedRecord[]): readonly Mismatch[] {
  let from = 0
  for (const [index, each] of expected.entries()) {
    const found = actual.findIndex((record, at) => at >= from && compareRecord(each, record).length === 0)
    if (found < 0) {
      const behind = from === 0 ? '' : ` behind record ${from}`
      return [{ what: `records[${index}]`, expected: printExpected(each), actual: `none like this${behind}` }]
    }
    from = found + 1
  }
  return []
}

function compareRecord(expected: ExpectedRecord, actual: ShippedRecord): readonly Mismatch[] {
  const mismatches: Mismatch[] = []
  const compare = (what: string, wanted: Value | undefined, found: Value | undefined) => {
    if (wanted !== undefined && wanted !== found) {
      mismatches.push({ what, expected: print(wanted), actual: print(found) })
    }
  }
  const body = typeof actual.body === 'string' ? actual.body : JSON.stringify(actual.body)
  compare('body', withoutNewline(expected.body), withoutNewline(body))
  const pattern = expected.body_matches
  if (pattern !== undefined && !compilePattern(pattern).matcher(body).find()) {
    mismatches.push({ what: 'body', expected: `something that matches ${pattern}`, actual: print(body) })
  }
  compare('severity', expected.severity, severityOf(actual))
  compare('severity_text', expected.severity_text, actual.severity_text)
  compare('severity_number', expected.severity_number, actual.severity_number ?? 0)
  compare('trace_id', expected.trace_id?.toLowerCase(), actual.trace_id)
  compare('span_id', expected.span_id?.toLowerCase(), actual.span_id)
  if (expected.time !== undefined && !isSameTime(expected.time, actual.time)) {
    compare('time', expected.time, actual.time ?? 'none')
  }
  for (const [key, value] of Object.entries(expected.attributes)) {
    compare(`attributes.${key}`, value, actual.attributes[key])
  }
  for (const [key, value] of Object.entries(expected.resource)) compare(`resource.${key}`, value, actual.resource[key])
  for (const key of expected.absent) {
    const found = actual.attributes[key] ?? actual.resource[key]
    if (found !== undefined) mismatches.push({ what: key, expected: 'no such attribute', actual: print(found) })
  }
  return mismatches
}

/** The name of a severity's number; undefined if the record has none. */
export function severityOf({ severity_number: number = 0 }: ShippedRecord): string | undefined {
  return number === 0 ? undefined : SEVERITIES[Math.ceil(number / NUMBERS_A_SEVERITY) - 1]
}

/** A block of YAML ends in a newline, which no body of one line has. */
function withoutNewline(text: string | undefined): string | undefined {
  return text?.replace(/\n$/, '')
}

/** To the nanosecond, whatever the zone and the number of digits. */
function isSameTime(expected: string, actual: string | undefined): boolean {
  if (actual === undefined) return false
  const [fraction = ''] = /(?<=\.)\d+/.exec(expected) ?? []
  const seconds = Math.floor(Date.parse(expected) / 1000)
  return seconds === Math.floor(Date.parse(actual) / 1000) && fraction.padEnd(9, '0') === actual.slice(20, 29)
}

function printExpected(expected: ExpectedRecord): string {
  const { absent, attributes, resource, ...named } = expected
  const rest = { ...(isEmpty(attributes) ? {} : { attributes }), ...(isEmpty(resource) ? {} : { resource }) }
  return JSON.stringify({ ...named, ...rest, ...(absent.length === 0 ? {} : { absent }) })
}

function isEmpty(object: object): boolean {
  return Object.keys(object).length === 0
}

function print(value: Value | undefined): string {
  return value === undefined ? 'nothing' : JSON.stringify(value)
}

import { styleText } from 'node:util'
import type { LocatedCase } from '../../agent/check/cases.ts'
import { type Mismatch, severityOf } from '../../agent/check/compare.ts'
import type { ShippedRecord } from '../../agent/observe/shipped-record.ts'
import { forTerminal } from '../query/terminal-text.ts'

export interface CaseResult {
  readonly case: LocatedCase
  readonly mismatches: readonly Mismatch[]
  readonly records: readonly ShippedRecord[]
  readonly dropped: ReadonlyMap<string, number>
}

const INDENT = ' '.repeat(6)
const MOST_MISMATCHES = 10
const MOST_RECORDS = 20
const LONGEST_BODY = 200

/** A line for a test that passes; for one that fails, what differs and what came out. */
export function printResult({ case: { name, origin, line }, mismatches, records, dropped }: CaseResult): string {
  const isTerminal = process.stdout.isTTY
  const clean = isTerminal ? forTerminal : (text: string) => text
  const paint = (colour: 'green' | 'red' | 'dim', text: string) => (isTerminal ? styleText(colour, text) : text)
  if (mismatches.length === 0) return `${paint('green', 'ok')}    ${clean(name)}\n`
  const lines = [`${paint('red', 'FAIL')}  ${clean(name)}  ${paint('dim', `(${origin}:${line})`)}`]
  for (const { what, expected, actual } of mismatches.slice(0, MOST_MISMATCHES)) {
    lines.push(
      `${INDENT}${clean(what)}`,
      `${INDENT}  expected  ${paint('green', clean(expected))}`,
      `${INDENT}  got       ${paint('red', clean(actual))}`,
    )
  }
  if (mismatches.length > MOST_MISMATCHES) lines.push(`${INDENT}… and ${mismatches.length - MOST_MISMATCHES} more`)
  lines.push(`${INDENT}${summaryOf(records.length, dropped)}`)
  for (const [index, record] of records.slice(0, MOST_RECORDS).entries()) {
    lines.push(`${INDENT}  ${index + 1}. ${clean(printRecord(record))}`)
  }
  if (records.length > MOST_RECORDS) lines.push(`${INDENT}  … and ${records.length - MOST_RECORDS} more`)
  return `${lines.join('\n')}\n`
}

function summaryOf(records: number, dropped: CaseResult['dropped']): string {
  const reasons = [...dropped].filter(([, count]) => count > 0).map(([reason, count]) => `${count} ${reason}`)
  const lost = reasons.length === 0 ? '' : `; dropped: ${reasons.join(', ')}`
  return `${records} ${records === 1 ? 'record' : 'records'} came out${lost}`
}

function printRecord(record: ShippedRecord): string {
  const { namespace, pod, container } = namesOf(record)
  const body = JSON.stringify(record.body)
  const cut = body.length > LONGEST_BODY ? `${body.slice(0, LONGEST_BODY)}…` : body
  return `${namespace}/${pod}/${container} ${severityOf(record) ?? '-'} ${cut}`
}

function namesOf({ resource }: ShippedRecord) {
  const name = (key: string) => String(resource[key] ?? '')
  return {
    namespace: name('k8s.namespace.name'),
    pod: name('k8s.pod.name'),
    container: name('k8s.container.name'),
  }
}

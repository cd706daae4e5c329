import { readFileSync } from 'node:fs'
import { messageOf } from '#lib/errors.ts'
import { write } from '../../query/output.ts'
import { ownOperation } from '../api/own-operation.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'
import { alignTabs } from '../format/tab-writer.ts'
import { matcherModeOf, readPairs } from '../matchers.ts'

interface Receiver {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>>
}

interface Attempt {
  readonly ok?: boolean
  readonly durationMs?: number
  readonly warning?: string
  readonly error?: string
  readonly retryable?: boolean
  readonly note?: string
}

interface TestResult {
  readonly ok: boolean
  readonly integrations: readonly (Attempt & { readonly name: string; readonly resolved?: Attempt })[]
}

/** `receivers list`: the names, a line for each, with their labels. */
export async function listReceivers(values: Values): Promise<void> {
  const client = await connect(values)
  const operation = { method: 'GET', path: '/receivers', name: 'getReceivers' } as const
  const receivers = (await client.ask(operation)) as readonly Receiver[]
  if (values.text('output') === 'json') return write(`${JSON.stringify(receivers)}\n`)
  const rows = receivers.map(({ name, labels = {} }) => {
    const others = Object.entries(labels).filter(([label]) => label !== 'name')
    return `${name}\t${others.map(([label, value]) => `${label}=${JSON.stringify(value)}`).join(' ')}`.trimEnd()
  })
  await write(alignTabs(rows.map((row) => `${row}\n`).join('')))
}

/** `receivers test`: a line for each notification; the exit code says whether all were taken. */
export async function testReceiver(values: Values): Promise<void> {
  const receiver = values.text('receiver')
  const file = values.text('definition')
  if ((receiver === undefined) === (file === undefined)) {
    throw new CommandError('name a receiver, or a file with one by --definition')
  }
  const mode = matcherModeOf(values)
  const labels = readPairs(values.texts('label'), mode, '--label takes name=value')
  const annotations = readPairs(values.texts('annotation'), mode, '--annotation takes name=value')
  const hasAlert = Object.keys({ ...labels, ...annotations }).length > 0
  const index = values.text('index')
  const body = {
    ...(file === undefined ? { receiver } : { definition: readText(file) }),
    integration: values.text('integration'),
    index: index === undefined ? undefined : Number(index),
    resolved: values.isOn('resolved'),
    alert: hasAlert ? { labels, annotations } : undefined,
  }
  const client = await connect(values)
  const answer = await client.ask(ownOperation('POST', '/receivers/test', { name: 'testReceiver', body }))
  const result = answer as TestResult
  if (values.text('output') === 'json') await write(`${JSON.stringify(answer)}\n`)
  else await write(alignTabs(result.integrations.map(linesOf).join('')))
  if (!result.ok) process.exitCode = 1
}

function linesOf({ name, resolved, ...firing }: TestResult['integrations'][number]): string {
  const end = resolved === undefined ? '' : `${name}\tresolved\t${outcomeOf(resolved)}\n`
  return `${name}\tfiring\t${outcomeOf(firing)}\n${end}`
}

function outcomeOf({ ok, durationMs, warning, error, retryable, note }: Attempt): string {
  if (ok === undefined) return note ?? ''
  if (ok) return `ok after ${durationMs} ms${warning === undefined ? '' : `, but: ${warning}`}`
  return `FAILED after ${durationMs} ms: ${error}${retryable ? ' (may pass by itself)' : ''}`
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    throw new CommandError(messageOf(error))
  }
}

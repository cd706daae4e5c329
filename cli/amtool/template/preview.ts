import { write } from '../../query/output.ts'
import { ownOperation } from '../api/own-operation.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'
import { matcherModeOf, withAlertname } from '../matchers.ts'
import { readText } from '../routes/load.ts'
import { readJsonFile } from './json-file.ts'

interface Preview {
  readonly ok: boolean
  readonly output?: string
  readonly error?: string
  readonly in?: string
  readonly line?: number
  readonly column?: number
  readonly from: 'group' | 'alerts' | 'data' | 'example'
  readonly receiver?: string
  readonly groupKey?: string
  readonly total?: number
  readonly used?: number
}

/** `template preview`: what a text makes of the alerts on the server, by the templates in force there. */
export async function previewTemplate(values: Values): Promise<void> {
  const matchers = withAlertname(values.texts('matcher-groups'), matcherModeOf(values))
  const file = values.text('template.data')
  const body = {
    text: values.text('template.text') ?? '',
    type: values.text('template.type') ?? 'text',
    definitions: values.texts('definitions').map(readText).join('\n'),
    receiver: values.text('receiver'),
    groupKey: values.text('group-key'),
    matchers: matchers.length === 0 ? undefined : matchers,
    data: file === undefined ? undefined : readJsonFile(file),
  }
  const client = await connect(values)
  const answer = await client.ask(ownOperation('POST', '/templates/preview', { name: 'previewTemplate', body }))
  const preview = answer as Preview
  if (values.text('output') === 'json') {
    await write(`${JSON.stringify(answer)}\n`)
    if (!preview.ok) process.exitCode = 1
    return
  }
  if (!preview.ok) throw new CommandError(`${preview.error}${placeOf(preview)}`)
  await write(preview.output ?? '')
  process.stderr.write(`${sourceOf(preview)}\n`)
}

function placeOf({ in: text, line, column }: Preview): string {
  if (text === undefined || line === undefined) return ''
  return ` (${text}, line ${line}${column === undefined ? '' : `, column ${column}`})`
}

/** Which alerts were used; apart from the output, so that that can go on. */
function sourceOf({ from, receiver, groupKey, total, used }: Preview): string {
  if (from === 'data') return 'with the data of the file'
  if (from === 'example') return 'with an example: there are no alerts'
  const count = used === total ? `${total}` : `${used} of ${total}`
  return from === 'alerts' ? `with ${count} alerts` : `with ${count} alerts of the group ${groupKey} for ${receiver}`
}

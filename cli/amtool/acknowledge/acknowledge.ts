import { write } from '../../query/output.ts'
import type { Operation } from '../api/api-error.ts'
import type { Acknowledgement, PostableAcknowledgement } from '../api/shapes.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'
import { apiMatcher, matcherText } from '../format/matcher.ts'
import { alignTabs } from '../format/tab-writer.ts'
import { createDateFormat, DEFAULT_DATE_FORMAT } from '../format/time.ts'
import { matcherModeOf, readMatchers, withAlertname } from '../matchers.ts'

const HEAD = 'ID\tAlerts\tEnds At\tOwner\tComment\t\n'

/** `alert ack`: acknowledges alerts that fire; prints the ID. */
export async function acknowledge(values: Values): Promise<void> {
  const mode = matcherModeOf(values)
  const matchers = readMatchers(withAlertname(values.texts('matcher-groups'), mode), mode)
  if (matchers.length === 0) throw new CommandError('no matchers specified')
  const owner = values.text('owner') ?? ''
  if (owner === '') throw new CommandError('no owner specified: use --owner')
  const body: PostableAcknowledgement = {
    ...{ owner, comment: values.text('comment') ?? '', duration: values.text('for') ?? '' },
    matchers: matchers.map(apiMatcher),
  }
  const client = await connect(values)
  const made = (await client.ask(own('POST', { name: 'postAcknowledgements', body }))) as Acknowledgement
  if (values.isOn('verbose')) process.stderr.write(`acknowledged ${made.total} alerts until ${made.endsAt}\n`)
  await write(`${made.id}\n`)
}

/** `alert acks`: acknowledgements in force, or those that have ended. */
export async function showAcknowledgements(values: Values): Promise<void> {
  const ended = values.isOn('ended')
  const query = new URLSearchParams({ active: String(!ended), ended: String(ended) })
  const client = await connect(values)
  const list = (await client.ask(own('GET', { name: 'getAcknowledgements', query }))) as readonly Acknowledgement[]
  if (values.isOn('quiet')) await write(list.map(({ id }) => `${id}\n`).join(''))
  else if (values.text('output') === 'json') await write(`${JSON.stringify(list)}\n`)
  else await write(await tableOf(list, values.text('date.format') ?? DEFAULT_DATE_FORMAT))
}

/** `alert unack`: withdraws acknowledgements, in the order in which they are named. */
export async function withdraw(values: Values): Promise<void> {
  const ids = values.texts('acknowledgement-ids')
  if (ids.length === 0) throw new CommandError('no acknowledgement IDs specified')
  const client = await connect(values)
  for (const id of ids) await client.ask(own('DELETE', { name: 'deleteAcknowledgement', id, path: '/{id}' }))
}

type Rest = Omit<Operation, 'method' | 'path' | 'prefix'> & { readonly path?: string }

function own(method: Operation['method'], { path = '', ...rest }: Rest): Operation {
  return { method, prefix: '/api/vedette/v1', path: `/acknowledgements${path}`, ...rest }
}

async function tableOf(list: readonly Acknowledgement[], layout: string): Promise<string> {
  const date = await createDateFormat(layout)
  const rows = list.map(({ id, matchers, firing, total, endsAt, owner, comment }) => {
    const which = matchers.length === 0 ? '' : ` ${matchers.map(matcherText).join(' ')}`
    return `${id}\t${firing} of ${total} firing${which}\t${date(endsAt)}\t${owner}\t${comment}\t\n`
  })
  return alignTabs(HEAD + rows.join(''))
}

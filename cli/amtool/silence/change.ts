import { write } from '../../query/output.ts'
import type { Silence } from '../api/shapes.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'
import { apiMatcher } from '../format/matcher.ts'
import { matcherModeOf, readMatchers, readPairs, withAlertname } from '../matchers.ts'
import { printSilences } from './query.ts'
import { readTimes } from './times.ts'

/** `silence add`: one silence, whose ID is printed. */
export async function addSilence(values: Values): Promise<void> {
  const mode = matcherModeOf(values)
  const matchers = readMatchers(withAlertname(values.texts('matcher-groups'), mode), mode)
  if (matchers.length === 0) throw new CommandError('no matchers specified')
  const now = new Date().toISOString()
  const times = await readTimes(values, { startsAt: now, endsAt: now })
  const comment = values.text('comment') ?? ''
  if (values.isOn('require-comment') && comment === '') throw new CommandError('comment required by config')
  const annotations = readPairs(values.texts('annotation'), mode, 'annotations must be specified as key=value pairs')
  const client = await connect(values)
  const id = await client.postSilence({
    ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    comment,
    createdBy: values.text('author') ?? '',
    ...times,
    matchers: matchers.map(apiMatcher),
  })
  await write(`${id}\n`)
}

/** `silence update`: other times or another comment for silences that there are. */
export async function updateSilences(values: Values): Promise<void> {
  const ids = idsOf(values, 'update-ids')
  const client = await connect(values)
  const updated: Silence[] = []
  for (const wanted of ids) {
    const { status, updatedAt, ...silence } = await client.silence(wanted)
    const times = await readTimes(values, silence)
    const comment = values.text('comment') ?? ''
    const changed = { ...silence, ...times, ...(comment === '' ? {} : { comment }) }
    const id = await client.postSilence(changed)
    updated.push({ ...changed, status, updatedAt, id })
  }
  await printSilences(values, updated)
}

/** `silence expire`: ends silences, in the order in which they are named; the first that cannot be ended is the last. */
export async function expireSilences(values: Values): Promise<void> {
  const ids = idsOf(values, 'silence-ids')
  const client = await connect(values)
  for (const id of ids) await client.deleteSilence(id)
}

function idsOf(values: Values, name: string): readonly string[] {
  const ids = values.texts(name)
  if (ids.length === 0) throw new CommandError('no silence IDs specified')
  return ids
}

import { readFile } from 'node:fs/promises'
import { text as readAll } from 'node:stream/consumers'
import { messageOf } from '#lib/errors.ts'
import { write } from '../../query/output.ts'
import { ApiError } from '../api/api-error.ts'
import type { ApiClient } from '../api/client.ts'
import type { ApiMatcher, PostableSilence } from '../api/shapes.ts'
import { CommandError, type Values } from '../command-line/grammar.ts'
import { connect } from '../connection.ts'

/** `silence import`: the silences that `silence query -o json` printed, several at a time; the IDs are printed. */
export async function importSilences(values: Values): Promise<void> {
  const file = values.text('input-file')
  const silences = parseSilences(file === undefined ? await readAll(process.stdin) : await readFile(file, 'utf8'))
  const client = await connect(values)
  const queue = silences.values()
  let failures = 0
  const work = async () => {
    for (const silence of queue) {
      try {
        await write(`${await importOne(client, values.isOn('force') ? { ...silence, id: '' } : silence)}\n`)
      } catch (error) {
        failures += 1
        process.stderr.write(`Error adding silence id='${silence.id ?? ''}': ${messageOf(error)}\n`)
      }
    }
  }
  const workers = Math.min(Math.max(1, Number(values.text('worker'))), silences.length)
  await Promise.all(Array.from({ length: workers }, work))
  if (failures > 0) throw new CommandError(`couldn't import ${failures} out of ${silences.length} silences`)
}

/** A silence that the server does not know is made anew. */
async function importOne(client: ApiClient, silence: PostableSilence): Promise<string> {
  try {
    return await client.postSilence(silence)
  } catch (error) {
    if (!(error instanceof ApiError) || error.status !== 404) throw error
    return await client.postSilence({ ...silence, id: '' })
  }
}

function parseSilences(text: string): readonly PostableSilence[] {
  try {
    const list: unknown = JSON.parse(text)
    if (!Array.isArray(list)) throw new Error('it is no list of silences')
    return list.map(postable)
  } catch (error) {
    throw new CommandError(`couldn't unmarshal input data, is it JSON?: ${messageOf(error)}`)
  }
}

/** Without what a server says of a silence beside what it was told; whether the rest is right is for the server to say. */
function postable(item: unknown): PostableSilence {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) throw new Error('a silence is no object')
  const { id, annotations, comment, createdBy, endsAt, matchers, startsAt } = item as Readonly<Record<string, unknown>>
  const texts = { comment, createdBy, endsAt, startsAt } as Pick<
    PostableSilence,
    'comment' | 'createdBy' | 'endsAt' | 'startsAt'
  >
  return {
    ...(typeof id === 'string' ? { id } : {}),
    ...(annotations === undefined ? {} : { annotations: annotations as Readonly<Record<string, string>> }),
    ...texts,
    matchers: matchers as readonly ApiMatcher[],
  }
}

import { formatBytes } from '#lib/bytes.ts'
import { note, write } from '../query/output.ts'
import { get, post } from '../query/server.ts'
import type { ChangeOptions, ListOptions, SelectOptions } from './options.ts'
import { type Letter, printLetter, printSummary, type Summary } from './print.ts'

interface Page {
  readonly total: number
  readonly bytes: number
  readonly letters: readonly Summary[]
  readonly next?: number
}

interface Change {
  readonly letters: number
  readonly records: number
  readonly skipped: number
  readonly through: number
  readonly next?: number
}

const PATH = 'api/v1/dead-letters'
const PAGE = 1_000
/** Of one request; the collector takes no more. */
const MOST_IDS = 1_000
/** Nothing here ends it but Ctrl-C. */
const NEVER = new AbortController().signal

export async function listLetters(options: ListOptions): Promise<void> {
  const limit = options.limit === 0 ? Number.POSITIVE_INFINITY : options.limit
  let count = 0
  let page: Page | undefined
  do {
    const parameters = filterParameters(options)
    parameters.set('limit', String(Math.min(PAGE, limit - count)))
    if (page?.next !== undefined) parameters.set('after', String(page.next))
    page = (await (await get(options.server, PATH, parameters, { signal: NEVER })).json()) as Page
    count += page.letters.length
    const lines = page.letters.map((letter) => (options.json ? `${JSON.stringify(letter)}\n` : printSummary(letter)))
    await write(lines.join(''))
  } while (page.next !== undefined && count < limit)
  if (options.json) return
  const all = page.total === 1 ? '1 dead letter' : `${page.total} dead letters`
  note(page.total === 0 ? 'There are no dead letters.' : `${count} of ${all}, ${formatBytes(page.bytes)} on disk`)
}

export async function showLetter(id: number, { server, json }: SelectOptions): Promise<void> {
  const response = await get(server, `${PATH}/${id}`, new URLSearchParams(), { signal: NEVER })
  const letter = (await response.json()) as Letter
  await write(json ? `${JSON.stringify(letter, undefined, 2)}\n` : printLetter(letter))
}

/** Replays or drops letters, part by part; what is done is done if it fails in between. */
export async function changeLetters(
  verb: 'replay' | 'drop',
  ids: readonly number[],
  options: ChangeOptions,
): Promise<void> {
  const total = { letters: 0, records: 0, skipped: 0 }
  try {
    for (let at = 0; at < Math.max(1, ids.length); at += MOST_IDS) {
      const some = ids.slice(at, at + MOST_IDS)
      await changeSome(verb, some.length === 0 ? {} : { ids: some }, options, total)
    }
  } finally {
    if (options.json) await write(`${JSON.stringify(total)}\n`)
    else await write(`${verb === 'replay' ? 'in the queue again' : 'dropped'}: ${countOf(total)}\n`)
  }
  if (total.skipped > 0) note(`${total.skipped} were written by another version; they stay.`)
}

async function changeSome(
  verb: string,
  ids: { readonly ids?: readonly number[] },
  { server, type, index, since, until, all }: ChangeOptions,
  total: { letters: number; records: number; skipped: number },
): Promise<void> {
  const request = { ...ids, type, index, since, until, all }
  let part: Change | undefined
  do {
    const place = part === undefined ? {} : { after: part.next, through: part.through }
    part = (await (await post(server, `${PATH}/${verb}`, { ...request, ...place }, NEVER)).json()) as Change
    total.letters += part.letters
    total.records += part.records
    total.skipped += part.skipped
  } while (part.next !== undefined)
}

function countOf({ letters, records }: { readonly letters: number; readonly records: number }): string {
  const text = letters === 1 ? '1 letter' : `${letters} letters`
  return records === letters ? text : `${text} (${records} records)`
}

function filterParameters({ type = [], index = [], since, until }: SelectOptions): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const value of type) parameters.append('type', value)
  for (const value of index) parameters.append('index', value)
  if (since !== undefined) parameters.set('since', since)
  if (until !== undefined) parameters.set('until', until)
  return parameters
}

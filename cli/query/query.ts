import { Command } from 'commander'
import { CodedError } from '#lib/errors.ts'
import type { LogRecord } from '#lib/query/log-record.ts'
import { printRecord } from './line.ts'
import { addCommonOptions, type CommonOptions, filterParameters } from './options.ts'
import { endWithReader, fail, lineOptions, note, write } from './output.ts'
import { get } from './server.ts'

interface QueryOptions extends CommonOptions {
  readonly until?: string
}

interface Page {
  readonly records: readonly LogRecord[]
  readonly next_cursor?: string
  readonly warnings?: readonly string[]
}

const PAGE = 1_000

/** `vedette query`: lines that exist. Exit codes: 0 done, 1 failed, 2 wrong command line, 130 interrupted. */
export function queryCommand(): Command {
  const command = new Command('query').description('search log lines; the newest come last')
  const limit = { help: 'how many lines, the newest; 0 for all, the oldest first', byDefault: 100 }
  return addCommonOptions(command, limit)
    .option('--until <time>', 'only lines before this, as --since')
    .action(async (text: readonly string[], options: QueryOptions) => {
      const stop = new AbortController()
      process.once('SIGINT', () => stop.abort())
      endWithReader()
      try {
        await query(text, options, stop.signal)
      } catch (error) {
        if (stop.signal.aborted) process.exitCode = 130
        else fail('query', error)
      }
    })
}

async function query(text: readonly string[], options: QueryOptions, signal: AbortSignal): Promise<void> {
  const parameters = filterParameters(text, options)
  if (options.until !== undefined) parameters.set('until', options.until)
  const form = lineOptions(options)
  const isAll = options.limit === 0
  parameters.set('order', isAll ? 'oldest' : 'newest')
  const newestFirst: LogRecord[] = []
  let count = 0
  for await (const records of readPages(options.server, parameters, options.limit, signal)) {
    count += records.length
    if (isAll) await write(records.map((record) => printRecord(record, form)).join(''))
    else newestFirst.push(...records)
  }
  for (let at = newestFirst.length; at > 0; at -= PAGE) {
    const part = newestFirst.slice(Math.max(0, at - PAGE), at).reverse()
    await write(part.map((record) => printRecord(record, form)).join(''))
  }
  if (count === 0 && process.stderr.isTTY) note('No line matches. Try a longer --since, or fewer words.')
}

async function* readPages(
  server: URL,
  filter: URLSearchParams,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<readonly LogRecord[]> {
  const parameters = new URLSearchParams(filter)
  for (let left = limit === 0 ? Number.POSITIVE_INFINITY : limit; left > 0; ) {
    parameters.set('limit', String(Math.min(PAGE, left)))
    const response = await get(server, 'api/v1/logs', parameters, { signal })
    const page = (await response.json().catch(() => undefined)) as Page | undefined
    if (!Array.isArray(page?.records)) throw new CodedError('SERVER_ANSWER', [server.href, 'no records'])
    for (const warning of page.warnings ?? []) note(`warning: ${warning}`)
    yield page.records
    if (page.next_cursor === undefined) return
    left -= page.records.length
    parameters.set('cursor', page.next_cursor)
  }
}

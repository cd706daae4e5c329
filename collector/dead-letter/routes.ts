import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'
import type { FastifyInstance, FastifyReply, FastifyRequest } from '#lib/http/server.ts'
import { errorBody, statusOf } from '../query/error-answer.ts'
import { checkOwnRequest } from '../web/own-requests.ts'
import type { DeadLetters, StoredLetter } from './dead-letters.ts'
import type { Replayer, Step } from './replayer.ts'
import { isSelected, parseSelection, type SelectionRequest } from './selection.ts'
import { showLetter, summarize } from './show.ts'

export interface DeadLetterRoutesOptions {
  readonly deadLetters: DeadLetters
  readonly replayer: Replayer
}

const FILTER = ['type', 'index', 'since', 'until'] as const
const LIST = [...FILTER, 'after', 'limit']
const CHANGE = [...FILTER, 'ids', 'all', 'after', 'through']
const MOST_LISTED = 1_000
/** Of one page: letters are read from disk, those that the filter leaves out as well. */
const LOOKED_AT = 20_000
const LOOKED_AT_BYTES = 64 * 1024 ** 2

/**
 * What became dead letters, for the command line:
 *
 * GET  /api/v1/dead-letters          a page of them, oldest first, without the documents
 * GET  /api/v1/dead-letters/<id>     one of them, with its document
 * POST /api/v1/dead-letters/replay   puts letters in the queue again, a part at a time
 * POST /api/v1/dead-letters/drop     forgets letters, a part at a time
 */
export function deadLetterRoutes({ deadLetters, replayer }: DeadLetterRoutesOptions): (app: FastifyInstance) => void {
  return (app) => {
    app.get('/api/v1/dead-letters', (request, reply) => answer(reply, () => list(deadLetters, request)))
    app.get('/api/v1/dead-letters/:id', (request, reply) => answer(reply, () => show(deadLetters, request)))
    app.post('/api/v1/dead-letters/replay', (request, reply) =>
      answer(reply, () => change(request, deadLetters, (step) => replayer.replay(step))),
    )
    app.post('/api/v1/dead-letters/drop', (request, reply) =>
      answer(reply, () => change(request, deadLetters, (step) => replayer.drop(step))),
    )
  }
}

async function answer(reply: FastifyReply, work: () => Promise<object>): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store')
  try {
    return reply.send(await work())
  } catch (error) {
    const coded = toCoded(error)
    if (coded === undefined) throw error
    return reply.code(statusOf(coded)).send(errorBody(coded))
  }
}

/** A disk that fails is nobody's mistake here, and told. */
function toCoded(error: unknown): CodedError | undefined {
  if (error instanceof CodedError) return error
  return systemErrorCode(error) === ''
    ? undefined
    : new CodedError('RECEIVE_FAILED', [messageOf(error)], { cause: error })
}

async function list(deadLetters: DeadLetters, request: FastifyRequest): Promise<object> {
  const query = queryOf(request)
  const selection = parseSelection(query)
  const limit = integerOf('limit', query.limit, 100)
  if (limit < 1 || limit > MOST_LISTED) throw invalid('limit', `must be from 1 to ${MOST_LISTED}`)
  const letters: object[] = []
  let next: number | undefined
  let lookedAt = 0
  let bytes = 0
  for await (const letter of deadLetters.read(integerOf('after', query.after, -1) + 1)) {
    lookedAt += 1
    bytes += letter.bytes.length
    if (isSelected(selection, letter)) letters.push(summarize(letter))
    if (letters.length >= limit || lookedAt >= LOOKED_AT || bytes >= LOOKED_AT_BYTES) {
      next = letter.id
      break
    }
  }
  const { count, sizeBytes } = deadLetters
  return { total: count, bytes: sizeBytes, letters, ...(next === undefined ? {} : { next }) }
}

async function show(deadLetters: DeadLetters, request: FastifyRequest): Promise<object> {
  const { id } = request.params as { id: string }
  const letter = /^\d{1,15}$/.test(id) ? await find(deadLetters, Number(id)) : undefined
  if (letter === undefined) throw new CodedError('NOT_FOUND', [`dead letter ${id.slice(0, 40)}`])
  return showLetter(letter)
}

async function find(deadLetters: DeadLetters, id: number): Promise<StoredLetter | undefined> {
  for await (const letter of deadLetters.read(id)) return letter.id === id ? letter : undefined
  return undefined
}

async function change(
  request: FastifyRequest,
  deadLetters: DeadLetters,
  work: (step: Step) => ReturnType<Replayer['replay']>,
): Promise<object> {
  checkOwnRequest(request)
  const body = request.body as Readonly<Record<string, unknown>> | null
  if (typeof body !== 'object' || body === null) throw invalid('body', 'must be an object')
  refuseUnknown(Object.keys(body), CHANGE)
  // Everything is meant only if that is said: a filter that was forgotten must not drop all.
  if (!['all', 'ids', ...FILTER].some((name) => body[name] !== undefined)) {
    throw invalid('all', 'must be true if neither ids nor a filter is given')
  }
  const through = integerOf('through', body.through, deadLetters.nextId - 1)
  const step = {
    selection: parseSelection(body as SelectionRequest),
    after: integerOf('after', body.after, -1),
    through,
  }
  const { letters, records, skipped, next } = await work(step)
  return { letters, records, skipped, through, ...(next === undefined ? {} : { next }) }
}

function queryOf(request: FastifyRequest): Readonly<Record<string, string | readonly string[]>> {
  const query = request.query as Readonly<Record<string, string | readonly string[]>>
  refuseUnknown(Object.keys(query), LIST)
  return query
}

function refuseUnknown(names: readonly string[], known: readonly string[]): void {
  const unknown = names.find((name) => !known.includes(name))
  if (unknown !== undefined) throw invalid(unknown.slice(0, 40), `is not known; there are ${known.join(', ')}`)
}

function integerOf(name: string, value: unknown, fallback: number): number {
  if (value === undefined) return fallback
  const number = typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : value
  if (!Number.isSafeInteger(number)) throw invalid(name, 'must be a whole number')
  return number as number
}

function invalid(name: string, message: string): CodedError {
  return new CodedError('PARAMETER_INVALID', [name, message])
}

import { encodeJson, type Json } from '../../../alertmanager/json.ts'
import { CommandError } from '../command-line/grammar.ts'

/** One kind of request of API v2. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'DELETE'
  readonly path: string
  /** What stands before the path: API v2's unless told. */
  readonly prefix?: string
  /** Of the operation, in the API's description. */
  readonly name: string
  readonly query?: URLSearchParams
  readonly id?: string
  readonly body?: unknown
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest',
  404: 'NotFound',
  500: 'InternalServerError',
}

/** Which statuses the API's description lists for an operation. */
const LISTED: Readonly<Record<string, readonly number[]>> = {
  getAlerts: [400, 500],
  postAlerts: [400, 500],
  getSilences: [400, 500],
  postSilences: [400, 404],
  getSilence: [404, 500],
  deleteSilence: [404, 500],
}

/** Statuses whose bodies the description leaves out. */
const WITHOUT_BODY = new Set(['getSilence 404', 'deleteSilence 404'])

/** What a server refused, as generated clients word it. Where they lose the server's own words, these are here. */
export class ApiError extends CommandError {
  readonly status: number

  constructor(operation: Operation, status: number, body: string) {
    super(describe(operation, status, body.trim()))
    this.status = status
  }
}

function describe({ method, path, name }: Operation, status: number, body: string): string {
  const reason = REASONS[status]
  if (reason === undefined || LISTED[name]?.includes(status) !== true) {
    return `[${method} ${path}] ${name} (status ${status}): ${body === '' ? '{}' : body.slice(0, 1_000)}`
  }
  const head = `[${method} ${path}][${status}] ${name}${reason}`
  return WITHOUT_BODY.has(`${name} ${status}`) ? head : `${head} ${body === '' ? '""' : asGoWrites(body)}`
}

function asGoWrites(body: string): string {
  try {
    return encodeJson(JSON.parse(body) as Json, { escapeHtml: true }).trimEnd()
  } catch {
    return JSON.stringify(body)
  }
}

import { CodedError, messageOf, systemErrorCode } from '#lib/errors.ts'

/** An error that the collector answered: its own words, what to do, and whether the command line was wrong. */
export class ServerError extends Error {
  readonly status: number
  readonly cure: string

  constructor(status: number, message: string, cure: string) {
    super(message)
    this.name = 'ServerError'
    this.status = status
    this.cure = cure
  }

  /** The same request may succeed later. */
  get isRetryable(): boolean {
    return this.status === 429 || this.status >= 500
  }
}

/**
 * Sends a GET to the collector.
 *
 * @throws ServerError for an error that it answered, CodedError SERVER_UNREACHABLE or SERVER_ANSWER for all else
 */
export function get(
  server: URL,
  path: string,
  parameters: URLSearchParams,
  options: { readonly signal: AbortSignal; readonly headers?: Readonly<Record<string, string>> },
): Promise<Response> {
  const url = new URL(path, server)
  url.search = parameters.toString()
  return ask(server, url, options)
}

/** Sends a POST with a JSON body to the collector; throws as {@link get} does. */
export function post(server: URL, path: string, body: object, signal: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' }
  return ask(server, new URL(path, server), { method: 'POST', headers, body: JSON.stringify(body), signal })
}

async function ask(server: URL, url: URL, options: RequestInit & { readonly signal: AbortSignal }): Promise<Response> {
  const response = await fetch(url, options).catch((error) => {
    if (options.signal.aborted) throw error
    throw unreachable(server, error)
  })
  if (response.ok) return response
  const body: unknown = await response.json().catch(() => undefined)
  const { error } = (body ?? {}) as { error?: { message?: unknown; cure?: unknown } }
  if (typeof error?.message !== 'string')
    throw new CodedError('SERVER_ANSWER', [server.href, `status ${response.status}`])
  throw new ServerError(response.status, error.message, String(error.cure ?? ''))
}

function unreachable(server: URL, error: unknown): CodedError {
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error
  const reason =
    systemErrorCode(cause) === 'ECONNREFUSED' ? 'connection refused' : messageOf(cause) || systemErrorCode(cause)
  return new CodedError('SERVER_UNREACHABLE', [server.href, reason], { cause: error, retryable: true })
}

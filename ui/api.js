/** @typedef {import('../lib/query/log-record.ts').LogRecord} LogRecord */

/** What went wrong, in words for the page: what, and what to do. */
export class ApiError extends Error {
  /** @param isFinal the same request would fail again */
  constructor(message, cure, isFinal = false) {
    super(message)
    this.name = 'ApiError'
    this.cure = cure
    this.isFinal = isFinal
  }
}

/** Paths are relative, so that the page also works behind a path prefix. */
function urlOf(path, parameters) {
  const url = new URL(path, document.baseURI)
  for (const [name, value] of Object.entries(parameters)) {
    if (value !== undefined && value !== '') url.searchParams.set(name, String(value))
  }
  return url
}

async function ask(path, parameters, signal) {
  let response
  try {
    response = await fetch(urlOf(path, parameters), { signal, headers: { accept: 'application/json' } })
  } catch (error) {
    if (signal?.aborted) throw error
    throw new ApiError('The collector does not answer.', 'Check that it runs; the page tries again when you do.')
  }
  const body = await response.json().catch(() => undefined)
  if (response.ok && body !== undefined) return body
  const { message = `The collector answered with status ${response.status}.`, cure = 'Look at its log.' } =
    body?.error ?? {}
  throw new ApiError(message, cure, response.status === 400)
}

/** A page of records, newest first. */
export function fetchRecords(filter, options, signal) {
  return ask('api/v1/logs', { ...filter, ...options }, signal)
}

/** The values of a field, for the suggestions under an input. */
export async function fetchValues(field, filter, signal) {
  const { values } = await ask('api/v1/logs/values', { ...filter, field, limit: 500 }, signal)
  return values.map(({ value }) => value)
}

/**
 * Follows new records. The browser reconnects by itself and says where it was; records near there come again, so the
 * listener must know which ones it has.
 */
export function openTail(filter, position, listener) {
  const source = new EventSource(urlOf('api/v1/logs/tail', { ...filter, last_event_id: position }))
  const on = (name, handle) => source.addEventListener(name, ({ data }) => handle(JSON.parse(data)))
  source.addEventListener('open', () => listener.live())
  source.addEventListener('error', () => listener.lost(source.readyState === EventSource.CLOSED))
  on('records', ({ records }) => listener.records(records))
  on('skipped', (skipped) => listener.skipped(skipped))
  on('failing', ({ error }) => listener.failing(new ApiError(error.message, error.cure)))
  on('recovered', () => listener.live())
  return () => source.close()
}
